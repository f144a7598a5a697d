from __future__ import annotations

import asyncio
import csv
import io
import json
import struct
from collections import Counter
from typing import Any

import numpy as np
import pytest

from scoring.cells import RECORD
from scoring.types import CLASS_NAMES
from tests import factories
from tests.results import done_run
from webapp.agreement.api.results import Stream
from webapp.agreement.results import cells as cell_results
from webapp.audit.models import Event
from webapp.blinding.models import Exposure
from webapp.runs.models import Result, Run
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db
SHOWN = ("", "/cells", "/density", "/export?as=json", "/export?as=csv", "/export?as=geojson")


@pytest.fixture
def run(study: Study) -> Run:
    return done_run(specimen__slide__study=study)


def read_cells(content: bytes) -> tuple[np.ndarray[Any, Any], int]:
    """Written from the contract's words, not from the code."""
    magic, count, total = struct.unpack_from("<4sII", content)
    assert magic == b"DCEL"
    cells = np.zeros(count, RECORD)
    at = 12
    for name in ("x_px", "y_px", "dab_od", "area_um2"):
        cells[name] = np.frombuffer(content, "<f4", count, at)
        at += 4 * count
    cells["class"] = np.frombuffer(content, "u1", count, at)
    cells["tumour"] = np.frombuffer(content, "i1", count, at + count)
    at += 2 * count
    at += -at % 4
    cells["radii"] = np.frombuffer(content, "<u2", 16 * count, at).reshape(count, 16)
    assert len(content) == at + 32 * count
    return cells, total


def read_density(content: bytes) -> tuple[np.ndarray[Any, Any], float, float, float]:
    magic, rows, columns, bin_px, x_px, y_px = struct.unpack_from("<4sIIfff", content)
    assert magic == b"DDEN"
    return np.frombuffer(content, "<u4", -1, 24).reshape(rows, columns, 4), bin_px, x_px, y_px


def download(client: Any, run: Run, form: str) -> bytes:
    answer = client.get(f"/api/results/{run.pk}/export", {"as": form})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;")
    return b"".join(answer.streaming_content)


def test_before_the_reveal_there_is_nothing_for_anybody(client_of: Any, run: Run, tina: Any, dora: Any) -> None:
    client_of(dora).post(f"/api/results/{run.pk}/reveal")
    for path in SHOWN:
        assert client_of(dora).get(f"/api/results/{run.pk}{path}").status_code == 200, path  # caches are warm now
        assert client_of(tina).get(f"/api/results/{run.pk}{path}").status_code == 404, path
    assert not Exposure.objects.filter(person=tina).exists()


