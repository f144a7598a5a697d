"""The lattice cores were punched on: two steps found by voting, then rows and columns by walking from core to core.

Arrays bend, drift and lie in several blocks, so no single rule places all cores: a place is foretold from the cores
around it.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from scoring.dearray.circles import Points

NEAREST, FARTHEST = 1.6, 7.0
"""Distance of neighbours, in radii, between which steps are looked for."""
TILT_DEG = 40.0
"""A row runs at most this far from the horizontal: the array turned by up to 15° and skewed besides."""
VOTE_WIDTH = 0.35
"""How far displacements of one step lie apart, in radii."""
AS_GOOD = 0.6
"""A step whose votes come to this share of the most is as good: the shorter one counts, not its double."""
TOLERANCE = 0.4
"""How far from its foretold place a core may lie, in steps."""
AROUND = 2
"""Cores up to so many places away foretell a place."""
JUMP = 3
"""A part of the same block is at most so many places away; farther, it is a block of its own."""

Site = tuple[int, int]
"""Row and column inside a block, of any origin."""


@dataclass
class Block:
    """Cores of one lattice. ``across`` and ``down`` are its steps (x, y px) from column to column and row to row."""

    across: Points
    down: Points
    places: dict[Site, Points] = field(default_factory=dict)

    def foretold(self, site: Site, *, but: Site | None = None, around: int = AROUND) -> Points | None:
        """Where a site lies, from the cores around it; None where there are none."""
        row, column = site
        total, weight = np.zeros(2), 0.0
        for i in range(row - around, row + around + 1):
            for j in range(column - around, column + around + 1):
                place = self.places.get((i, j))
                if place is None or (i, j) in (site, but):
                    continue
                near = 1.0 / (1.0 + (i - row) ** 2 + (j - column) ** 2)
                total += near * (place + (row - i) * self.down + (column - j) * self.across)
                weight += near
        return total / weight if weight else None

    def extrapolated(self, site: Site) -> Points:
        """Where a site lies, from the core nearest to it, however far that is."""
        near = min(self.places, key=lambda other: (other[0] - site[0]) ** 2 + (other[1] - site[1]) ** 2)
        told = self.foretold(near)
        start = self.places[near] if told is None else (self.places[near] + told) / 2
        return np.asarray(start + (site[0] - near[0]) * self.down + (site[1] - near[1]) * self.across)

    def coordinates(self, place: Points) -> Points:
        """Row and column of a place, with fractions, from the cores nearest to it."""
        sites = np.array(list(self.places))
        at = np.array(list(self.places.values()))
        nearest = np.argsort(np.hypot(*(at - place).T), kind="stable")[:4]
        steps = np.stack([self.down, self.across], axis=1)
        found = sites[nearest] + np.linalg.solve(steps, (place - at[nearest]).T).T
        return np.asarray(np.median(found, axis=0))

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """First and last row, first and last column."""
        rows, columns = zip(*self.places, strict=True)
        return min(rows), max(rows), min(columns), max(columns)


def steps_of(places: Points, radius_px: float) -> tuple[Points, Points] | None:
    """Displacements from column to column and from row to row; None where too few places are neighbours."""
    if len(places) < 2:
        return None
    pairs = cKDTree(places).query_pairs(FARTHEST * radius_px, output_type="ndarray")
    moves = places[pairs[:, 1]] - places[pairs[:, 0]]
    moves = moves[np.hypot(*moves.T) >= NEAREST * radius_px]
    moves = np.concatenate([moves, -moves])
    angle = np.degrees(np.arctan2(moves[:, 1], moves[:, 0]))
    across = _voted(moves[np.abs(angle) <= TILT_DEG], radius_px)
    down = _voted(moves[np.abs(angle - 90) <= TILT_DEG], radius_px)
    # Of one column, or one row, the other step is that one turned.
    if across is None:
        return None if down is None else (np.array([down[1], -down[0]]), down)
    return across, np.array([-across[1], across[0]]) if down is None else down


def _voted(moves: Points, radius_px: float) -> Points | None:
    if not len(moves):
        return None
    width = VOTE_WIDTH * radius_px
    tree = cKDTree(moves)
    votes = np.array([len(found) for found in tree.query_ball_point(moves, 2 * width)])
    lengths = np.hypot(*moves.T)
    good = np.flatnonzero(votes >= AS_GOOD * votes.max())
    step = moves[good[np.argmin(lengths[good])]]
    for _ in range(10):  # to the middle of the votes
        weights = np.exp(-np.sum((moves - step) ** 2, axis=1) / (2 * width**2))
        step = weights @ moves / weights.sum()
    return np.asarray(step)


def blocks_of(places: Points, strengths: Points, radius_px: float, sure: float) -> list[Block]:
    """Walk from core to core until every place that can be reached has its row and column.

    A walk starts at a sure place (strength at least ``sure``) and goes to the neighbour that lies nearest to where it
    is foretold. What cannot be reached by single steps joins a block if it fits its lattice; else it is a new block.
    """
    steps = steps_of(places[strengths >= sure], radius_px)
    if steps is None:
        return []
    across, down = steps
    tolerance = TOLERANCE * min(np.hypot(*across), np.hypot(*down))
    free = set(range(len(places)))
    tree = cKDTree(places)
    parts: list[Block] = []
    for start in np.argsort(-strengths, kind="stable"):
        if strengths[start] < sure:
            break
        if int(start) in free:
            parts.append(_walked(Block(across, down), int(start), places, tree, free, tolerance))
    return _joined(parts)


def _walked(block: Block, start: int, places: Points, tree: cKDTree, free: set[int], tolerance: float) -> Block:
    waiting: list[tuple[float, int, Site]] = [(0.0, start, (0, 0))]
    while waiting:
        _, number, site = heapq.heappop(waiting)
        if number not in free or site in block.places:
            continue
        free.discard(number)
        block.places[site] = places[number]
        for move in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            there = (site[0] + move[0], site[1] + move[1])
            told = None if there in block.places else block.foretold(there)
            if told is None:
                continue
            for other in tree.query_ball_point(told, tolerance):
                if other in free:
                    away = float(np.hypot(*(places[other] - told)))
                    heapq.heappush(waiting, (away, other, there))
    return block


def _joined(parts: list[Block]) -> list[Block]:
    """Parts of one lattice together; the largest first."""
    blocks: list[Block] = []
    for part in sorted(parts, key=lambda part: -len(part.places)):
        for block in blocks:
            shift = _shift(block, part)
            if shift is not None:
                for site, place in part.places.items():
                    block.places[site[0] + shift[0], site[1] + shift[1]] = place
                break
        else:
            blocks.append(part)
    return blocks


def _shift(block: Block, part: Block) -> Site | None:
    """By how much the sites of a part differ from those of a block of whose lattice it is; None if of another."""
    differences = np.array([block.coordinates(place) - np.array(site) for site, place in part.places.items()])
    reach = [
        min(max(abs(i - row), abs(j - column)) for row, column in block.places)
        for i, j in (block.coordinates(place) for place in part.places.values())
    ]
    if min(reach) > JUMP + 0.5:
        return None
    middle = np.median(differences, axis=0)
    whole = np.rint(middle)
    if np.max(np.abs(middle - whole)) > (0.3 if len(part.places) > 2 else TOLERANCE):
        return None
    shift = int(whole[0]), int(whole[1])
    if any((site[0] + shift[0], site[1] + shift[1]) in block.places for site in part.places):
        return None
    return shift
