import { displayClass, RADII_PER_CELL, RADIUS_UNIT_PX, type Cells } from "../geometry/cells";
import type { Box, Point } from "../geometry/points";

/** Finds the nucleus under a point: cells sorted into squares, built once per answer. */
export interface CellIndex {
  readonly cells: Cells;
  /** Mean radius over all cells, level-0 px; 0 for none. */
  readonly meanRadiusPx: number;
  /** The number of the cell whose outline holds the point, the nearest centre first; null for none. */
  at(point: Point): number | null;
}

const MAX_SQUARES_A_SIDE = 256;

export function indexCells(cells: Cells, box: Box): CellIndex {
  const { count, x, y } = cells;
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < cells.radii.length; i++) {
    const radius = cells.radii[i] ?? 0;
    sum += radius;
    if (radius > largest) largest = radius;
  }
  const largestPx = largest * RADIUS_UNIT_PX;
  const side = Math.max(16, largestPx, box.width / MAX_SQUARES_A_SIDE, box.height / MAX_SQUARES_A_SIDE);
  const columns = Math.max(1, Math.ceil(box.width / side));
  const rows = Math.max(1, Math.ceil(box.height / side));
  const squareOf = (px: number, py: number): number => {
    const column = Math.min(columns - 1, Math.max(0, Math.floor((px - box.x) / side)));
    const row = Math.min(rows - 1, Math.max(0, Math.floor((py - box.y) / side)));
    return row * columns + column;
  };
  // Counting sort: `starts[s] … starts[s + 1]` are the places in `order` of square s.
  const starts = new Uint32Array(columns * rows + 1);
  for (let i = 0; i < count; i++) {
    const next = squareOf(x[i] ?? 0, y[i] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let s = 1; s < starts.length; s++) starts[s] = (starts[s] ?? 0) + (starts[s - 1] ?? 0);
  const fill = starts.slice();
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const square = squareOf(x[i] ?? 0, y[i] ?? 0);
    order[fill[square] ?? 0] = i;
    fill[square] = (fill[square] ?? 0) + 1;
  }

  return {
    cells,
    meanRadiusPx: count === 0 ? 0 : (sum / cells.radii.length) * RADIUS_UNIT_PX,
    at(point) {
      let found: number | null = null;
      let nearest = Infinity;
      const reach = Math.ceil(largestPx / side);
      const column = Math.floor((point.x - box.x) / side);
      const row = Math.floor((point.y - box.y) / side);
      for (let r = Math.max(0, row - reach); r <= Math.min(rows - 1, row + reach); r++) {
        for (let c = Math.max(0, column - reach); c <= Math.min(columns - 1, column + reach); c++) {
          const square = r * columns + c;
          for (let k = starts[square] ?? 0; k < (starts[square + 1] ?? 0); k++) {
            const i = order[k] ?? 0;
            const away = Math.hypot(point.x - (x[i] ?? 0), point.y - (y[i] ?? 0));
            if (away < nearest && away <= radiusTowards(cells, i, point)) {
              found = i;
              nearest = away;
            }
          }
        }
      }
      return found;
    },
  };
}

/** What a tooltip says of one nucleus. */
export interface CellFacts {
  readonly centre: Point;
  readonly displayClass: number;
  readonly stainClass: number;
  readonly dabOd: number;
  readonly areaUm2: number;
}

export function cellFacts(cells: Cells, index: number): CellFacts {
  return {
    centre: { x: cells.x[index] ?? 0, y: cells.y[index] ?? 0 },
    displayClass: displayClass(cells, index),
    stainClass: cells.stainClass[index] ?? 0,
    dabOd: cells.dabOd[index] ?? 0,
    areaUm2: cells.areaUm2[index] ?? 0,
  };
}

/** The outline's distance from the centre in the point's direction, between the two nearest of the 16 radii. */
function radiusTowards(cells: Cells, index: number, point: Point): number {
  const angle = Math.atan2(point.y - (cells.y[index] ?? 0), point.x - (cells.x[index] ?? 0));
  const place = ((angle / (2 * Math.PI)) * RADII_PER_CELL + RADII_PER_CELL) % RADII_PER_CELL;
  const before = Math.floor(place);
  const share = place - before;
  const first = cells.radii[index * RADII_PER_CELL + (before % RADII_PER_CELL)] ?? 0;
  const second = cells.radii[index * RADII_PER_CELL + ((before + 1) % RADII_PER_CELL)] ?? 0;
  return (first * (1 - share) + second * share) * RADIUS_UNIT_PX;
}
