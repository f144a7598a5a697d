/** Writes the two binary answers as the server does, byte by byte: only for tests. */
export interface MadeCell {
  readonly x: number;
  readonly y: number;
  readonly dabOd: number;
  readonly areaUm2: number;
  readonly stainClass: number;
  readonly tumour: number;
  readonly radiusPx: number;
}

export function cellsBuffer(cells: readonly MadeCell[], totalInBox: number): ArrayBuffer {
  const bytes: number[] = [];
  const write = (size: number, put: (view: DataView) => void): void => {
    const view = new DataView(new ArrayBuffer(size));
    put(view);
    bytes.push(...new Uint8Array(view.buffer));
  };
  bytes.push(...new TextEncoder().encode("DCEL"));
  write(4, (view) => view.setUint32(0, cells.length, true));
  write(4, (view) => view.setUint32(0, totalInBox, true));
  for (const key of ["x", "y", "dabOd", "areaUm2"] as const) {
    for (const cell of cells) write(4, (view) => view.setFloat32(0, cell[key], true));
  }
  for (const cell of cells) write(1, (view) => view.setUint8(0, cell.stainClass));
  for (const cell of cells) write(1, (view) => view.setInt8(0, cell.tumour));
  while (bytes.length % 4 !== 0) bytes.push(0);
  for (const cell of cells) {
    for (let k = 0; k < 16; k++) write(2, (view) => view.setUint16(0, Math.round(cell.radiusPx * 8), true));
  }
  return new Uint8Array(bytes).buffer;
}

export function densityBuffer(
  shape: { rows: number; columns: number; binPx: number; originX: number; originY: number },
  bins: readonly (readonly number[])[],
): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(24 + bins.length * 16));
  [..."DDEN"].forEach((letter, i) => view.setUint8(i, letter.charCodeAt(0)));
  view.setUint32(4, shape.rows, true);
  view.setUint32(8, shape.columns, true);
  view.setFloat32(12, shape.binPx, true);
  view.setFloat32(16, shape.originX, true);
  view.setFloat32(20, shape.originY, true);
  bins.flat().forEach((count, i) => view.setUint32(24 + i * 4, count, true));
  return view.buffer;
}
