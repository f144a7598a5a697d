import { expect, test } from "vitest";
import { decodeCells } from "../geometry/cells";
import { cellsBuffer } from "../geometry/cells.fixture";
import { cellFacts, indexCells } from "./cell-index";

const box = { x: 0, y: 0, width: 1000, height: 1000 };
const cell = (x: number, y: number, radiusPx: number) => ({
  x,
  y,
  radiusPx,
  dabOd: 0.5,
  areaUm2: 40,
  stainClass: 2,
  tumour: 0,
});

test("finds exactly what a search through all cells finds", () => {
  const made = Array.from({ length: 400 }, (_, i) => cell((i * 617) % 1000, (i * 389) % 1000, 4 + (i % 40)));
  const index = indexCells(decodeCells(cellsBuffer(made, 400)), box);
  for (let i = 0; i < 500; i++) {
    const point = { x: (i * 211) % 1000, y: (i * 97) % 1000 };
    const hits = made
      .map(({ x, y, radiusPx }, n) => ({ n, away: Math.hypot(point.x - x, point.y - y), radiusPx }))
      .filter(({ away, radiusPx }) => away <= radiusPx)
      .toSorted((a, b) => a.away - b.away);
    const found = index.at(point);
    if (hits[0] === undefined) expect(found).toBeNull();
    else expect(Math.hypot(point.x - (made[found ?? -1]?.x ?? NaN), point.y - (made[found ?? -1]?.y ?? NaN))).toBe(hits[0].away);
  }
});

test("no cells, no hit; a hit says what the tooltip needs", () => {
  expect(indexCells(decodeCells(cellsBuffer([], 0)), box).at({ x: 1, y: 1 })).toBeNull();
  const index = indexCells(decodeCells(cellsBuffer([cell(100, 100, 10)], 1)), box);
  expect(index.meanRadiusPx).toBe(10);
  expect(index.at({ x: 109, y: 100 })).toBe(0);
  expect(index.at({ x: 111, y: 100 })).toBeNull();
  expect(cellFacts(index.cells, 0)).toEqual({
    centre: { x: 100, y: 100 },
    displayClass: 4,
    stainClass: 2,
    dabOd: 0.5,
    areaUm2: 40,
  });
});
