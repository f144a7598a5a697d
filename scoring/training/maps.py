"""What the regression networks see of every core, made once: SINI and SITI by given mask networks, or the picture."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from torch import nn

from scoring import histoscore, lamt, segmentation
from scoring.histoscore import FRAME_PX, Representation
from scoring.training.data import Decoded
from scoring.types import FloatMap

Map = npt.NDArray[np.uint8]
"""512 x 512 x channels, 255 for 1: SINI and SITI, or transmittance."""
_VERSION: Final = 1


def intensity_maps(
    images: Sequence[Decoded],
    cache: Path,
    networks: tuple[nn.Module, nn.Module],
    made_by: Sequence[str],
    representation: Representation,
    progress: Callable[[int, int, str], None],
) -> list[Map]:
    """SINI and SITI of every image by the ``networks`` of all nuclei and of tumour nuclei. ``made_by``: digests of
    their weights, which name the cached files.
    """
    nuclei, tumour = networks

    def make(image: Decoded) -> FloatMap:
        rgb = np.ascontiguousarray(image.rgb)
        description = histoscore.describe(rgb, image.i0)
        masks = (
            segmentation.predict(nuclei, segmentation.prepare_grey(rgb, image.i0)) >= segmentation.THRESHOLD,
            segmentation.predict(tumour, segmentation.prepare_rgb(rgb, image.i0)) >= segmentation.THRESHOLD,
        )
        return np.dstack([_framed(histoscore.masked(description, mask, representation), 0.0) for mask in masks])

    key = [representation, *made_by, list(lamt.default_table().thresholds_od)]
    return _cached(images, cache, "stain", key, make, progress)


def colour_maps(images: Sequence[Decoded], cache: Path, progress: Callable[[int, int, str], None]) -> list[Map]:
    """Transmittance (RGB) of every image."""

    def make(image: Decoded) -> FloatMap:
        return _framed(segmentation.prepare_rgb(np.ascontiguousarray(image.rgb), image.i0), 1.0)

    return _cached(images, cache, "colour", [], make, progress)


def _framed(values: FloatMap, background: float) -> FloatMap:
    """As in scoring; an image larger than the frame is shrunk to fit, as the paper resizes every core."""
    height, width = values.shape[:2]
    shrink = FRAME_PX / max(height, width)
    if shrink < 1:
        size = (max(1, int(width * shrink)), max(1, int(height * shrink)))
        values = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    return histoscore.framed(values, background)


def _cached(
    images: Sequence[Decoded],
    cache: Path,
    kind: str,
    key: Sequence[Any],
    make: Callable[[Decoded], FloatMap],
    progress: Callable[[int, int, str], None],
) -> list[Map]:
    cache.mkdir(parents=True, exist_ok=True)
    maps: list[Map] = []
    for number, image in enumerate(images, 1):
        told = json.dumps([_VERSION, kind, *key, image.stamp, image.i0]).encode()
        path = cache / f"{image.core.name}-{kind}-{hashlib.sha256(told).hexdigest()[:12]}.npy"
        if not path.is_file():
            part = path.with_suffix(f".{os.getpid()}.part.npy")
            np.save(part, np.rint(np.clip(make(image), 0, 1) * 255).astype(np.uint8), allow_pickle=False)
            os.replace(part, path)
        maps.append(np.load(path, mmap_mode="r", allow_pickle=False))
        progress(number, len(images), f"{kind} maps")
    return maps
