"""Reading regions through the decoder: the pixels are OpenSlide's, and losing the decoder harms nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import openslide
import pytest
from numpy.typing import NDArray
from PIL import Image

from scoring.slide_io import Limits, SlideError, open_slide
from scoring.slide_io.process import Decoder
from scoring.slide_io.sniff import sniff
from tests.scoring.slide_io import samples


def _truth(slide: openslide.OpenSlide, x: int, y: int, level: int, width: int, height: int) -> NDArray[np.uint8]:
    region = slide.read_region((x, y), level, (width, height))
    white = Image.new("RGBA", region.size, "white")
    return np.asarray(Image.alpha_composite(white, region).convert("RGB"))


@pytest.mark.parametrize("name", ["cmu-1-small-region.svs", "boxes.tiff", "tcga-cr-7395-01a-01-ts1.svs",
                                  "multi_frame_jpeg_camelyon_challenge_image.dcm"])  # fmt: skip
def test_pixels_are_openslides_at_all_levels_and_edges(name: str, data: Path) -> None:
    path = data / "slides" / name
    with open_slide(path) as reader, openslide.OpenSlide(path) as slide:
        assert [(level.width_px, level.height_px) for level in reader.info.levels] == list(slide.level_dimensions)
        width, height = slide.dimensions
        for level in range(slide.level_count):
            for x, y in ((0, 0), (width // 3, height // 2), (width - 40, height - 30), (-20, -10)):
                got = reader.read_region(x, y, level, 100, 80)
                assert np.abs(got.astype(int) - _truth(slide, x, y, level, 100, 80)).max() <= 1


def test_outside_is_white(aperio: Path) -> None:
    with open_slide(aperio, checksum=False) as reader:
        assert (reader.read_region(-500, -500, 0, 100, 100) == 255).all()
        assert (reader.read_region(10_000, 10_000, 0, 100, 100) == 255).all()


def test_large_region_is_read_in_bands_without_a_seam(tmp_path: Path) -> None:
    image = np.tile(samples.pixels(512, 512), (12, 8, 1))
    path = samples.write_pyramid(tmp_path / "s.tif", image, compression="deflate", levels=2)
    with open_slide(path, checksum=False) as reader:
        assert np.array_equal(reader.read_region(0, 0, 0, 4096, 6144), image)


def test_info_of_the_real_slide(aperio: Path) -> None:
    with open_slide(aperio) as reader:
        info = reader.info
    assert (info.format, info.width_px, info.height_px) == ("aperio", 2220, 2967)
    assert (info.um_per_px, info.um_per_px_source, info.objective_power) == (0.499, "file", 20.0)
    assert info.sha256 == "ed92d5a9f2e86df67640d6f92ce3e231419ce127131697fbbce42ad5e002c8a7"
    assert info.size_bytes == aperio.stat().st_size


def test_given_um_per_px_wins_and_is_said(aperio: Path) -> None:
    with open_slide(aperio, um_per_px=0.25, checksum=False) as reader:
        assert (reader.info.um_per_px, reader.info.um_per_px_source) == (0.25, "given")
    for nonsense in (0.0, -1.0, float("nan"), 1000.0):
        with pytest.raises(ValueError, match="µm per pixel"):
            open_slide(aperio, um_per_px=nonsense)


@pytest.mark.parametrize(("x", "y", "expected"), [
    (0.25, 0.25, 0.25), (0.25, 0.255, pytest.approx(0.2525, abs=1e-3)), (0.25, 0.5, None), (352.8, 352.8, None),
])  # fmt: skip
def test_um_per_px_from_resolution_tags(tmp_path: Path, x: float, y: float, expected: float | None) -> None:
    path = samples.write_pyramid(
        tmp_path / "s.tif", samples.pixels(300, 300), levels=1, resolution=(1e4 / x, 1e4 / y), resolutionunit=3
    )
    with open_slide(path, checksum=False) as reader:
        assert reader.info.um_per_px == expected
        assert reader.info.um_per_px_source == (None if expected is None else "file")
        assert bool(reader.info.notes) == (expected is None)


def test_parameters_that_make_no_sense_are_refused(aperio: Path) -> None:
    with open_slide(aperio, checksum=False) as reader:
        for level, width, height in ((1, 9, 9), (-1, 9, 9), (0, 0, 9), (0, 9, -1), (0, 1 << 20, 1 << 20)):
            with pytest.raises(ValueError, match="got"):
                reader.read_region(0, 0, level, width, height)
        with pytest.raises(ValueError, match="too far"):
            reader.read_region(1 << 60, 0, 0, 9, 9)


def test_a_killed_decoder_is_replaced_and_another_slide_not_disturbed(aperio: Path, data: Path) -> None:
    with open_slide(aperio, checksum=False) as reader, open_slide(data / "slides/boxes.tiff") as other:
        before, others = reader.read_region(0, 0, 0, 64, 64), other.decoder_pid
        os.kill(reader.decoder_pid or 0, signal.SIGKILL)
        assert np.array_equal(reader.read_region(0, 0, 0, 64, 64), before)
        assert other.decoder_pid == others
        other.read_region(0, 0, 0, 64, 64)


def test_three_deaths_quarantine_the_slide(aperio: Path) -> None:
    with open_slide(aperio, checksum=False, limits=Limits(deaths=3)) as reader:
        for _ in range(2):
            os.kill(reader.decoder_pid or 0, signal.SIGABRT)
            reader.read_region(0, 0, 0, 8, 8)
        os.kill(reader.decoder_pid or 0, signal.SIGABRT)
        with pytest.raises(SlideError):
            reader.read_region(0, 0, 0, 8, 8)
        with pytest.raises(SlideError) as caught:
            reader.read_region(0, 0, 0, 8, 8)
        assert caught.value.code == "quarantined"


def test_a_hanging_decoder_is_killed(aperio: Path) -> None:
    with open_slide(aperio, checksum=False, limits=Limits(open_seconds=2.0, seconds_per_megapixel=0.01)) as reader:
        os.kill(reader.decoder_pid or 0, signal.SIGSTOP)
        with pytest.raises(SlideError) as caught:
            reader.read_region(0, 0, 0, 8, 8)
        assert caught.value.code == "too_slow"
        assert reader.read_region(0, 0, 0, 8, 8).shape == (8, 8, 3)


def test_decoders_end_with_their_reader_and_with_a_killed_parent(aperio: Path) -> None:
    with open_slide(aperio, checksum=False) as reader:
        pid = reader.decoder_pid
    assert pid
    assert not Path(f"/proc/{pid}").exists()
    code = (
        "import sys, time, pathlib; from scoring.slide_io import open_slide\n"
        "reader = open_slide(pathlib.Path(sys.argv[1]), checksum=False); print(reader.decoder_pid, flush=True)\n"
        "time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(aperio)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    orphan = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{orphan}").exists() and "zombie" not in Path(f"/proc/{orphan}/status").read_text():
        assert time.monotonic() < deadline, "the decoder outlived its parent"
        time.sleep(0.02)


def test_decoder_has_its_limits_and_is_shut_in(aperio: Path) -> None:
    source = sniff(aperio, Limits())
    decoder = Decoder(source, Limits())
    try:
        limits = Path(f"/proc/{decoder.pid}/limits").read_text()
        address_space = next(line for line in limits.splitlines() if line.startswith("Max address space"))
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert str(1500 << 20) in address_space
        assert core.split()[4] == "0"
        status = Path(f"/proc/{decoder.pid}/status").read_text()
        assert "NoNewPrivs:\t1" in status
        if "landlock" not in decoder.sandbox:
            pytest.skip("This kernel has no Landlock; limits alone hold.")
        assert "seccomp" in decoder.sandbox
    finally:
        decoder.kill()


def test_a_shut_in_process_reads_its_slide_and_nothing_else(aperio: Path, data: Path) -> None:
    code = """
