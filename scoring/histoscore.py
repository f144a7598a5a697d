"""H-score of a core from what its masks leave of the stain-intensity image (Liu et al. 2019, sections III-A, III-C).

A frame is 1024 x 1024 px at about 0.65 µm/px (the paper resizes every core to 1024²; the physical scale is kept here).
Maps are made at the frame, then averaged to 512 x 512, which the regression networks see.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
import torch
from torch import nn

from scoring import devices, lamt, segmentation, stain
from scoring.lamt import LamtTable
from scoring.stain import Vector
from scoring.types import ByteImage, FloatMap, Mask, ScoringError

Representation = Literal["paper", "inverted"]
FRAME_PX = 1024
MAP_PX = 512
H_CENTRE, H_SPREAD = 150.0, 100.0
"""Networks give (H - 150) / 100."""
SMALL_FIELD = 0.6
"""A field shorter than this share of the frame is mirrored until it fills it (reconstruction)."""


def describe(rgb: ByteImage, i0: Vector, table: LamtTable | None = None) -> FloatMap:
    """Stain-intensity description image I_la, 0 (strong brown) .. 1 (strong blue), height x width.

    DAB by the paper's stain vectors; both OD and luminance are of I / I0 clipped to 1, so that a yellowish lamp
    changes neither (with I0 = 255, the paper's).
    """
    dab_od, luminance = dab_and_luminance(rgb, i0)
    return lamt.intensity_description(dab_od, luminance, table)


def dab_and_luminance(rgb: ByteImage, i0: Vector) -> tuple[FloatMap, FloatMap]:
    """What LAMT decides by: DAB (OD10, the paper's stain vectors) and luminance 0..255, of I / I0 clipped to 1."""
    basis = stain.stain_basis(i0=i0)
    densities = np.maximum(stain.od_table(i0), 0)
    dab = cv2.transform(cv2.LUT(rgb, densities[None]), np.ascontiguousarray(basis.unmix[:, 1:2].T))
    luminance = segmentation.prepare_grey(rgb, i0) * np.float32(255)
    return np.asarray(dab, dtype=np.float32), luminance


def masked(description: FloatMap, mask: Mask, representation: Representation) -> FloatMap:
    """SINI (mask of nuclei) or SITI (of tumour nuclei), height x width.

    ``paper``: I_la inside the mask and 0 elsewhere, as printed, where 0 is also the strongest stain. ``inverted``:
    0.15 + 0.85 (1 - I_la) inside, so that 0 is background alone and a blue nucleus still shows (ours).
    """
    if representation == "paper":
        values = description
    elif representation == "inverted":
        values = np.float32(0.15) + np.float32(0.85) * (np.float32(1) - description)
    else:
        raise ScoringError(f"representation is 'paper' or 'inverted'; received {representation!r}.")
    return np.asarray(np.where(mask, values, np.float32(0)), dtype=np.float32)


def is_small(height: int, width: int) -> bool:
    """Whether :func:`framed` mirrors a field of so many px."""
    return min(height, width) < SMALL_FIELD * FRAME_PX


def framed(values: FloatMap, background: float) -> FloatMap:
    """A map (height x width, or x 3) of at most 1024² in the middle of a frame, area-averaged to 512 x 512.

    Around it is ``background``; along an axis that it fills by less than 60 % it is mirrored instead.
    """
    height, width = values.shape[:2]
    if not (0 < height <= FRAME_PX and 0 < width <= FRAME_PX):
        raise ScoringError(f"A frame holds 1 to {FRAME_PX} px a side; received {width} x {height}.")
    out = values
    for axis, length in enumerate((height, width)):
        missing = FRAME_PX - length
        around = [(0, 0)] * values.ndim
        around[axis] = (missing // 2, missing - missing // 2)
        if is_small(length, length):
            out = np.pad(out, around, mode="symmetric")
        elif missing:
            out = np.pad(out, around, constant_values=background)
    return np.asarray(cv2.resize(out, (MAP_PX, MAP_PX), interpolation=cv2.INTER_AREA), dtype=np.float32)


def predict_h(module: nn.Module, inputs: Sequence[FloatMap], *, views: Literal[1, 8] = 8) -> float:
    """H-score 0..300 by a regression network; the mean over ``views`` of the 8 turned and mirrored maps.

    ``inputs`` are what the network takes, each 512 x 512 or 512 x 512 x channels: SINI and SITI for RAM-CNN, both as
    two channels of one for RA-CNN, transmittance (RGB) for the others.
    """
    with torch.inference_mode():
        device = devices.of(module)
        batches = [_views(each if each.ndim == 3 else each[..., None], views).to(device) for each in inputs]
        standardised = module(*batches).reshape(-1)
        return float(np.clip(float(standardised.mean()) * H_SPREAD + H_CENTRE, 0, 300))


def _views(x: FloatMap, views: int) -> torch.Tensor:
    """Turned by 0, 90, 180, 270 degrees, then the same mirrored: views x channels x height x width, channels last."""
    if views not in (1, 8):
        raise ScoringError(f"views is 1 or 8; received {views}.")
    turned = [np.rot90(side, turn) for side in (x, x[:, ::-1]) for turn in range(4)][:views]
    return torch.from_numpy(np.ascontiguousarray(np.stack(turned))).permute(0, 3, 1, 2)
