"""Tissue microarray slides: synthetic cores on glass in a grid, with the map the application reads and the truth."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from scoring.synth.pyramids import TILE_PX, WHITE, write_pyramid
from scoring.types import ByteImage, FloatMap, Mask, ScoringError

_FEATHER_UM = 8.0
_FOLD_DEPTH = (0.35, 0.7)


@dataclass(frozen=True)
class Core:
    """What comes onto one place of the array. ``tissue`` is the disc; what lies outside it is taken for glass.

    ``truth`` are further columns of the truth file, the same for every core (``h_true``, ``reader_a`` …).
    """

    case: str
    rgb: ByteImage
    tissue: Mask
    truth: dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One row of the map. Centre and radius in level-0 px."""

    row: int
    column: int
    case: str
    x_px: float
    y_px: float
    radius_px: float
    present: bool
    folded: bool
    truth: dict[str, Any]


def write_tma_slide(
    path: Path,
    cores: Iterable[Core],
    um_per_px: float,
    *,
    columns: int,
    rows: int,
    core_px: int = 1024,
    seed: int = 0,
    pitch_um: float = 880.0,
    missing: int = 0,
    folded: int = 0,
    quality: int = 82,
) -> list[Place]:
    """Write a slide of ``columns`` x ``rows`` places, row by row from ``cores`` (``core_px`` square pictures), and
    return its map.

    The array is turned a little as a whole and every core lies up to 4 % of the pitch off its place. ``missing`` places
    chosen at random are empty or hold a fragment (their core is taken from ``cores`` all the same); ``folded`` cores
    have a side flap. Cores are taken one at a time, so they may come from a generator; about two rows of them are held.
    Raises ScoringError where there are too few cores or one has another size.
    """
    count = columns * rows
    if count < 1 or missing + folded > count:
        raise ScoringError(f"{columns} x {rows} places cannot hold {missing} missing and {folded} folded cores.")
    rng = np.random.default_rng([seed, 0x7A])
    pitch = pitch_um / um_per_px
    centres, (width, height) = _grid(rng, columns, rows, pitch, core_px)
    special = rng.permutation(count)
    layer = _Layer(iter(cores), centres, core_px, um_per_px, (width, height), seed)
    layer.missing = set(special[:missing].tolist())
    layer.folded = set(special[missing : missing + folded].tolist())
    write_pyramid(path, width, height, layer.tile, um_per_px=um_per_px, quality=quality)
    layer.take_until(float("inf"))
    return [
        Place(
            row=number // columns + 1,
            column=number % columns + 1,
            case=core.case,
            x_px=round(float(x), 1),
            y_px=round(float(y), 1),
            radius_px=round(radius, 1),
            present=number not in layer.missing,
            folded=number in layer.folded,
            truth=core.truth,
        )
        for number, ((x, y), (core, radius)) in enumerate(zip(centres, layer.seen, strict=True))
    ]


def write_map(path: Path, places: Sequence[Place]) -> None:
    """The TMA map as CSV: row, column, case, x_px, y_px, radius_px, missing."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "column", "case", "x_px", "y_px", "radius_px", "missing"])
        for place in places:
            gone = "" if place.present else "yes"
            writer.writerow([place.row, place.column, place.case, place.x_px, place.y_px, place.radius_px, gone])


def write_truth(path: Path, places: Sequence[Place]) -> None:
    """The truth as CSV: row, column, case, present, folded, and whatever the cores' ``truth`` names."""
    names = list(places[0].truth) if places else []
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "column", "case", "present", "folded", *names])
        for place in places:
            flags = [int(place.present), int(place.folded)]
            values = ["" if place.truth[name] is None else place.truth[name] for name in names]
            writer.writerow([place.row, place.column, place.case, *flags, *values])


