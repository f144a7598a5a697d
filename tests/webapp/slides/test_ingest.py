"""Ingest: what a file becomes, that it leaks nothing that may identify a patient, and that it can be killed."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scoring.slide_io import SlideError, TileIndex, open_slide
from tests import shared_data
from tests.scoring.slide_io import samples
from webapp.core.errors import Invalid
from webapp.slides import ingest, storage


@pytest.fixture(autouse=True)
def _slide_folder(settings: Any, tmp_path: Path) -> None:
    settings.SLIDE_FOLDER = tmp_path / "slides"


def _received(path: Path) -> Path:
    """Adopt a file; returns its slide folder."""
    slide_id = uuid.uuid4()
    storage.adopt(slide_id, path)
    return storage.slide_folder(slide_id)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_plain_field_of_view_becomes_a_pyramid(tmp_path: Path) -> None:
    image = samples.pixels(700, 1300)
    Image.fromarray(image).save(tmp_path / "field.PNG")
    folder = _received(tmp_path / "field.PNG")
    phases: list[tuple[str, float]] = []
    report = ingest.ingest(folder, progress=lambda *told: phases.append(told))
    assert _names(folder) == ["pyramid.tif", "source.png", "thumbnail.jpg", "tiles.idx"]
    assert (report.width_px, report.height_px, report.is_converted, report.um_per_px) == (1300, 700, True, None)
    assert report.um_per_px_source == "unknown"
    assert [level["width_px"] for level in report.levels] == [1300, 650, 325]
    index = TileIndex.load(folder / "tiles.idx")
    assert list(index.stored_levels()) == [0, 1, 2]
    assert index.sha256 == report.sha256
    assert [done for _, done in phases] == sorted(done for _, done in phases)
    with Image.open(folder / "thumbnail.jpg") as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) == 512
        small = np.asarray(Image.fromarray(image).resize(picture.size)).astype(int)
        assert np.abs(np.asarray(picture).astype(int) - small).mean() < 8


def test_the_real_slide_is_left_as_it_is() -> None:
    data = shared_data()
    if data is None:
        pytest.skip("The shared test data are not here (set DUOSCOPE_SHARED_DATA).")
    folder = _received(data / "slides" / "cmu-1-small-region.svs")
    report = ingest.ingest(folder)
    assert _names(folder) == ["source.svs", "thumbnail.jpg", "tiles.idx"]
    assert (report.format, report.um_per_px, report.um_per_px_source, report.is_converted) == (
        "aperio", 0.499, "file", False,
    )  # fmt: skip
    assert report.levels[0]["tile_width_px"] == 240
    with Image.open(folder / "thumbnail.jpg") as picture:
        assert picture.size == (383, 512)


def test_no_canary_leaves_a_slide(tmp_path: Path) -> None:
    """Every metadata field, the label and the macro carry one; what ingest makes and serves carries none."""
    path = samples.write_aperio(tmp_path / f"{samples.CANARY}.svs", samples.pixels(1200, 1000) // 2 + 60)
    assert path.read_bytes().count(samples.CANARY.encode()) > 10
    folder = _received(path)
    report = ingest.ingest(folder)
    assert report.format == "aperio"
    assert report.um_per_px == 0.25
    made = json.dumps(asdict(report)) + " ".join(_names(folder))
    assert samples.CANARY not in made
    index, data = TileIndex.load(folder / "tiles.idx"), (folder / "source.svs").read_bytes()
    served = [(folder / "thumbnail.jpg").read_bytes(), (folder / "tiles.idx").read_bytes()]
    for number, level in enumerate(index.levels):
        for row in range(level.rows):
            for column in range(level.columns):
                found = index.find(number, column, row)
                if found:
                    served.append(level.head + data[found[0] + 2 : sum(found)])
    with open_slide(folder / "source.svs", checksum=False) as reader:
        served += [reader.read_jpeg(0, 0, number, 256, 256) for number in range(len(index.levels))]
    assert len(served) > 20
    for content in served:
        assert samples.CANARY.encode() not in content
        if content[:2] == b"\xff\xd8":
            with Image.open(io.BytesIO(content)) as image:
                pixels = np.asarray(image.convert("RGB")).astype(int)
                assert not {"exif", "icc_profile", "comment", "dpi"} & set(image.info)
            for first, others in ((0, (1, 2)), (1, (0, 2))):  # the label is pure red, the macro pure green
                pure = (pixels[..., first] > 220) & (pixels[..., others[0]] < 40) & (pixels[..., others[1]] < 40)
                assert not pure.any()


def test_a_refused_file_leaves_nothing_but_itself(tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\nnonsense")
    folder = _received(tmp_path / "cut.png")
    with pytest.raises(SlideError) as caught:
        ingest.ingest(folder)
    assert caught.value.code == "damaged"
    assert _names(folder) == ["source.png"]


def test_killed_in_the_middle_and_run_again(tmp_path: Path) -> None:
    image = np.tile(samples.pixels(500, 500), (2, 12, 1))
    folder = _received(samples.write_pyramid(tmp_path / "flat.tif", image, levels=1, compression="deflate"))
    code = (
        "import sys, os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'webapp.settings.testing'; django.setup()\n"
        "from pathlib import Path; from webapp.slides.ingest import ingest\n"
        "ingest(Path(sys.argv[1]), progress=lambda phase, done: print(phase, flush=True))"
    )
    killed_in = []
    for phase in ("checksum", "convert", "index", "picture"):
        process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        for line in process.stdout:
            if line.strip() == phase:
                time.sleep(0.2 if phase == "convert" else 0.02)
                os.kill(process.pid, signal.SIGKILL)
                killed_in.append(phase)
                break
        process.wait()
        process.stdout.close()
    assert killed_in == ["checksum", "convert", "index", "picture"]
    report = ingest.ingest(folder)
    assert report.is_converted
    assert _names(folder) == ["pyramid.tif", "source.tif", "thumbnail.jpg", "tiles.idx"]
    assert ingest.ingest(folder) == report


def _answer(folder: Path) -> str:
    try:
        ingest.ingest(folder)
    except SlideError as error:
        return error.code
    return "ready"


@pytest.mark.timeout(300)
def test_fifty_mutated_slides_through_the_whole_ingest(tmp_path: Path) -> None:
    originals, rnd, answers = samples.seeds(tmp_path), random.Random(11), []
    for number in range(50):
        path = tmp_path / f"mutant-{number}.tif"
        path.write_bytes(samples.mutant(originals, rnd))
        folder = _received(path)
        answers.append(_answer(folder))
        made = _names(folder)
        assert ("thumbnail.jpg" in made and "tiles.idx" in made) if answers[-1] == "ready" else len(made) == 1
    assert len(answers) == 50
    assert {"ready", "damaged"} <= set(answers) <= {"ready", "damaged", "unsupported", "too_large", "too_slow"}


@pytest.mark.parametrize(
    "name", ["../x.svs", "a/../../x.svs", "CON", "x" * 200 + ".svs", "a\u202egpj.svs", ".svs", "x.exe"]
)
def test_a_received_name_gives_nothing_but_a_suffix(tmp_path: Path, name: str) -> None:
    real = tmp_path / "inbox" / name.replace("/", "_")
    real.parent.mkdir(exist_ok=True)
    real.write_bytes(b"content")
    slide_id = uuid.uuid4()
    stored = storage.adopt(slide_id, real)
    assert stored in {f"{slide_id}/source.svs", f"{slide_id}/source.bin"}
    assert (tmp_path / "slides" / stored).read_bytes() == b"content"


def test_links_and_special_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link.svs").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe.svs")
    inside = tmp_path / "folder"
    inside.mkdir()
    (inside / "a.dcm").symlink_to(tmp_path / "secret")
    linked = tmp_path / "linked-folder"
    linked.symlink_to(tmp_path)
    for path in ("link.svs", "pipe.svs", "folder", "linked-folder", "absent.svs"):
        slide_id = uuid.uuid4()
        with pytest.raises(Invalid):
            storage.adopt(slide_id, tmp_path / path)
        assert _names(storage.slide_folder(slide_id)) == []


def test_mrxs_brings_its_folder(tmp_path: Path) -> None:
    (tmp_path / "a.mrxs").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "Slidedat.ini").write_text("x")
    slide_id = uuid.uuid4()
    assert storage.adopt(slide_id, tmp_path / "a.mrxs") == f"{slide_id}/source.mrxs"
    assert (storage.slide_folder(slide_id) / "source" / "Slidedat.ini").read_text() == "x"
    assert storage.source_in(storage.slide_folder(slide_id)).name == "source.mrxs"


def test_the_inbox_shows_what_can_be_registered(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / "b.svs").write_bytes(b"12345")
    (inbox / ".hidden").write_bytes(b"1")
    (inbox / "a.mrxs").write_bytes(b"12")
    (inbox / "a").mkdir()
    (inbox / "a" / "data.dat").write_bytes(b"123")
    (inbox / "series").mkdir()
    (inbox / "link.svs").symlink_to(inbox / "b.svs")
    assert storage.inbox_entries(inbox) == [
        storage.InboxEntry("a.mrxs", 5, is_folder=False),
        storage.InboxEntry("b.svs", 5, is_folder=False),
        storage.InboxEntry("series", 0, is_folder=True),
    ]
    assert storage.inbox_path(inbox, "b.svs") == inbox / "b.svs"
    for name in ("link.svs", "../inbox/b.svs", "", ".", "..", "a", "absent"):
        with pytest.raises(Invalid):
            storage.inbox_path(inbox, name)
    assert storage.inbox_entries(tmp_path / "nothing") == []


def test_interrupted_copies_are_cleared_away(tmp_path: Path) -> None:
    slide_id = uuid.uuid4()
    left = storage.slide_folder(slide_id) / ".adopting-1"
    left.mkdir(parents=True)
    (left / "file").write_bytes(b"half")
    (tmp_path / "x.svs").write_bytes(b"whole")
    storage.adopt(slide_id, tmp_path / "x.svs")
    assert _names(storage.slide_folder(slide_id)) == ["source.svs"]
