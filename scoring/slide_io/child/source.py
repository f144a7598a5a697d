"""One opened file inside the decoder: an OpenSlide slide, or a plain image held in memory. Both read RGB on white."""

from __future__ import annotations

from typing import Any

import openslide
from PIL import Image

from scoring.slide_io.child import facts, plain
from scoring.slide_io.child.dicom import why_not_a_slide
from scoring.slide_io.errors import NOT_A_SLIDE, UNSUPPORTED, SlideError, damaged
from scoring.slide_io.limits import Limits

_BAND_PX = 16_000_000
_HOW = "Send the scanner's own file, or a PNG, JPEG or TIFF image."


class OpenSlideSource:
    """A slide read with OpenSlide. After an error OpenSlide's handle is dead: it is opened again for the next read."""

    def __init__(self, path: str, vendor: str, limits: Limits) -> None:
        self.path = path
        self.vendor = vendor
        self._slide = _open(path, vendor)
        properties = dict(self._slide.properties)
        facts.check_metadata(properties, limits)
        levels = facts.levels_of(self._slide, limits)
        um, notes = facts.um_per_px(properties, vendor)
        smallest = levels[-1]
        self.sizes = [(level["width_px"], level["height_px"]) for level in levels]
        self.downsamples = [level["downsample"] for level in levels]
        self.facts: dict[str, Any] = {
            "format": vendor,
            "um_per_px": um,
            "objective_power": facts.positive(properties.get("openslide.objective-power"), 150),
            "scanner": facts.scanner(properties, vendor),
            "levels": levels,
            "is_plain": False,
            "has_overview": max(smallest["width_px"], smallest["height_px"]) <= limits.max_overview_px,
            "notes": notes,
        }

    def read(self, x: int, y: int, level: int, width: int, height: int) -> Image.Image:
        """RGB image of a region; ``x``, ``y`` in level-0 px, size in px of ``level``; white outside the slide."""
        if width * height <= _BAND_PX:
            return self._band(x, y, level, width, height)
        whole = Image.new("RGB", (width, height))
        rows = max(1, _BAND_PX // width)
        for top in range(0, height, rows):
            band = self._band(x, y + round(top * self.downsamples[level]), level, width, min(rows, height - top))
            whole.paste(band, (0, top))
        return whole

    def _band(self, x: int, y: int, level: int, width: int, height: int) -> Image.Image:
        if self._slide is None:
            self._slide = _open(self.path, self.vendor)
        try:
            region = self._slide.read_region((x, y), level, (width, height))
        except openslide.OpenSlideError as error:
            self._slide = None
            raise damaged("a part of the image cannot be decoded") from error
        alpha = region.getchannel("A")
        if alpha.getextrema()[0] == 255:
            opaque: Image.Image = region.convert("RGB")
            return opaque
        white = Image.new("RGB", region.size, (255, 255, 255))
        white.paste(region, mask=alpha)
        return white


class PlainSource:
    """A PNG, JPEG or TIFF image without a pyramid: decoded once, one level."""

    vendor = "plain"

    def __init__(self, path: str, limits: Limits) -> None:
        self.path = path
        self.image, format_name, um = plain.load(path, limits)
        width, height = self.image.size
        self.sizes = [(width, height)]
        self.downsamples = [1.0]
        self.facts: dict[str, Any] = {
            "format": format_name,
            "um_per_px": um,
            "objective_power": None,
            "scanner": "",
            "levels": [
                {
                    "width_px": width,
                    "height_px": height,
                    "downsample": 1.0,
                    "tile_width_px": facts.VIRTUAL_TILE_PX,
                    "tile_height_px": facts.VIRTUAL_TILE_PX,
                }
            ],
            "is_plain": True,
            "has_overview": max(width, height) <= limits.max_overview_px,
            "notes": [] if um else ["The file does not say its µm per pixel."],
        }

    def read(self, x: int, y: int, level: int, width: int, height: int) -> Image.Image:
        if level != 0:
            raise ValueError(f"A plain image has level 0 only; got {level}.")
        white = Image.new("RGB", (width, height), (255, 255, 255))
        box = (max(0, x), max(0, y), min(self.sizes[0][0], x + width), min(self.sizes[0][1], y + height))
        if box[0] < box[2] and box[1] < box[3]:
            white.paste(self.image.crop(box), (box[0] - x, box[1] - y))
        return white


Opened = OpenSlideSource | PlainSource


def open_source(path: str, kind: str, limits: Limits) -> Opened:
    """Open ``path``, whose first bytes say ``kind``; OpenSlide decides whether it is a slide.

    Raises:
        SlideError: with a sentence for a technician.
    """
    try:
        vendor = openslide.OpenSlide.detect_format(path)
    except openslide.OpenSlideError:
        vendor = None
    if vendor in facts.SCANNERS and not (vendor == "hamamatsu" and kind != "tiff"):
        return OpenSlideSource(path, vendor, limits)
    if kind in {"png", "jpeg", "tiff"}:
        return PlainSource(path, limits)
    if kind == "dicom":
        raise SlideError(NOT_A_SLIDE, why_not_a_slide(path))
    raise SlideError(UNSUPPORTED, f"The file has no slide format that is read here. {_HOW}")


def _open(path: str, vendor: str) -> Any:
    try:
        return openslide.OpenSlide(path)
    except openslide.OpenSlideUnsupportedFormatError as error:
        raise SlideError(UNSUPPORTED, f"The file has no slide format that is read here. {_HOW}") from error
    except openslide.OpenSlideError as error:
        said = str(error).lower()
        if "unsupported" in said or "not supported" in said or "only" in said or "photometric" in said:
            raise SlideError(
                UNSUPPORTED,
                "The slide's pixels are stored in a way that cannot be read (compression or colour model). "
                "Export it with JPEG or JPEG 2000 compression in RGB colours.",
            ) from error
        if vendor == "dicom" and "attribute" in said:
            raise SlideError(
                UNSUPPORTED,
                "This DICOM slide is stored in a way that cannot be read: 8 bits per colour, RGB or YCbCr, are needed.",
            ) from error
        raise damaged() from error