def _grid(
    rng: np.random.Generator, columns: int, rows: int, pitch: float, core_px: int
) -> tuple[npt.NDArray[np.float64], tuple[int, int]]:
    """Centres (n x 2) row by row, and the slide's width and height in px."""
    x, y = np.meshgrid(np.arange(columns) * pitch, np.arange(rows) * pitch)
    points = np.stack([x.ravel(), y.ravel()], axis=1) + rng.uniform(-0.04, 0.04, (columns * rows, 2)) * pitch
    angle = np.radians(rng.uniform(-1.2, 1.2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = points @ turn.T
    margin = core_px / 2 + 0.35 * pitch
    points += margin - points.min(axis=0)
    width, height = np.ceil(points.max(axis=0) + margin).astype(int).tolist()
    return points, (width, height)


@dataclass
class _Pasted:
    left: int
    top: int
    rgb: ByteImage
    alpha: FloatMap


class _Layer:
    """Cores on glass, composed tile by tile; holds those that the present row of tiles still needs."""

    def __init__(
        self,
        cores: Iterator[Core],
        centres: npt.NDArray[np.float64],
        core_px: int,
        um_per_px: float,
        size: tuple[int, int],
        seed: int,
    ) -> None:
        self._cores, self._centres, self._px = cores, centres, core_px
        self._um_per_px, self._size = um_per_px, size
        self._seed = seed
        self._held: list[_Pasted] = []
        self.missing: set[int] = set()
        self.folded: set[int] = set()
        self.seen: list[tuple[Core, float]] = []

    def tile(self, row: int, column: int) -> ByteImage | None:
        top, left = row * TILE_PX, column * TILE_PX
        if column == 0:
            self.take_until(top + TILE_PX)
            self._held = [core for core in self._held if core.top + self._px > top]
        out: npt.NDArray[np.float32] | None = None
        for core in self._held:
            y0, y1 = max(top, core.top), min(top + TILE_PX, core.top + self._px)
            x0, x1 = max(left, core.left), min(left + TILE_PX, core.left + self._px)
            if y0 >= y1 or x0 >= x1:
                continue
            there = (slice(y0 - core.top, y1 - core.top), slice(x0 - core.left, x1 - core.left))
            alpha = core.alpha[there][..., None]
            if not alpha.any():
                continue
            if out is None:
                out = np.full((TILE_PX, TILE_PX, 3), WHITE, np.float32)
            here = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
            out[here] += alpha * (core.rgb[there] - out[here])
        return None if out is None else np.clip(np.rint(out), 0, 255).astype(np.uint8)

    def take_until(self, bottom_px: float) -> None:
        """Take cores, in order, while any of those not yet taken begins above ``bottom_px``."""
        while len(self.seen) < len(self._centres):
            number = len(self.seen)
            if float(self._centres[number:, 1].min()) - self._px / 2 >= bottom_px:
                return
            core = next(self._cores, None)
            if core is None:
                raise ScoringError(
                    f"The array has {len(self._centres)} places; {number} cores came. Give one for each."
                )
            if core.rgb.shape != (self._px, self._px, 3):
                raise ScoringError(f"Cores are {self._px} px square; {core.case} is {core.rgb.shape}.")
            self.seen.append((Core(core.case, core.rgb[:0], core.tissue[:0], core.truth), _radius(core.tissue)))
            self._place(number, core)

    def _place(self, number: int, core: Core) -> None:
        rng = np.random.default_rng([self._seed, number])
        rgb, tissue = _on_white(core), core.tissue
        if number in self.missing:
            if rng.random() < 0.5:
                return
            rgb, tissue = _fragment(rng, rgb, tissue)
        elif number in self.folded:
            rgb, tissue = _flapped(rng, rgb, tissue)
        reach = _FEATHER_UM / self._um_per_px
        near = cv2.distanceTransform((~tissue).astype(np.uint8), cv2.DIST_L2, 3)
        alpha = np.clip(2 - near / reach, 0, 1).astype(np.float32)
        x, y = self._centres[number]
        self._held.append(_Pasted(round(float(x)) - self._px // 2, round(float(y)) - self._px // 2, rgb, alpha))


def _radius(tissue: Mask) -> float:
    """Radius of the disc of the same area, in px."""
    return float(np.sqrt(max(int(tissue.sum()), 1) / np.pi))


def _on_white(core: Core) -> ByteImage:
    """The core as if its own white were the slide's."""
    outside = core.rgb[~core.tissue]
    white = np.median(outside, axis=0) if len(outside) > 100 else np.full(3, WHITE)
    gains = WHITE / np.clip(white, 128, 255)
    table = np.clip(np.rint(np.arange(256)[:, None] * gains), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(core.rgb, np.ascontiguousarray(table[None])), np.uint8)


def _fragment(rng: np.random.Generator, rgb: ByteImage, tissue: Mask) -> tuple[ByteImage, Mask]:
    """A shred at the rim is all that stayed of a lost core."""
    size = tissue.shape[0]
    angle, away = rng.uniform(0, 2 * np.pi), 0.42 * size
    centre = (round(size / 2 + away * np.cos(angle)), round(size / 2 + away * np.sin(angle)))
    shred = np.zeros(tissue.shape, np.uint8)
    cv2.ellipse(shred, centre, (round(0.2 * size), round(0.09 * size)), float(np.degrees(angle)) + 75, 0, 360, 1, -1)
    return rgb, tissue & (shred > 0)


def _flapped(rng: np.random.Generator, rgb: ByteImage, tissue: Mask) -> tuple[ByteImage, Mask]:
    """Fold one side over: beyond a chord nothing is left, before it the densities of both layers add up."""
    size = tissue.shape[0]
    angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(*_FOLD_DEPTH) * size / 2
    normal = np.array([np.cos(angle), np.sin(angle)])
    # Reflection across the chord: p -> p - 2 (n.p - d) n, about the centre of the picture.
    middle = np.array([size / 2, size / 2])
    matrix = np.eye(2) - 2 * np.outer(normal, normal)
    shift = middle - matrix @ middle + 2 * depth * normal
    affine = np.hstack([matrix, shift[:, None]])
    yy, xx = np.mgrid[0:size, 0:size].astype(np.float32)
    bend = 5 * np.sin((yy * normal[0] - xx * normal[1]) / 60)
    beyond = (xx - middle[0]) * normal[0] + (yy - middle[1]) * normal[1] > depth + bend
    flap = np.where((tissue & beyond)[..., None], rgb, WHITE).astype(np.uint8)
    turned = cv2.warpAffine(flap, affine, (size, size), flags=cv2.INTER_LINEAR, borderValue=(WHITE,) * 3)
    both = rgb.astype(np.float32) * cv2.GaussianBlur(turned, (0, 0), 1.0) / WHITE
    out = np.where(beyond[..., None], WHITE, np.clip(both, 0, 255)).astype(np.uint8)
    covered = cv2.warpAffine((tissue & beyond).astype(np.uint8), affine, (size, size), flags=cv2.INTER_NEAREST) > 0
    return out, (tissue | covered) & ~beyond
