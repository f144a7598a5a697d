"""A small picture of the whole slide, from its own pyramid and in bounded memory."""

from __future__ import annotations

from typing import Any

from PIL import Image

from scoring.slide_io.errors import TOO_LARGE, SlideError
from scoring.slide_io.limits import Limits

_MAX_READ_PX = 32_000_000


def overview(source: Any, side: int, limits: Limits) -> Image.Image:
    """RGB image of the slide, its longer side ``side`` px at most.

    Raises:
        SlideError: too_large, where no level is small enough to be read whole.
    """
    sizes = source.sizes
    fitting = [level for level, (width, height) in enumerate(sizes) if width * height <= _MAX_READ_PX]
    if not fitting:
        raise SlideError(TOO_LARGE, "The slide has no small level to make a picture of it from.")
    enough = [level for level in fitting if max(sizes[level]) >= side]
    level = enough[-1] if enough else fitting[0]
    image: Image.Image = source.read(0, 0, level, *sizes[level])
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image
