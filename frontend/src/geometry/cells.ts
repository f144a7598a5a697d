import { NOT_TUMOUR_INDEX, STAIN_CLASSES } from "./classes";
import type { Box } from "./points";

/**
 * The two binary answers about a result's cells, as typed arrays (no copy where alignment allows).
 * Little-endian, as the server writes them. All places are level-0 px of the slide.
 */
export const RADII_PER_CELL = 16;
/** Radii are stored in eighths of a level-0 px. */
export const RADIUS_UNIT_PX = 1 / 8;

export interface Cells {
  readonly count: number;
  /** Cells in the box asked for; larger than `count` where the answer was thinned to the limit. */
  readonly totalInBox: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly dabOd: Float32Array;
  readonly areaUm2: Float32Array;
  /** 0 negative, 1 weak, 2 moderate, 3 strong. */
  readonly stainClass: Uint8Array;
  /** −1 not assessed, 0 not tumour, 1 tumour. */
  readonly tumour: Int8Array;
  /** 16 radii a cell, angle k·22.5° from +x towards +y (down), in eighths of a px. */
  readonly radii: Uint16Array;
}

export interface Density {
  readonly rows: number;
  readonly columns: number;
  /** Side of a bin, level-0 px. */
  readonly binPx: number;
  readonly originX: number;
  readonly originY: number;
  /** rows × columns × 4: negative, weak, moderate, strong. */
  readonly counts: Uint32Array;
}

/** An answer that is not what the contract says; nothing of it is shown. */
export class BadCellsError extends Error {
  override name = "BadCellsError";
}

const CELLS_HEADER_BYTES = 12;
const DENSITY_HEADER_BYTES = 24;

/** Reads a `DCEL` answer. Throws BadCellsError where magic, length or values do not fit. */
export function decodeCells(buffer: ArrayBuffer): Cells {
  const view = header(buffer, "DCEL", CELLS_HEADER_BYTES);
  const count = view.getUint32(4, true);
  const totalInBox = view.getUint32(8, true);
  const radiiOffset = Math.ceil((CELLS_HEADER_BYTES + count * 18) / 4) * 4;
  expectLength(buffer, radiiOffset + count * RADII_PER_CELL * 2, `${count} cells`);
  if (totalInBox < count) {
    throw new BadCellsError(`the answer holds ${count} cells but says there are only ${totalInBox} in the box`);
  }
  const floats = (index: number): Float32Array =>
    new Float32Array(buffer, CELLS_HEADER_BYTES + index * 4 * count, count);
  const stainClass = new Uint8Array(buffer, CELLS_HEADER_BYTES + 16 * count, count);
  const tumour = new Int8Array(buffer, CELLS_HEADER_BYTES + 17 * count, count);
  for (let i = 0; i < count; i++) {
    const value = stainClass[i] ?? 0;
    if (value >= STAIN_CLASSES.length) throw new BadCellsError(`cell ${i} has class ${value}; expected 0 to 3`);
    const nest = tumour[i] ?? 0;
    if (nest < -1 || nest > 1) throw new BadCellsError(`cell ${i} has tumour ${nest}; expected -1, 0 or 1`);
  }
  return {
    count,
    totalInBox,
    x: floats(0),
    y: floats(1),
    dabOd: floats(2),
    areaUm2: floats(3),
    stainClass,
    tumour,
    radii: new Uint16Array(buffer, radiiOffset, count * RADII_PER_CELL),
  };
}

/** Reads a `DDEN` answer. Throws BadCellsError where magic, length or values do not fit. */
export function decodeDensity(buffer: ArrayBuffer): Density {
  const view = header(buffer, "DDEN", DENSITY_HEADER_BYTES);
  const rows = view.getUint32(4, true);
  const columns = view.getUint32(8, true);
  const binPx = view.getFloat32(12, true);
  expectLength(buffer, DENSITY_HEADER_BYTES + rows * columns * 16, `${rows} × ${columns} bins`);
  if (!(binPx > 0) || !Number.isFinite(binPx)) throw new BadCellsError(`a density bin of ${binPx} px is no size`);
  return {
    rows,
    columns,
    binPx,
    originX: view.getFloat32(16, true),
    originY: view.getFloat32(20, true),
    counts: new Uint32Array(buffer, DENSITY_HEADER_BYTES, rows * columns * 4),
  };
}

/** What a cell is drawn as: its stain class, or not tumour where that was found. */
export function displayClass(cells: Cells, index: number): number {
  return cells.tumour[index] === 0 ? NOT_TUMOUR_INDEX : (cells.stainClass[index] ?? 0);
}

/** The sum of every class over all bins: equals the counts of the result, to the last cell. */
export function densityTotals(density: Density): [number, number, number, number] {
  const totals: [number, number, number, number] = [0, 0, 0, 0];
  for (let i = 0; i < density.counts.length; i += 4) {
    totals[0] += density.counts[i] ?? 0;
    totals[1] += density.counts[i + 1] ?? 0;
    totals[2] += density.counts[i + 2] ?? 0;
    totals[3] += density.counts[i + 3] ?? 0;
  }
  return totals;
}

/** Cells expected in a box: bins cut by its edge count by the share that lies inside. */
export function estimateInBox(density: Density, box: Box): number {
  const { binPx, rows, columns, originX, originY, counts } = density;
  const share = (low: number, from: number, to: number): number =>
    Math.max(0, Math.min(low + binPx, to) - Math.max(low, from)) / binPx;
  const firstRow = Math.max(0, Math.floor((box.y - originY) / binPx));
  const lastRow = Math.min(rows - 1, Math.floor((box.y + box.height - originY) / binPx));
  const firstColumn = Math.max(0, Math.floor((box.x - originX) / binPx));
  const lastColumn = Math.min(columns - 1, Math.floor((box.x + box.width - originX) / binPx));
  let sum = 0;
  for (let row = firstRow; row <= lastRow; row++) {
    const tall = share(originY + row * binPx, box.y, box.y + box.height);
    for (let column = firstColumn; column <= lastColumn; column++) {
      const wide = share(originX + column * binPx, box.x, box.x + box.width);
      const at = (row * columns + column) * 4;
      const inBin = (counts[at] ?? 0) + (counts[at + 1] ?? 0) + (counts[at + 2] ?? 0) + (counts[at + 3] ?? 0);
      sum += inBin * tall * wide;
    }
  }
  return sum;
}

function header(buffer: ArrayBuffer, magic: string, bytes: number): DataView {
  if (buffer.byteLength < bytes) {
    throw new BadCellsError(`expected at least ${bytes} bytes of ${magic}, got ${buffer.byteLength}`);
  }
  const view = new DataView(buffer);
  const found = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (found !== magic) throw new BadCellsError(`expected ${magic} at the start, got ${JSON.stringify(found)}`);
  return view;
}

function expectLength(buffer: ArrayBuffer, expected: number, what: string): void {
  if (buffer.byteLength !== expected) {
    throw new BadCellsError(`${what} take ${expected} bytes, got ${buffer.byteLength}: the answer is cut or padded`);
  }
}
