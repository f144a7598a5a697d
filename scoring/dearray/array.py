"""From an overview to an array: cores with place, row and column, and the empty places between them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from scoring.dearray.circles import CLOSEST, Points, common_radius, find_discs, fitted_radius, response, share_inside
from scoring.dearray.evidence import tissue_evidence
from scoring.dearray.lattice import TOLERANCE, Block, Site, blocks_of
from scoring.dearray.numbering import numbered
from scoring.types import ByteImage, FloatMap

SURE, POSSIBLE, FAINT = 0.3, 0.12, 0.03
"""Strength of a disc that may start a walk, that a walk may meet, that counts where the lattice expects a core."""
PULL = 1.0
"""What a core that lies one step from where the lattice expects it loses of its strength."""
LEAST_SHARE = 0.05
"""Share of its circle that a core fills at least; what fills less is dust, and the place is empty."""
LONE_SHARE = 0.3
"""The same for a disc that no neighbour confirms."""


@dataclass(frozen=True)
class Core:
    """One place of the array, in px of the overview (or of the slide: ``Array.scaled``); ``row`` and ``column`` count
    from 1. ``present``: whether there is tissue.
    """

    x_px: float
    y_px: float
    radius_px: float
    row: int
    column: int
    present: bool

    def as_json(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Array:
    """All places by row and column; empty ones inside the blocks are among them. No core: no array was found."""

    cores: tuple[Core, ...]

    @property
    def rows(self) -> int:
        return max((core.row for core in self.cores), default=0)

    @property
    def columns(self) -> int:
        return max((core.column for core in self.cores), default=0)

    def scaled(self, factor: float, width_px: int, height_px: int) -> Array:
        """The same on a slide of that size, ``factor`` slide px to a px of the overview."""
        return Array(
            tuple(
                Core(
                    round(min(max((core.x_px + 0.5) * factor, 0.0), float(width_px)), 2),
                    round(min(max((core.y_px + 0.5) * factor, 0.0), float(height_px)), 2),
                    round(core.radius_px * factor, 2),
                    core.row,
                    core.column,
                    core.present,
                )
                for core in self.cores
            )
        )


def find_cores(rgb: ByteImage) -> Array:
    """Dearray an RGB overview (height x width x 3) whose cores have a radius of at least 5 px.

    Rows may be tilted by 15°, skewed, bent, and interrupted; blocks of cores are numbered on. Nothing that looks like
    an array gives an array without cores.
    """
    evidence = tissue_evidence(rgb)
    radius = common_radius(evidence)
    if radius is None:
        return Array(())
    sure = find_discs(response(evidence, radius), radius, SURE)
    radius = fitted_radius(evidence, sure.places, radius)
    strength = response(evidence, radius)
    discs = find_discs(strength, radius, POSSIBLE)
    filled = np.array([share_inside(evidence, place, radius) for place in discs.places])
    seen = filled >= LEAST_SHARE
    blocks = blocks_of(discs.places[seen], discs.strengths[seen], radius, SURE)
    blocks = [block for block in blocks if _is_block(block, evidence, radius)]
    taken = [place for block in blocks for place in block.places.values()]
    for block in blocks:
        _search(block, taken, strength, evidence, radius)
        _trim(block, evidence, radius)
    return Array(tuple(_cores(blocks, evidence, radius)))


def _is_block(block: Block, evidence: FloatMap, radius: float) -> bool:
    if len(block.places) > 2:
        return True
    return all(share_inside(evidence, place, radius) >= LONE_SHARE for place in block.places.values())


def _search(block: Block, taken: list[Points], strength: FloatMap, evidence: FloatMap, radius: float) -> None:
    """Look for cores at places that the block's lattice foretells and its walk did not reach; adds them to it and to
    ``taken``, the places of all blocks.
    """
    first_row, last_row, first_column, last_column = block.bounds
    found: list[tuple[float, Site, Points]] = []
    for row in range(first_row, last_row + 1):
        for column in range(first_column, last_column + 1):
            site = (row, column)
            told = None if site in block.places else block.foretold(site)
            if told is not None:
                place, worth = _best(strength, told, block)
                if worth >= FAINT and share_inside(evidence, place, radius) >= LEAST_SHARE:
                    found.append((worth, site, place))
    for _, site, place in sorted(found, key=lambda candidate: -candidate[0]):
        if all(np.hypot(*(place - other)) >= CLOSEST * radius for other in taken):
            block.places[site] = place
            taken.append(place)


def _trim(block: Block, evidence: FloatMap, radius: float) -> None:
    """Take outermost rows and columns away that hold nothing but scraps: dirt beside the array."""
    while block.places:
        first_row, last_row, first_column, last_column = block.bounds
        for axis, number in ((0, first_row), (0, last_row), (1, first_column), (1, last_column)):
            line = [site for site in block.places if site[axis] == number]
            if len(line) < len(block.places) and all(
                share_inside(evidence, block.places[site], radius) < LONE_SHARE for site in line
            ):
                for site in line:
                    del block.places[site]
                break
        else:
            return


def _best(strength: FloatMap, told: Points, block: Block) -> tuple[Points, float]:
    """The place near a foretold one where a core is likeliest, and its strength there less the pull."""
    step = min(np.hypot(*block.across), np.hypot(*block.down))
    reach = TOLERANCE * step
    height, width = strength.shape
    left, right = max(0, int(told[0] - reach)), min(width, int(told[0] + reach) + 2)
    top, bottom = max(0, int(told[1] - reach)), min(height, int(told[1] + reach) + 2)
    if left >= right or top >= bottom:
        return told, -1.0
    down, across = np.mgrid[top:bottom, left:right]
    away = np.hypot(across - told[0], down - told[1]) / step
    worth = np.where(away <= TOLERANCE, strength[top:bottom, left:right] - PULL * away**2, -1.0)
    row, column = np.unravel_index(int(np.argmax(worth)), worth.shape)
    return np.array([across[row, column], down[row, column]], dtype=np.float64), float(worth[row, column])


def _cores(blocks: list[Block], evidence: FloatMap, radius: float) -> list[Core]:
    height, width = evidence.shape
    cores = []
    for block, sites in numbered(blocks):
        for site, (row, column) in sites.items():
            place = block.places.get(site)
            present = place is not None
            if place is None:
                told = block.foretold(site)
                place = block.extrapolated(site) if told is None else told
                if not (0 <= place[0] < width and 0 <= place[1] < height):
                    continue
            cores.append(Core(float(place[0]), float(place[1]), radius, row, column, present))
    return sorted(cores, key=lambda core: (core.row, core.column))
