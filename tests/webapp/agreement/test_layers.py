"""Layers of a result: behind the person's own reveal, one PNG a tile, asked again each time."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.results import done_run, draw_layers
from webapp.agreement.results import layers as layer_results
from webapp.runs.models import Result, Run
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(study: Study) -> Run:
    return done_run(specimen__slide__study=study, layers=True)


def test_before_the_reveal_there_are_none(client_of: Any, run: Run, tina: Any, dora: Any) -> None:
    client_of(dora).post(f"/api/results/{run.pk}/reveal")
    for path in ("/layers", "/layers/0/0"):
        assert client_of(dora).get(f"/api/results/{run.pk}{path}").status_code == 200
        assert client_of(tina).get(f"/api/results/{run.pk}{path}").status_code == 404


def test_the_permission_is_asked_before_the_file_is_opened(
    client_of: Any, run: Run, tina: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(layer_results, "_read", opened.append)
    for path in ("/layers", "/layers/0/0"):
        client_of(tina).get(f"/api/results/{run.pk}{path}")
    assert opened == []


def test_the_grid_says_where_tiles_lie_and_what_they_mean(client_of: Any, run: Run, tina: Any) -> None:
    client = client_of(tina)
    assert client.post(f"/api/results/{run.pk}/reveal").json()["has_layers"] is True
    shown = client.get(f"/api/results/{run.pk}/layers").json()
    assert shown["sha256"] == Result.objects.get(run=run).layers_sha256
    assert (shown["columns"], shown["rows"], shown["tile_px"], shown["work_px"]) == (2, 1, 1024, 8)
    assert shown["tiles"] == [[0, 0]]  # the other one has no tissue
    assert shown["representation"] == "inverted"
    legend = {entry["key"]: entry for entry in shown["legend"]}
    assert set(legend) == {"nuclei-mask", "tumour-mask", "intensity", "sini", "siti"}
    assert (legend["intensity"]["low"], legend["intensity"]["high"]) == ("strong brown", "strong blue")


def test_a_tile_is_the_stored_png(client_of: Any, run: Run, tina: Any) -> None:
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    answer = client.get(f"/api/results/{run.pk}/layers/0/0", headers={"Accept": "image/png"})
    assert answer["Content-Type"] == "image/png"
    assert answer.content == draw_layers()[0, 0]
    rgb = np.asarray(Image.open(io.BytesIO(answer.content)))
    assert rgb.shape == (8, 8, 3)
    assert (rgb[3, 3] == (3, 255, 255)).all()
    for absent in ("1/0", "2/0", "0/1", "99999999999999999999/0"):
        assert client.get(f"/api/results/{run.pk}/layers/{absent}").status_code == 404


def test_a_browser_keeps_a_tile_but_asks_each_time(client_of: Any, run: Run, tina: Any, dora: Any) -> None:
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    path = f"/api/results/{run.pk}/layers/0/0"
    first = client.get(path)
    assert first["Cache-Control"] == "private, no-cache"
    again = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
    # The next person at the same browser: the tag is known to it, the permission is not theirs.
    assert client_of(dora).get(path, headers={"If-None-Match": first["ETag"]}).status_code == 404


def test_a_rule_based_result_has_none(client_of: Any, study: Study, tina: Any) -> None:
    run = done_run(specimen__slide__study=study)
    client = client_of(tina)
    assert client.post(f"/api/results/{run.pk}/reveal").json()["has_layers"] is False
    answer = client.get(f"/api/results/{run.pk}/layers")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_layers")


def test_layers_that_are_gone_are_said_to_be(client_of: Any, run: Run, tina: Any, result_store: Any) -> None:
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    layer_results._read.cache_clear()
    for file in result_store.rglob("*.layers"):
        file.unlink()
    assert client.get(f"/api/results/{run.pk}/layers").status_code == 503
    assert client.get(f"/api/results/{run.pk}").status_code == 200


def test_the_address_is_the_content(run: Run, result_store: Any) -> None:
    [file] = result_store.rglob("*.layers")
    assert file.stem == hashlib.sha256(file.read_bytes()).hexdigest() == Result.objects.get(run=run).layers_sha256
