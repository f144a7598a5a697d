"""One numbering of rows and columns over all blocks of an array."""

from __future__ import annotations

import numpy as np

from scoring.dearray.lattice import Block, Site

OVERLAP = 0.5
"""Blocks lie side by side where they share this much of the smaller one's rows; else one is above the other."""


def numbered(blocks: list[Block]) -> list[tuple[Block, dict[Site, Site]]]:
    """For each block the sites of its grid with their row and column in the whole array, from 1.

    Blocks side by side share rows, blocks above each other share columns; the glass between blocks is no place. A row
    or column of a block that holds no core at all is a spacer and is not counted.
    """
    if not blocks:
        return []
    rows = _offsets([_extent(block, 0, blocks[0]) for block in blocks])
    columns = _offsets([_extent(block, 1, blocks[0]) for block in blocks])
    first_rows = [block.bounds[0] for block in blocks]
    first_columns = [block.bounds[2] for block in blocks]
    whole = [
        {site: (site[0] - i + row, site[1] - j + column) for site in _grid(block)}
        for block, i, j, row, column in zip(blocks, first_rows, first_columns, rows, columns, strict=True)
    ]
    held = [sites[site] for block, sites in zip(blocks, whole, strict=True) for site in block.places]
    row_numbers = {row: k for k, row in enumerate(sorted({row for row, _ in held}), start=1)}
    column_numbers = {column: k for k, column in enumerate(sorted({column for _, column in held}), start=1)}
    taken: set[Site] = set()
    answer = []
    for block, sites in zip(blocks, whole, strict=True):
        mine: dict[Site, Site] = {}
        for site, (row, column) in sites.items():
            if row in row_numbers and column in column_numbers:
                mine[site] = (row_numbers[row], column_numbers[column])
        answer.append((block, mine))
    present = {mine[site] for block, mine in answer for site in block.places}
    for block, mine in answer:  # the empty corner of one block may be where another's core is
        for site in list(mine):
            number = mine[site]
            if site not in block.places and (number in present or number in taken):
                del mine[site]
            taken.add(number)
    return answer


def _grid(block: Block) -> list[Site]:
    first_row, last_row, first_column, last_column = block.bounds
    return [(i, j) for i in range(first_row, last_row + 1) for j in range(first_column, last_column + 1)]


def _extent(block: Block, axis: int, base: Block) -> tuple[float, int]:
    """Where the block's first row (axis 0) or column (1) lies, counted in steps of the largest block, and how many."""
    steps = np.stack([base.down, base.across], axis=1)
    first = block.bounds[2 * axis]
    count = block.bounds[2 * axis + 1] - first + 1
    starts = [np.linalg.solve(steps, place)[axis] - (site[axis] - first) for site, place in block.places.items()]
    return float(np.median(starts)), count


def _offsets(extents: list[tuple[float, int]]) -> list[int]:
    """A whole number for each block's first row or column: blocks that overlap keep their distance, others follow."""
    offsets = [0] * len(extents)
    order = sorted(range(len(extents)), key=lambda k: extents[k][0])
    for place, k in enumerate(order):
        start, count = extents[k]
        wanted = 0
        for other in order[:place]:
            other_start, other_count = extents[other]
            shared = min(start + count, other_start + other_count) - start
            if shared >= OVERLAP * min(count, other_count):
                wanted = max(wanted, offsets[other] + round(start - other_start))
            else:
                wanted = max(wanted, offsets[other] + other_count)
        offsets[k] = wanted
    return offsets
