"""A whole section with a million nuclei: a few fields of tissue laid side by side as a mosaic with organic seams.

Painting 200 mm² cell by cell takes minutes; a mosaic takes seconds a field and then only copies. Pieces meet along
wandering lines; a nucleus is drawn whole by the piece in which its centre lies and never cut, so counts are exact.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scoring.synth import artefacts, expression, placement
from scoring.synth.core import make_scene
from scoring.synth.layout import make_layout
from scoring.synth.noise import random_field
from scoring.synth.optics import compose, draw_optics, expose
from scoring.synth.pyramids import TILE_PX, WHITE, write_pyramid
from scoring.synth.scene import Kind, Scene
from scoring.synth.stains import make_stains
from scoring.synth.tiers import tier_of
from scoring.synth.truth import Truth, truth_of
from scoring.types import ByteImage, FloatMap, Labels, ScoringError

Numbers = npt.NDArray[np.uint16]
FIELD_UM = 900.0
_SPACING = 0.62
"""Distance of neighbouring pieces as a share of a field's side, so that every piece fits into its field."""
_TUMOUR_SHARES = (0.85, 0.85, 0.85, 0.6, 0.3)
"""One field each; which of them lies where follows a slow field, so that stroma and tumour form regions."""
_MARGIN_PX = 28  # a nucleus reaches no further from its centre
_PITCH_PX = 4
_LOOK_PX = 16
_LOOK_MARGIN = -(-2 * _MARGIN_PX // _LOOK_PX) + 1
_OTHER_GROUND, _OWN_GROUND, _OUTSIDE, _DRAWN = 1, 2, 3, 4
"""What covers what in a tile: a nucleus that is drawn, glass, the owner's ground, another's ground; 0: a nucleus that
is not drawn.
"""


@dataclass(frozen=True)
class SectionTruth:
    """What lies on the slide. ``counts`` by name of :class:`Kind`; ``truth``: of all tumour nuclei."""

    nuclei: int
    counts: dict[str, int]
    truth: Truth
    tissue_mm2: float
    width_px: int
    height_px: int
    um_per_px: float


@dataclass(frozen=True)
class _Field:
    """``labels``: index + 1 of the nucleus, its soft edge included; ``x_px``, ``y_px``: centres of the cells."""

    rgb: ByteImage
    labels: Numbers
    cells: npt.NDArray[np.void]
    x_px: FloatMap
    y_px: FloatMap


def write_whole_slide(
    path: Path,
    seed: int,
    *,
    nuclei: int = 1_050_000,
    um_per_px: float = 0.5,
    marker: str = "ER",
    target_h: float = 180.0,
    tier: str = "realistic",
    quality: int = 55,
    processes: int = 1,
    field_um: float = FIELD_UM,
) -> SectionTruth:
    """Write a section of about ``nuclei`` nuclei (± 5 %) as a tiled TIFF pyramid and return the exact truth.

    All tissue has one staining run and one scanner. ``field_um``: side of the fields the mosaic is cut from. Raises
    ScoringError below 2000 nuclei.
    """
    if nuclei < 2000:
        raise ScoringError(f"A whole section has at least 2000 nuclei; received {nuclei}.")
    jobs = [(seed, number, um_per_px, marker, target_h, tier, field_um) for number in range(len(_TUMOUR_SHARES))]
    if processes > 1:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            fields = list(pool.map(_make_field, jobs))
    else:
        fields = [_make_field(job) for job in jobs]
    mosaic = _Mosaic(seed, fields, nuclei, um_per_px)
    write_pyramid(path, mosaic.width, mosaic.height, mosaic.tile, um_per_px=um_per_px, quality=quality)
    return mosaic.truth()


def _make_field(job: tuple[int, int, float, str, float, str, float]) -> _Field:
    """A field of dense tissue under the slide's one light."""
    seed, number, um_per_px, marker, target_h, tier, field_um = job
    scene = _dense_scene(seed, number, marker, target_h, tier, field_um)
    window = scene.window(um_per_px)
    stains = make_stains(scene, window)
    optics = replace(
        draw_optics(np.random.default_rng([seed, 0x51]), tier),
        i0=(float(WHITE),) * 3, gamma=1.0, vignette=0.0, read_noise=0.4, photons=6000.0, jpeg=95, sharpen=0.3,
    )  # fmt: skip
    density = compose(stains.amounts, optics.vectors, optics.gains)
    rgb = expose(density, window, optics, np.random.default_rng([seed, number, 2]), stains.defocus_um)
    x, y = window.to_px(scene.cells["x_um"], scene.cells["y_um"])
    # Labels with their soft edge, so that no rim is left of a nucleus that is not drawn.
    wide = cv2.dilate(stains.labels.astype(np.float32), np.ones((5, 5), np.uint8)).astype(np.int32)
    labels = np.where(stains.labels > 0, stains.labels, wide).astype(np.uint16)
    return _Field(rgb, labels, scene.cells, x, y)


def _dense_scene(seed: int, number: int, marker: str, target_h: float, tier: str, field_um: float) -> Scene:
    """A scene with much tumour of a dense kind; stain and haze are the slide's own."""
    settings = tier_of(tier)
    traits = make_scene(seed, tier=tier, marker=marker, target_h=target_h, size_um=(60.0, 60.0)).traits
    rng = np.random.default_rng([seed, number, 0x5C])
    layout = make_layout(rng, field_um, field_um, core=False, tumour_share=_TUMOUR_SHARES[number])
    draws = (int(draw) for draw in rng.integers(0, 2**31, 400))
    dense = next(d for d in draws if placement.populations(np.random.default_rng(d))[0].per_mm2 > 6400)
    cells = placement.place(np.random.default_rng(dense), layout, settings)
    expression.stain(rng, layout, cells, settings, marker, target_h, traits["haze_od"])
    scene = Scene(field_um, field_um, layout, cells, marker, tier, 0, traits)
    # A fold or a bubble would come back in every piece of the field: take the next seed that draws none.
    tries = (replace(scene, seed=int(draw)) for draw in rng.integers(0, 2**31, 400))
    tissue_only = (artefacts.RedCells, artefacts.Mucus)
    return next(made for made in tries if all(isinstance(found, tissue_only) for found in artefacts.draw(made)))


@dataclass
class _Piece:
    """A dihedral view of a field laid on the slide. ``left``, ``top``: where the view's corner lies, in slide px;
    ``rank``: per label, ``_DRAWN`` where this piece draws that nucleus, else 0.
    """

    rgb: ByteImage
    labels: Numbers
    left: int
    top: int
    cells: npt.NDArray[np.void]
    rank: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))