def test_the_permission_is_asked_before_the_file_is_opened(
    client_of: Any, run: Run, tina: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(cell_results, "_mapped", opened.append)
    for path in SHOWN:
        client_of(tina).get(f"/api/results/{run.pk}{path}")
    assert opened == []


def test_a_reveal_commits_an_exposure_and_shows_the_result(client_of: Any, run: Run, tina: Any) -> None:
    answer = client_of(tina).post(f"/api/results/{run.pk}/reveal")
    assert answer.status_code == 200
    shown = answer.json()
    assert set(shown) == {
        "run", "scheme", "value", "category", "scoreable", "reason", "counts", "percentages", "cell_count",
        "provenance", "seconds", "bounds", "has_layers",
    }  # fmt: skip
    assert shown["run"] == str(run.pk)
    assert shown["bounds"] == {"x": 0, "y": 0, "width": 2048, "height": 1024}
    exposure = Exposure.objects.get()
    assert (exposure.person, exposure.specimen, exposure.source_id) == (tina, run.specimen, run.pk)
    assert not exposure.planned  # two readers, independent: this ends tina's right to read the specimen later
    assert client_of(tina).get(f"/api/results/{run.pk}").json() == shown
    client_of(tina).post(f"/api/results/{run.pk}/reveal")
    assert Exposure.objects.count() == 1
    assert Event.objects.filter(verb="result.revealed", specimen_id=run.specimen_id).count() == 2


@pytest.mark.parametrize(("readers", "mode"), [(0, "independent"), (2, "concurrent")])
def test_an_exposure_is_planned_where_the_protocol_says_so(
    client_of: Any, run: Run, dora: Any, study: Study, readers: int, mode: str
) -> None:
    factories.ProtocolFactory(study=study, version=2, readers_per_specimen=readers, mode=mode)
    client_of(dora).post(f"/api/results/{run.pk}/reveal")
    assert Exposure.objects.get().planned


def test_a_veil_that_falls_later_hides_what_was_seen(client_of: Any, run: Run, tina: Any) -> None:
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    factories.VeilFactory(person=tina, specimen=run.specimen)
    for path in SHOWN:
        assert client.get(f"/api/results/{run.pk}{path}").status_code == 404
    assert client.post(f"/api/results/{run.pk}/reveal").status_code == 404


def test_readers_and_strangers_reveal_nothing(client_of: Any, run: Run, alice: Any, carol: Any, study: Study) -> None:
    for person in (alice, carol):
        assert client_of(person).post(f"/api/results/{run.pk}/reveal").status_code == 404
    assert not Exposure.objects.exists()
    factories.ProtocolFactory(study=study, version=2, readers_per_specimen=0)
    assert client_of(alice).post(f"/api/results/{run.pk}/reveal").status_code == 200


def test_a_run_that_has_not_finished_has_nothing_to_reveal(client_of: Any, study: Study, tina: Any) -> None:
    run = factories.RunFactory(specimen__slide__study=study)
    answer = client_of(tina).post(f"/api/results/{run.pk}/reveal")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_result")
    assert not Exposure.objects.exists()


def test_table_overlay_raster_and_exports_agree_to_the_last_cell(client_of: Any, run: Run, tina: Any) -> None:
    client = client_of(tina)
    table = client.post(f"/api/results/{run.pk}/reveal").json()
    counts = {name: table["counts"][name] for name in CLASS_NAMES}

    cells, total = read_cells(client.get(f"/api/results/{run.pk}/cells").content)
    assert len(cells) == total == table["cell_count"] == 500
    assert {name: int((cells["class"] == number).sum()) for number, name in enumerate(CLASS_NAMES)} == counts

    density, bin_px, x_px, y_px = read_density(client.get(f"/api/results/{run.pk}/density?max_bins=64").content)
    assert dict(zip(CLASS_NAMES, density.sum(axis=(0, 1)).tolist(), strict=True)) == counts
    drawn = np.zeros_like(density)
    np.add.at(drawn, (((cells["y_px"] - y_px) // bin_px).astype(int), ((cells["x_px"] - x_px) // bin_px).astype(int),
                      cells["class"]), 1)  # fmt: skip
    assert (drawn == density).all()

    expected = [
        {
            "x_px": round(float(cell["x_px"]), 2), "y_px": round(float(cell["y_px"]), 2),
            "area_um2": round(float(cell["area_um2"]), 2), "dab_od": round(float(cell["dab_od"]), 4),
            "class": CLASS_NAMES[cell["class"]], "tumour": None,
        }
        for cell in cells
    ]  # fmt: skip
    whole = json.loads(download(client, run, "json"))
    assert whole["cells"] == expected
    assert whole["counts"] == table["counts"]
    assert whole["value"] == table["value"]

    rows = list(csv.DictReader(io.StringIO(download(client, run, "csv").decode())))
    assert [(float(row["x_px"]), float(row["dab_od"]), row["class"]) for row in rows] == [
        (cell["x_px"], cell["dab_od"], cell["class"]) for cell in expected
    ]

    features = json.loads(download(client, run, "geojson"))["features"]
    assert Counter(feature["properties"]["class"] for feature in features) == Counter(counts)
    ring = np.asarray(features[7]["geometry"]["coordinates"][0])
    assert ring.shape == (17, 2)
    assert (ring[0] == ring[16]).all()
    reach = np.hypot(*(ring[:16] - [cells["x_px"][7], cells["y_px"][7]]).T)
    assert np.allclose(reach, cells["radii"][7] / 8, atol=0.02)
    assert features[7]["properties"]["classification"]["name"] in {"Negative", "1+", "2+", "3+"}
    assert len({feature["id"] for feature in features}) == 500

    assert Counter(Event.objects.filter(verb="result.exported").values_list("details__form", flat=True)) == Counter(
        ["json", "csv", "geojson"]
    )


def test_a_view_box_gives_its_own_cells_and_an_even_share_of_too_many(client_of: Any, run: Run, tina: Any) -> None:
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    everything, _ = read_cells(client.get(f"/api/results/{run.pk}/cells").content)
    box = {"x": 300, "y": 100, "width": 900, "height": 500}
    cells, total = read_cells(client.get(f"/api/results/{run.pk}/cells", box).content)
    x_px, y_px = everything["x_px"], everything["y_px"]
    inside = everything[(x_px >= 300) & (x_px < 1200) & (y_px >= 100) & (y_px < 600)]
    assert total == len(cells) == len(inside)
    assert (cells == inside).all()
    share, total = read_cells(client.get(f"/api/results/{run.pk}/cells", box | {"limit": 10}).content)
    assert (len(share), total) == (10, len(inside))
    assert client.get(f"/api/results/{run.pk}/cells", box | {"limit": 10}).content == client.get(
        f"/api/results/{run.pk}/cells", box | {"limit": 10}
    ).content  # fmt: skip
    nothing, total = read_cells(client.get(f"/api/results/{run.pk}/cells", box | {"x": 90000}).content)
    assert (len(nothing), total) == (0, 0)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("cells", {"x": "nan"}), ("cells", {"width": "0"}), ("cells", {"height": "-1"}), ("cells", {"x": "1e400"}),
        ("cells", {"limit": "0"}), ("cells", {"limit": "50001"}), ("cells", {"limit": "٣"}),
        ("density", {"max_bins": "0"}),
        ("density", {"max_bins": "100000"}), ("export", {}), ("export", {"as": "xlsx"}),
    ],
)  # fmt: skip
def test_questions_that_make_no_sense_are_refused(
    client_of: Any, run: Run, tina: Any, path: str, query: dict[str, str]
) -> None:
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    assert client.get(f"/api/results/{run.pk}/{path}", query).status_code == 400


