"""Plain PNG, JPEG and TIFF images: checked by their declared size, then decoded whole into RGB."""

from __future__ import annotations

import warnings
from typing import Any

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, TiffImagePlugin, UnidentifiedImageError

from scoring.slide_io.child import facts
from scoring.slide_io.errors import TOO_LARGE, UNSUPPORTED, SlideError, damaged
from scoring.slide_io.limits import Limits

_PLUGINS = (PngImagePlugin, JpegImagePlugin, TiffImagePlugin)  # named so that they are loaded before the sandbox shuts
_FORMATS = ("PNG", "JPEG", "TIFF")
_COLOURS = frozenset({"RGB", "RGBA", "RGBX", "RGBa", "L", "LA", "La", "P", "PA", "CMYK", "YCbCr"})
_UNITS_UM = {2: 25_400.0, 3: 10_000.0}  # TIFF ResolutionUnit: inch, centimetre


def load(path: str, limits: Limits) -> tuple[Image.Image, str, float | None]:
    """Decode an image: (RGB image the right way up, format name, µm/px from TIFF resolution tags or None).

    8-bit RGB, grey, palette and CMYK become RGB; transparency is laid on white; EXIF orientation is applied. Black and
    white (1 bit) and 16-bit grey are refused: there is no stain colour in them to see.
    """
    Image.MAX_IMAGE_PIXELS = limits.max_plain_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=_FORMATS) as image:
            check(image, limits)
            um = _um_per_px(image)
            name = f"plain-{(image.format or '').lower()}"
            image.load()
            return to_rgb(ImageOps.exif_transpose(image)), name, um
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(limits) from error
    except UnidentifiedImageError as error:
        raise damaged("its header makes no sense") from error
    except MemoryError as error:
        raise SlideError(TOO_LARGE, "The image needs more memory than one image may use.") from error
    except SlideError:
        raise
    except Exception as error:  # Pillow raises many kinds on damaged files (OSError, SyntaxError, struct.error, …)
        raise damaged("its pixels cannot be decoded") from error


def check(image: Image.Image, limits: Limits) -> None:
    """Refuse by what the header declares, before pixels are decoded."""
    width, height = image.size
    facts.check_size(width, height, limits)
    if width * height > limits.max_plain_pixels:
        raise _too_large(limits)
    if image.mode == "1":
        raise SlideError(
            UNSUPPORTED,
            "This is a black-and-white (1 bit) image, as a fax is: it has no stain colours. Export it in colour, "
            "as 8-bit RGB.",
        )
    if image.mode not in _COLOURS:
        raise SlideError(
            UNSUPPORTED,
            "This is a grey image of more than 8 bits per pixel: it has no stain colours. Export it in colour, "
            "as 8-bit RGB.",
        )


def to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or (image.mode == "P" and "transparency" in image.info):
        colour = image.convert("RGBA")
        white = Image.new("RGB", colour.size, (255, 255, 255))
        white.paste(colour, mask=colour.getchannel("A"))
        return white
    return image if image.mode == "RGB" else image.convert("RGB")


def _um_per_px(image: Image.Image) -> float | None:
    """From TIFF resolution tags only: a PNG's or JPEG's "dpi" is a printer's, and it is nearly always 72 or 96."""
    if image.format != "TIFF":
        return None
    tags: Any = image.tag_v2  # type: ignore[attr-defined]
    unit = _UNITS_UM.get(tags.get(296, 2))
    try:
        x, y = float(tags.get(282, 0)), float(tags.get(283, 0))
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if unit is None or not (x > 0 and y > 0):
        return None
    um, _notes = facts.um_per_px({"openslide.mpp-x": str(unit / x), "openslide.mpp-y": str(unit / y)}, "generic-tiff")
    return um


def _too_large(limits: Limits) -> SlideError:
    return SlideError(
        TOO_LARGE,
        f"A plain image may have at most {limits.max_plain_pixels // 10**6} megapixels. Export it as a tiled, "
        "pyramidal TIFF or in the scanner's own format.",
    )