class _Mosaic:
    """Which piece owns a point, and tiles made of the pieces."""

    def __init__(self, seed: int, fields: list[_Field], nuclei: int, um_per_px: float) -> None:
        rng = np.random.default_rng([seed, 0x30])
        self._um_per_px = um_per_px
        side = fields[0].rgb.shape[0]
        per_px = float(np.mean([len(f.cells) / f.labels.size for f in fields[:3]]))
        share = 0.80 * per_px + 0.20 * float(np.mean([len(f.cells) / f.labels.size for f in fields[3:]]))
        area = nuclei / share / 0.98  # clefts
        self._spacing = side * _SPACING
        half_h = float(np.sqrt(area / np.pi / 1.15))
        half_w = 1.15 * half_h
        margin = max(400.0, 0.06 * half_w)
        self.width, self.height = int(2 * (1.12 * half_w + margin)), int(2 * (1.12 * half_h + margin))
        self._centre, self._halves = np.array([self.width / 2, self.height / 2]), np.array([half_w, half_h])
        self._grid_px = 64
        shape = (self.height // self._grid_px + 3, self.width // self._grid_px + 3)
        reach = self._spacing / self._grid_px
        self._fits = side / 2 - 2.0 * _PITCH_PX - 1
        self._warp_x = 0.12 * self._spacing * random_field(rng, shape, 0.5 * reach)
        self._warp_y = 0.12 * self._spacing * random_field(rng, shape, 0.5 * reach)
        self._inside = self._outline(rng, shape)
        region = random_field(rng, shape, max(3.2 * reach, 4))
        # Where two undrawn nuclei of neighbouring pieces lie over each other: plain tissue.
        self._ground = np.median(fields[0].rgb[fields[0].labels == 0], axis=0).astype(np.uint8)
        self._lay(rng, fields, region, side)

    def _outline(self, rng: np.random.Generator, shape: tuple[int, int]) -> FloatMap:
        """Distance-like field (px), positive in tissue: a wavy oval with clefts and a few holes."""
        yy, xx = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) * self._grid_px
        dx, dy = (xx - self._centre[0]) / self._halves[0], (yy - self._centre[1]) / self._halves[1]
        turn, radius = np.arctan2(dy, dx), np.hypot(dx, dy)
        wave = 1 + sum(rng.normal(0, 0.10 / k) * np.cos(k * turn + rng.uniform(0, 6.28)) for k in range(2, 12))
        wave = np.clip(wave, 0.8, 1.1)
        size = float(self._halves.min())
        fine = random_field(rng, shape, 3) * 20 + random_field(rng, shape, 9) * 45
        inside = (wave - radius) * size + fine
        crack = np.abs(random_field(rng, shape, 0.25 * size / self._grid_px)) * 0.25 * size
        depth = random_field(rng, shape, 0.4 * size / self._grid_px)
        inside = np.minimum(inside, np.where(depth > 1.1, crack - 60 + 0.5 * fine, np.inf))
        holes = random_field(rng, shape, max(6.0, 0.04 * size / self._grid_px))
        return np.asarray(np.minimum(inside, (2.5 - holes) * 120), np.float32)

    def _lay(self, rng: np.random.Generator, fields: list[_Field], region: FloatMap, side: int) -> None:
        """Pieces on a jittered hexagonal lattice, each a field of the kind its region asks for."""
        step_x, step_y = self._spacing, self._spacing * np.sqrt(3) / 2
        rows, columns = int(self.height / step_y) + 5, int(self.width / step_x) + 5
        row, column = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
        jitter = rng.uniform(-0.12, 0.12, (2, rows, columns)) * self._spacing
        self._seed_x = ((column - 2 + 0.5 * (row % 2)) * step_x + jitter[0]).astype(np.float32)
        self._seed_y = ((row - 2) * step_y + jitter[1]).astype(np.float32)
        self._steps = (step_x, step_y)
        order = np.argsort(np.argsort(region.ravel())).reshape(region.shape) / region.size
        self._pieces: list[_Piece] = []
        last = -1
        for x, y in zip(self._seed_x.ravel(), self._seed_y.ravel(), strict=True):
            at = (
                int(np.clip(y / self._grid_px, 0, region.shape[0] - 1)),
                int(np.clip(x / self._grid_px, 0, region.shape[1] - 1)),
            )
            kinds = [0, 1, 2] if order[at] < 0.80 else [3] if order[at] < 0.92 else [4]
            kind = int(rng.choice([k for k in kinds if k != last] or kinds))
            turn, flip = int(rng.integers(4)), bool(rng.integers(2))
            last = kind
            self._pieces.append(_piece(fields[kind], turn, flip, round(x - side / 2), round(y - side / 2)))
        for number, piece in enumerate(self._pieces):
            self._claim(number, piece)

    def _claim(self, number: int, piece: _Piece) -> None:
        x, y = piece.cells["x_um"], piece.cells["y_um"]  # already slide px, see _piece
        mine = self._owner(x, y) == number
        tissue = self._sample(self._inside, x, y) > 0
        piece.rank = np.concatenate([[0], _DRAWN * (mine & tissue)]).astype(np.uint8)

    def _sample(self, grid: FloatMap, x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> FloatMap:
        shape = np.broadcast_shapes(x.shape, y.shape)
        fx = np.broadcast_to(x / self._grid_px, shape).astype(np.float32)
        fy = np.broadcast_to(y / self._grid_px, shape).astype(np.float32)
        flat = fx.ndim == 1
        found = cv2.remap(grid, fx[None] if flat else fx, fy[None] if flat else fy, cv2.INTER_LINEAR,
                          borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        return np.asarray(found[0] if flat else found, np.float32)

    def _owner(self, x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> Labels:
        """The piece each point belongs to: the nearest seed, after the point was moved by the warp."""
        px = x + self._sample(self._warp_x, x, y)
        py = y + self._sample(self._warp_y, x, y)
        rows, columns = self._seed_x.shape
        row = np.clip(np.rint(py / self._steps[1]).astype(np.int32) + 2, 1, rows - 2)
        column = np.clip(np.rint(px / self._steps[0]).astype(np.int32) + 2, 1, columns - 2)
        best = np.full(px.shape, np.inf, np.float32)
        owner = np.zeros(px.shape, np.int32)
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                r, c = row + dr, column + dc
                sx, sy = self._seed_x[r, c], self._seed_y[r, c]
                away = (sx - px) ** 2 + (sy - py) ** 2
                away = np.where((np.abs(sx - x) < self._fits) & (np.abs(sy - y) < self._fits), away, 1e12 + away)
                closer = away < best
                best = np.where(closer, away, best)
                owner = np.where(closer, (r * columns + c).astype(np.int32), owner)
        return owner

    def tile(self, row: int, column: int) -> ByteImage | None:
        top, left = row * TILE_PX, column * TILE_PX
        if column == 0:
            self._look_along(top)
        here = np.s_[:, column * TILE_PX // _LOOK_PX : (column + 1) * TILE_PX // _LOOK_PX + _LOOK_MARGIN]
        inside = self._row_inside[here]
        if inside.max() < -_MARGIN_PX:
            return None
        numbers = np.unique(self._row_owner[here]).tolist()
        if len(numbers) == 1 and inside.min() > _MARGIN_PX:
            return self._crop(numbers[0], left, top)[0]
        return self._blend(left, top, numbers)

    def _look_along(self, top: int) -> None:
        """Owner and outline on a coarse lattice over a row of tiles and a nucleus' reach beyond it."""
        x = np.arange(-_MARGIN_PX, self.width + TILE_PX + 2 * _MARGIN_PX, _LOOK_PX, dtype=np.float32)[None, :]
        y = np.arange(top - _MARGIN_PX, top + TILE_PX + _MARGIN_PX + 1, _LOOK_PX, dtype=np.float32)[:, None]
        self._row_inside = self._sample(self._inside, x, y)
        self._row_owner = self._owner(x, y)

    def _crop(self, number: int, left: int, top: int) -> tuple[ByteImage, Numbers]:
        piece = self._pieces[number]
        size = piece.labels.shape[0]
        y, x = top - piece.top, left - piece.left
        if y >= 0 and x >= 0 and y + TILE_PX <= size and x + TILE_PX <= size:
            there = np.s_[y : y + TILE_PX, x : x + TILE_PX]
            return np.ascontiguousarray(piece.rgb[there]), np.ascontiguousarray(piece.labels[there])
        # A tile may reach beyond the field, though its owner's part never does: plain ground there, to be covered.
        rgb = np.empty((TILE_PX, TILE_PX, 3), np.uint8)
        rgb[:] = self._ground
        labels = np.zeros((TILE_PX, TILE_PX), np.uint16)
        y0, y1, x0, x1 = max(y, 0), min(y + TILE_PX, size), max(x, 0), min(x + TILE_PX, size)
        if y0 < y1 and x0 < x1:
            rgb[y0 - y : y1 - y, x0 - x : x1 - x] = piece.rgb[y0:y1, x0:x1]
            labels[y0 - y : y1 - y, x0 - x : x1 - x] = piece.labels[y0:y1, x0:x1]
        return rgb, labels

    def _blend(self, left: int, top: int, numbers: list[int]) -> ByteImage:
        steps = np.arange(0, TILE_PX, _PITCH_PX, dtype=np.float32) + _PITCH_PX / 2
        x, y = left + steps[None, :], top + steps[:, None]
        owner = _enlarged(self._owner(x, y))
        outside = cv2.resize(self._sample(self._inside, x, y), (TILE_PX, TILE_PX), interpolation=cv2.INTER_LINEAR) <= 0
        crops = [self._crop(number, left, top) for number in numbers]
        best = np.where(outside, _OUTSIDE, 0).astype(np.uint8)
        chosen = np.where(outside, -1, -2).astype(np.int8)
        out = np.empty((TILE_PX, TILE_PX, 3), np.uint8)
        out[:] = self._ground
        out[outside] = WHITE
        for place, (number, (rgb, labels)) in enumerate(zip(numbers, crops, strict=True)):
            score = np.take(self._pieces[number].rank, labels, mode="clip")
            ground = (owner == number).view(np.uint8) + np.uint8(_OTHER_GROUND)  # one more where it is the owner
            np.maximum(score, ground * (labels == 0).view(np.uint8), out=score)
            better = (score > best).view(np.uint8)
            cv2.copyTo(score, better, best)
            chosen[better > 0] = place
            cv2.copyTo(rgb, better, out)
        seam = cv2.morphologyEx(chosen.view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        cv2.copyTo(cv2.GaussianBlur(out, (0, 0), 1.0), seam.view(np.uint8), out)
        return out

    def truth(self) -> SectionTruth:
        """Counts of what was drawn."""
        drawn = [piece.cells[piece.rank[1:] > 0] for piece in self._pieces]
        cells = np.concatenate(drawn)
        counts = np.bincount(cells["kind"], minlength=len(Kind)).tolist()
        tissue = float((self._inside > 0).mean()) * self.width * self.height * self._um_per_px**2 / 1e6
        named = {kind.name.lower(): int(counts[kind]) for kind in Kind}
        return SectionTruth(
            len(cells), named, truth_of(cells), round(tissue, 2), self.width, self.height, self._um_per_px
        )


def _piece(source: _Field, turn: int, flip: bool, left: int, top: int) -> _Piece:
    """A dihedral view (no copy) and the cells' centres in slide px (kept in ``x_um``, ``y_um``)."""
    rgb, labels = np.rot90(source.rgb, turn), np.rot90(source.labels, turn)
    last = source.labels.shape[0] - 1
    x, y = source.x_px, source.y_px
    for _ in range(turn):
        x, y = y, last - x
    if flip:
        rgb, labels, x = rgb[:, ::-1], labels[:, ::-1], last - x
    cells = source.cells[["kind", "cls", "x_um", "y_um"]].copy()
    cells["x_um"], cells["y_um"] = x + left, y + top
    return _Piece(rgb, labels, left, top, cells)


def _enlarged(owner: Labels) -> Labels:
    return np.asarray(np.repeat(np.repeat(owner, _PITCH_PX, axis=0), _PITCH_PX, axis=1))