def test_text_in_a_csv_is_never_a_formula(client_of: Any, study: Study, tina: Any) -> None:
    slide = factories.SlideFactory(study=study, name='=HYPERLINK("http://x")')
    case = factories.CaseFactory(study=study, code="@SUM(A1)")
    run = done_run(cells=3, specimen=factories.SpecimenFactory(slide=slide, case=case))
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    rows = list(csv.DictReader(io.StringIO(download(client, run, "csv").decode())))
    assert [(row["slide"], row["case"]) for row in rows] == [('\'=HYPERLINK("http://x")', "'@SUM(A1)")] * 3


def test_a_result_without_cells_exports_too(client_of: Any, study: Study, tina: Any) -> None:
    run = done_run(cells=0, specimen__slide__study=study)
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    assert json.loads(download(client, run, "json"))["cells"] == []
    assert json.loads(download(client, run, "geojson"))["features"] == []
    assert len(download(client, run, "csv").splitlines()) == 1
    assert read_cells(client.get(f"/api/results/{run.pk}/cells").content)[1] == 0


def test_cells_that_are_gone_are_said_to_be(client_of: Any, run: Run, tina: Any, result_store: Any) -> None:
    client = client_of(tina)
    client.post(f"/api/results/{run.pk}/reveal")
    cell_results._mapped.cache_clear()
    for file in result_store.rglob("*.cells"):
        file.unlink()
    assert client.get(f"/api/results/{run.pk}/cells").status_code == 503


def test_the_json_has_the_command_lines_keys(run: Run) -> None:
    from webapp.agreement.results.exports import summary

    contract = {
        "method", "preset", "version", "weights_sha256", "um_per_px", "um_per_px_source", "input_sha256", "seconds",
        "scheme", "value", "scoreable", "reason", "percentages", "tumour_fraction", "qc", "counts",
    }  # fmt: skip
    assert contract <= set(summary(Result.objects.select_related("run").get()))


def test_an_export_streams_under_asgi_chunk_by_chunk() -> None:
    taken: list[int] = []

    def chunks() -> Any:
        for number in range(3):
            taken.append(number)
            yield b"x"

    async def first() -> bytes:
        async for chunk in Stream(chunks()):
            return bytes(chunk)
        return b""

    assert asyncio.run(first()) == b"x"
    assert taken == [0]


def test_the_trail_is_for_administrators_and_under_the_veil(
    client_of: Any, run: Run, study: Study, dora: Any, tina: Any, alice: Any, carol: Any
) -> None:
    client_of(tina).post(f"/api/results/{run.pk}/reveal")
    path = f"/api/studies/{study.pk}/audit"
    seen = client_of(dora).get(path).json()
    assert [event["verb"] for event in seen["results"]] == ["result.revealed", "exposure.recorded"]
    assert set(seen["results"][0]) == {"at", "actor", "verb", "object_kind", "object_id", "specimen_id", "details"}
    assert client_of(tina).get(path).status_code == 403
    assert client_of(alice).get(path).status_code == 403
    assert client_of(carol).get(path).status_code == 404
    factories.VeilFactory(person=dora, specimen=run.specimen)
    assert client_of(dora).get(path).json()["count"] == 0
