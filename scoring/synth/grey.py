"""Grey pictures of nuclei of three origins, with exact masks: training data for the general nuclei network.

Liu et al. 2019, section IV-A mix HEp-2 cells under immunofluorescence (inverted), H&E-stained colon and DAB-H, all in
grey, 224 x 224 px, so that the network learns what any nucleus looks like. Those images cannot be had here; these
pictures stand in for them (a reconstruction). They are drawn in px of the work scale (0.65 µm/px) with a random zoom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from scoring.synth.blobs import Blobs, beads, label_image, ring_of, scatter, smooth_noise
from scoring.types import FloatMap, Labels, Mask, ScoringError

Origin = Literal["fluorescence", "he", "dab"]
ORIGINS: tuple[Origin, ...] = ("fluorescence", "he", "dab")
SHARES = (0.38, 0.36, 0.26)
"""How often each origin is drawn. The paper has 1932 : 1840 : 115; DAB-H is raised, for it is what the net will see."""

_LUMA = (0.299, 0.587, 0.114)
_HAEMATOXYLIN, _EOSIN, _DAB = (0.65, 0.70, 0.29), (0.07, 0.99, 0.11), (0.30, 0.58, 0.75)


@dataclass(frozen=True)
class _Painted:
    light: FloatMap
    """Transmitted light, 0..1, before the camera."""
    labels: Labels


def make_general(seed: int, size_px: int = 224, *, origin: Origin | None = None) -> tuple[FloatMap, Mask]:
    """One grey picture (float32, ``size_px`` square, 0 black .. 1 white: I / I0) and the mask of its nuclei (bool).

    ``origin`` is drawn with ``SHARES`` when None. About 0.05 s for 256 x 256 px. Raises ScoringError for a size below
    32 px or an unknown origin.
    """
    if size_px < 32:
        raise ScoringError(f"size_px is at least 32; received {size_px}.")
    if origin is not None and origin not in ORIGINS:
        raise ScoringError(f"origin is one of {', '.join(ORIGINS)}; received {origin!r}.")
    rng = np.random.default_rng([seed, size_px])
    drawn = ORIGINS[int(rng.choice(3, p=SHARES))]
    chosen = origin or drawn
    painted = _PAINTERS[chosen](rng, size_px)
    return _camera(painted.light, rng, chosen), painted.labels > 0


def _fluorescence(rng: np.random.Generator, size_px: int) -> _Painted:
    """HEp-2 cells, one pattern an image, inverted."""
    zoom = float(rng.uniform(0.6, 1.25))
    count = int(rng.uniform(0.15, 0.75) * size_px**2 / (np.pi * (16 * zoom) ** 2))
    cells = scatter(rng, size_px, max(count, 2), radius_px=(15 * zoom, 2.0 * zoom), gap=rng.uniform(0.9, 1.15))
    cells.aspect[:] = rng.uniform(1.0, 1.45, len(cells))
    cells.irregularity[:] = rng.uniform(0.2, 0.8)
    labels = label_image(cells, rng, size_px)
    depth = _depth(labels)
    level = rng.uniform(0.25, 0.9) * np.exp(rng.normal(0, 0.22, len(cells) + 1))
    level[0] = 0
    pattern = rng.choice(["homogeneous", "speckled", "nucleolar", "dots", "rim"], p=[0.3, 0.3, 0.15, 0.15, 0.1])
    if pattern == "homogeneous":
        inner = 1 + 0.1 * smooth_noise(rng, size_px, 6 * zoom)
    elif pattern == "speckled":
        grain = rng.uniform(1.2, 3.0) * zoom
        inner = 0.85 + rng.uniform(0.15, 0.4) * smooth_noise(rng, size_px, grain)
    elif pattern == "nucleolar":
        inner = 0.45 + 0.9 * beads(rng, cells, size_px, per_blob=(2, 7), radius=(0.16, 0.3))
    elif pattern == "dots":
        inner = 0.35 + 0.9 * beads(rng, cells, size_px, per_blob=(20, 46), radius=(0.05, 0.08))
    else:
        inner = 0.5 + 0.7 * np.exp(-depth / (2.2 * zoom))
    mitotic = rng.random(len(cells) + 1) < 0.06
    signal = level[labels].astype(np.float32) * np.where(mitotic[labels], 1.25, np.clip(inner, 0.1, None))
    haze = cv2.GaussianBlur((labels > 0).astype(np.float32), (0, 0), 9 * zoom)
    signal += rng.uniform(0.0, 0.25) * level[1:].mean() * haze * (1 + 0.3 * smooth_noise(rng, size_px, 2.5 * zoom))
    signal += rng.uniform(0.01, 0.12) * (1 + 0.3 * smooth_noise(rng, size_px, size_px / 3))
    soft = _blurred(signal, rng.uniform(0.6, 1.5) * zoom)
    return _Painted(1 - np.clip(soft + 0.06 * _blurred(soft, 12 * zoom), 0, 1), labels)


def _he(rng: np.random.Generator, size_px: int) -> _Painted:
    """H&E colon: glands with a crown of nuclei, goblet cells, lumen; stroma with spindle cells and lymphocytes."""
    zoom = float(rng.uniform(0.75, 1.5))
    occupied = np.zeros((size_px, size_px), np.float32)
    lumen = np.zeros_like(occupied)
    parts: list[Blobs] = []
    for _ in range(int(rng.integers(0, 5))):
        centre = rng.uniform(0, size_px, 2)
        outer = rng.uniform(35, 80) * zoom
        crown, wall, hollow = ring_of(rng, centre, outer, nucleus_px=5.2 * zoom)
        if occupied[tuple(np.clip(centre.astype(int), 0, size_px - 1)[::-1])] > 0:
            continue
        cv2.fillPoly(occupied, [wall], 1.0, shift=4)
        cv2.fillPoly(lumen, [hollow], 1.0, shift=4)
        parts.append(crown)
    free = occupied < 0.5
    density = float(rng.uniform(0.3, 1.0)) / zoom**2
    spindle = scatter(rng, size_px, int(density * size_px**2 / 900), radius_px=(4.0 * zoom, 0.7 * zoom), where=free)
    flow = np.pi * smooth_noise(rng, size_px, 70 * zoom)
    spindle.aspect[:] = rng.uniform(1.7, 4.0, len(spindle))
    at = np.clip(spindle.centres_px.astype(int), 0, size_px - 1)
    spindle.angle[:] = flow[at[:, 1], at[:, 0]] + rng.normal(0, 0.25, len(spindle))
    lymphocytes = int(rng.uniform(0, 1.6) * size_px**2 / 700 / zoom**2)
    round_cells = scatter(rng, size_px, lymphocytes, radius_px=(4.3 * zoom, 0.5 * zoom), where=free)
    cells = Blobs.joined([*parts, spindle, round_cells])
    labels = label_image(cells, rng, size_px)
    depth = _depth(labels)
    inside = labels > 0
    vesicular = rng.random() < 0.6
    haematoxylin = rng.uniform(0.35, 0.95) * np.exp(rng.normal(0, 0.25, len(cells) + 1))
    haematoxylin[0] = 0
    chromatin = 1 + 0.25 * smooth_noise(rng, size_px, 1.6 * zoom) + 0.15 * smooth_noise(rng, size_px, 4 * zoom)
    if vesicular:
        chromatin += 0.35 * np.exp(-depth / (1.0 * zoom)) - 0.12
        chromatin += 0.5 * beads(rng, cells, size_px, per_blob=(0, 2), radius=(0.18, 0.28))
    amount_h = haematoxylin[labels].astype(np.float32) * np.clip(chromatin, 0.25, None)
    fibres = _fibres(rng, flow, size_px, 1.2 * zoom)
    eosin = np.where(occupied > 0.5, rng.uniform(0.12, 0.35), rng.uniform(0.08, 0.3) * (1 + 0.45 * fibres))
    eosin *= 1 + 0.2 * smooth_noise(rng, size_px, 5 * zoom)
    if rng.random() < 0.6:
        goblets = scatter(rng, size_px, 60, radius_px=(6 * zoom, zoom), where=(occupied > 0.5) & ~inside)
        lumen = np.maximum(lumen, 0.8 * (label_image(goblets, rng, size_px) > 0))
    lumen = _blurred(lumen * ~inside, 1.2 * zoom)
    eosin = np.clip(eosin, 0.01, None) * (1 - 0.9 * lumen)
    amount_h += rng.uniform(0, 0.12) * (~inside) * (1 - lumen) * (1 + 0.4 * smooth_noise(rng, size_px, 3 * zoom))
    return _Painted(_light([(amount_h, _HAEMATOXYLIN), (eosin, _EOSIN)], rng.uniform(0.5, 1.0)), labels)


def _dab(rng: np.random.Generator, size_px: int) -> _Painted:
    """DAB with haematoxylin: nuclei from blue to black-brown, crowded or sparse, on stroma with haze."""
    zoom = float(rng.uniform(0.75, 1.4))
    packed = int(rng.uniform(0.1, 0.75) * size_px**2 / (np.pi * (7.2 * zoom) ** 2))
    tumour = scatter(rng, size_px, packed, radius_px=(7.2 * zoom, 1.3 * zoom), gap=rng.uniform(0.85, 1.1))
    tumour.aspect[:] = rng.uniform(1.0, rng.uniform(1.2, 2.2), len(tumour))
    others = scatter(
        rng, size_px, int(rng.uniform(0, 0.12) * size_px**2 / 40 / zoom**2), radius_px=(4.4 * zoom, 0.6 * zoom)
    )
    others.aspect[:] = np.where(rng.random(len(others)) < 0.5, rng.uniform(1.8, 3.6, len(others)), 1.1)
    flow = np.pi * smooth_noise(rng, size_px, 80 * zoom)
    at = np.clip(others.centres_px.astype(int), 0, size_px - 1)
    others.angle[:] = flow[at[:, 1], at[:, 0]] + rng.normal(0, 0.3, len(others))
    cells = Blobs.joined([others, tumour])
    labels = label_image(cells, rng, size_px)
    depth = _depth(labels)
    inside = labels > 0
    count = len(cells) + 1
    amount_h = rng.uniform(0.2, 0.7) * np.exp(rng.normal(0, 0.22, count))
    expressed = rng.random(count) < rng.choice([0.0, 0.3, 0.7, 0.97])
    dab = expressed * rng.uniform(0.2, 1.6) * np.exp(rng.normal(0, 0.4, count))
    amount_h[0] = dab[0] = 0
    chromatin = 1 + 0.2 * smooth_noise(rng, size_px, 1.8 * zoom) + 0.35 * np.exp(-depth / (1.2 * zoom)) - 0.12
    chromatin = np.clip(chromatin + 0.4 * beads(rng, cells, size_px, per_blob=(0, 2), radius=(0.15, 0.25)), 0.3, None)
    fibres = _fibres(rng, flow, size_px, 1.3 * zoom)
    ground = rng.uniform(0.02, 0.12) * np.clip(1 + 0.5 * fibres, 0, None)
    # Nuclei must stand out: what no person sees is no nucleus to learn.
    haze = (
        rng.uniform(0, 0.45)
        * float(np.median(amount_h + dab))
        * np.clip(1 + 0.5 * smooth_noise(rng, size_px, 25 * zoom) + 0.3 * fibres, 0, None)
    )
    empty = smooth_noise(rng, size_px, 45 * zoom) > rng.uniform(1.0, 2.5)
    tissue = 1 - _blurred((empty & ~inside).astype(np.float32), 2 * zoom)
    light = _light(
        [
            (amount_h[labels].astype(np.float32) * chromatin + ground * tissue * ~inside, _HAEMATOXYLIN),
            (dab[labels].astype(np.float32) * (0.6 + 0.4 * chromatin) + haze * tissue, _DAB),
        ],
        rng.uniform(0.45, 1.0),
    )
    return _Painted(light, labels)


_PAINTERS: dict[Origin, Callable[[np.random.Generator, int], _Painted]] = {
    "fluorescence": _fluorescence,
    "he": _he,
    "dab": _dab,
}


def _depth(labels: Labels) -> FloatMap:
    """Distance in px from the nearest border of the nucleus, borders between touching nuclei among them."""
    inner = (labels > 0).astype(np.uint8)
    inner[:, 1:][labels[:, 1:] != labels[:, :-1]] = 0
    inner[1:][labels[1:] != labels[:-1]] = 0
    return np.asarray(cv2.distanceTransform(inner, cv2.DIST_L2, 3), np.float32)


def _fibres(rng: np.random.Generator, flow: FloatMap, size_px: int, width_px: float) -> FloatMap:
    """Fibres along the angle ``flow`` (rad): white noise smeared along eight directions, blended. Mean 0, SD 1."""
    grain = _blurred(rng.standard_normal((size_px, size_px), dtype=np.float32), 0.5 * width_px)
    reach = max(3, round(9 * width_px))
    turns = (flow % np.pi) / np.pi * 8
    fibres = np.zeros_like(grain)
    for step in range(8):
        kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
        dx, dy = reach * np.cos(step * np.pi / 8), reach * np.sin(step * np.pi / 8)
        ends = [(round(reach + sign * dx), round(reach + sign * dy)) for sign in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA)
        distance = np.abs((turns - step + 4) % 8 - 4)
        fibres += np.clip(1 - distance, 0, None) * cv2.filter2D(grain, -1, kernel)
    return np.asarray(fibres / max(float(fibres.std()), 1e-6), np.float32)


def _light(stains: list[tuple[FloatMap, tuple[float, float, float]]], sharpness: float) -> FloatMap:
    """Beer-Lambert per channel, then BT.601. ``sharpness`` 1 is a PSF of .6 px, .5 one of 1.2 px."""
    grey: npt.NDArray[np.float32] = np.zeros(stains[0][0].shape, np.float32)
    for channel, weight in enumerate(_LUMA):
        density = sum(
            (amount * np.float32(vector[channel]) for amount, vector in stains), np.zeros(grey.shape, np.float32)
        )
        grey += np.float32(weight) * np.power(np.float32(10), -density)
    return _blurred(grey, 0.6 / sharpness)


def _blurred(field: npt.NDArray[np.floating], sigma_px: float) -> FloatMap:
    return np.asarray(cv2.GaussianBlur(field.astype(np.float32), (0, 0), sigma_px), np.float32)


def _camera(light: FloatMap, rng: np.random.Generator, origin: Origin) -> FloatMap:
    """Unsharp mask, gamma, contrast, noise, JPEG: what lies between the light and the file."""
    picture = light
    if rng.random() < 0.3 and origin != "fluorescence":
        picture = picture + rng.uniform(0, 0.8) * (picture - _blurred(picture, 1.2))
    picture = np.clip(picture, 0, 1) ** rng.uniform(0.85, 1.2) * rng.uniform(0.9, 1.0)
    if rng.random() < 0.15:
        picture = _blurred(picture, rng.uniform(0.8, 1.6))
    noise = rng.uniform(0.004, 0.03)
    picture = picture + noise * rng.standard_normal(light.shape, dtype=np.float32) * np.sqrt(0.3 + picture)
    byte = np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        _, packed = cv2.imencode(".jpg", byte, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 96))])
        byte = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return np.asarray(byte / np.float32(255), np.float32)
