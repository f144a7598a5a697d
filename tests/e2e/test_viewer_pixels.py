"""What the viewer draws, pixel by pixel, against the same tiles in numpy: as scanned, separated, adjusted."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests import shared_data

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
TILE_PX = 96  # no divisor of the field: the edge tiles are padded, as scanners store them
HAEMATOXYLIN, DAB = (0.650, 0.704, 0.286), (0.268, 0.570, 0.776)  # scoring.md §3.1, ImageJ's H DAB


@dataclass
class Slide:
    """JPEG tiles of one real field (RGB, one level) and the pixels that they decode to."""

    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    pixels: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 3), np.uint8))
    asked: int = 0

    @classmethod
    def of(cls, path: Path) -> Slide:
        source = Image.open(path).convert("RGB")
        width, height = source.size
        slide = cls(pixels=np.zeros((height, width, 3), np.uint8))
        for row in range(-(-height // TILE_PX)):
            for column in range(-(-width // TILE_PX)):
                x, y = column * TILE_PX, row * TILE_PX
                tile = Image.new("RGB", (TILE_PX, TILE_PX), "white")
                tile.paste(source.crop((x, y, min(x + TILE_PX, width), min(y + TILE_PX, height))))
                buffer = io.BytesIO()
                tile.save(buffer, "JPEG", quality=92)
                slide.tiles[column, row] = buffer.getvalue()
                decoded = np.asarray(Image.open(buffer))[: height - y, : width - x]
                slide.pixels[y : y + TILE_PX, x : x + TILE_PX] = decoded
        return slide

    def presentation(self) -> dict[str, object]:
        height, width = self.pixels.shape[:2]
        level = {"width_px": width, "height_px": height, "tile_width_px": TILE_PX, "tile_height_px": TILE_PX}
        return {
            "id": "field",
            "width_px": width,
            "height_px": height,
            "um_per_px": 0.5,
            "um_per_px_source": "file",
            "objective_power": None,
            "rotation_deg": 0,
            "flipped": False,
            "levels": [level],
            "tile_url": "/tiles/{id}/{level}/{column}/{row}",
        }


class Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: object, slide: Slide, **kwargs: object) -> None:
        self.slide = slide
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test's own report is enough."""

    def do_GET(self) -> None:
        if self.path == "/presentation.json":
            return self.answer(json.dumps(self.slide.presentation()).encode(), "application/json")
        if self.path.startswith("/tiles/"):
            self.slide.asked += 1
            column, row = map(int, self.path.split("/")[-2:])
            return self.answer(self.slide.tiles[column, row], "image/jpeg")
        return super().do_GET()

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def slide() -> Slide:
    data = shared_data()
    if data is None:
        pytest.skip("The shared test data is absent: set DUOSCOPE_SHARED_DATA.")
    return Slide.of(data / "er-pr-tiles" / "endonuke_00.png")


@pytest.fixture(scope="module")
def page(slide: Slide, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    vite = FRONTEND / "node_modules" / ".bin" / "vite"
    if not vite.exists() or shutil.which("node") is None:
        pytest.skip("The front end's packages are not installed: run `make install`.")
    built = tmp_path_factory.mktemp("viewer-pixels")
    build = [str(vite), "build", "tests/viewer-pixels", "--outDir", str(built), "--emptyOutDir", "--target", "es2022"]
    subprocess.run(build, cwd=FRONTEND, check=True, capture_output=True, text=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, slide=slide, directory=str(built)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    height, width = slide.pixels.shape[:2]
    opened = browser.new_page(viewport={"width": width + 20, "height": height + 20})
    opened.goto(f"http://127.0.0.1:{server.server_port}/")
    opened.wait_for_function("() => window.viewer !== undefined")
    yield opened
    opened.close()
    server.shutdown()
    server.server_close()


def drawn(page: Page, **display: object) -> np.ndarray:
    """What stands on the screen with this display: float H×W×3, 0–255."""
    png = page.evaluate(
        """async (display) => {
            window.viewer.setDisplay(display);
            await window.viewer.whenDrawn();
            return [...new Uint8Array(await (await window.viewer.screenshot()).arrayBuffer())];
        }""",
        {"stain": "original", "brightness": 0, "contrast": 0, "gamma": 1} | display,
    )
    return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB")).astype(float)


def separated(pixels: np.ndarray, stain: str) -> np.ndarray:
    """One stain alone, reconstructed: float H×W×3, 0–1 (scoring.md §3.1, `cross`, i0 255, clip1)."""
    rows = [np.array(vector) / np.linalg.norm(vector) for vector in (HAEMATOXYLIN, DAB)]
    residual = np.cross(*rows)
    inverse = np.linalg.inv(np.stack([*rows, residual / np.linalg.norm(residual)]))
    amounts = -np.log10(np.maximum(pixels, 1) / 255) @ inverse
    index = ("haematoxylin", "dab").index(stain)
    return np.asarray(10 ** (-np.maximum(amounts[..., index, None], 0) * rows[index]))


def test_as_scanned_is_exact(page: Page, slide: Slide) -> None:
    assert np.array_equal(drawn(page), slide.pixels)


@pytest.mark.parametrize("stain", ["haematoxylin", "dab"])
def test_separation_is_the_reference_within_rounding(page: Page, slide: Slide, stain: str) -> None:
    expected = 255 * separated(slide.pixels, stain)
    assert np.ptp(expected) > 100, "this field holds too little of the stain to test anything"
    assert np.abs(drawn(page, stain=stain) - expected).max() < 0.75


def test_adjustments_follow_the_separation(page: Page, slide: Slide) -> None:
    shown = np.clip(1.3 * separated(slide.pixels, "dab") - 0.15, 0, 1) ** (1 / 1.5)
    expected = 255 * np.clip(shown + 0.1, 0, 1)
    assert np.abs(drawn(page, stain="dab", brightness=0.1, contrast=0.3, gamma=1.5) - expected).max() < 1


def test_changing_the_display_asks_for_no_tiles(page: Page, slide: Slide) -> None:
    drawn(page)
    before = slide.asked
    for stain in ("dab", "haematoxylin", "original"):
        drawn(page, stain=stain, contrast=0.2)
    assert slide.asked == before == len(slide.tiles)
