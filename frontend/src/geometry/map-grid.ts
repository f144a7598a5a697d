import { intersectBoxes, type Box } from "./points";

/** Where the layers of a result lie: equal tiles from an origin, some of which hold nothing. Lengths in level-0 px. */
export interface MapGrid {
  readonly originX: number;
  readonly originY: number;
  readonly tilePx: number;
  readonly columns: number;
  readonly rows: number;
  /** "column/row" of the tiles there are. */
  readonly present: ReadonlySet<string>;
}

export interface MapTile {
  readonly key: string;
  readonly column: number;
  readonly row: number;
  readonly box: Box;
}

export const tileKey = (column: number, row: number): string => `${column}/${row}`;

/** The tiles there are that a box touches, row by row; at most `limit` + 1, so that "too many" is cheap to find out. */
export function tilesInBox(grid: MapGrid, box: Box, limit: number): MapTile[] {
  const { originX, originY, tilePx, columns, rows } = grid;
  const whole = { x: originX, y: originY, width: columns * tilePx, height: rows * tilePx };
  const seen = intersectBoxes(whole, box);
  if (seen === null) return [];
  const first = { column: Math.floor((seen.x - originX) / tilePx), row: Math.floor((seen.y - originY) / tilePx) };
  const last = {
    column: Math.min(columns - 1, Math.ceil((seen.x + seen.width - originX) / tilePx) - 1),
    row: Math.min(rows - 1, Math.ceil((seen.y + seen.height - originY) / tilePx) - 1),
  };
  const tiles: MapTile[] = [];
  for (let row = first.row; row <= last.row; row++) {
    for (let column = first.column; column <= last.column; column++) {
      const key = tileKey(column, row);
      if (!grid.present.has(key)) continue;
      tiles.push({ key, column, row, box: { x: originX + column * tilePx, y: originY + row * tilePx, width: tilePx, height: tilePx } });
      if (tiles.length > limit) return tiles;
    }
  }
  return tiles;
}