import os, socket, sys
from scoring.slide_io.child import sandbox
if "landlock" not in sandbox.enclose([sys.argv[1]], [], []):
    print("no landlock"); sys.exit()
open(sys.argv[1], "rb").read(16)
def refused(what):
    try: what()
    except PermissionError: return True
    except OSError as error: return error.errno == 1
    return False
print([refused(lambda: open(sys.argv[2], "rb")), refused(lambda: open("/etc/passwd")),
       refused(lambda: open(sys.argv[1] + ".new", "wb")), refused(socket.socket),
       refused(lambda: os.execv("/bin/true", ["true"]))])
"""
    other = data / "slides" / "boxes.tiff"
    done = subprocess.run([sys.executable, "-c", code, str(aperio), str(other)], capture_output=True, text=True,
                          check=True)  # fmt: skip
    if "no landlock" in done.stdout:
        pytest.skip("This kernel has no Landlock.")
    assert done.stdout.strip() == str([True] * 5)


def test_the_same_bytes_whatever_fresh_memory_holds(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uninitialised memory would be another slide's pixels (CVE-2026-54604)."""
    for name in ("cmu-1-small-region.svs", "tcga-cr-7395-01a-01-ts1.svs", "boxes.tiff"):
        got = []
        for perturb in ("0", "85", "170"):
            monkeypatch.setenv("MALLOC_PERTURB_", perturb)
            with open_slide(data / "slides" / name, checksum=False) as reader:
                got.append(reader.read_region(-50, -50, len(reader.info.levels) - 1, 700, 700).tobytes())
        assert len(set(got)) == 1


def test_parent_side_imports_no_decoder() -> None:
    code = (
        "import sys; import scoring.slide_io, scoring.slide_io.pool\n"
        "print(sorted(set(sys.modules) & {'openslide', 'tifffile', 'PIL', 'cv2', 'imagecodecs', 'pydicom'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_dicom_folder_is_one_slide(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "series"
    folder.mkdir()
    for name in ("boxes_0.dcm", "boxes_1.dcm"):
        (folder / name).write_bytes((data / "slides" / name).read_bytes())
    with open_slide(folder) as reader:
        assert reader.info.format == "dicom"
        assert len(reader.info.sha256) == 64
        assert reader.info.size_bytes == sum(path.stat().st_size for path in folder.iterdir())
        before = reader.info.sha256
    (folder / "more.txt").write_text("x")
    with open_slide(folder) as reader:
        assert reader.info.sha256 != before
