import { describe, expect, test } from "vitest";
import { BadCellsError, decodeCells, decodeDensity, densityTotals, displayClass, estimateInBox } from "./cells";
import { cellsBuffer, densityBuffer } from "./cells.fixture";

describe("decodeCells", () => {
  test.each([0, 1, 2, 3, 5])("reads every field of %d cells", (count) => {
    const made = Array.from({ length: count }, (_, i) => ({
      x: 10 + i,
      y: 20 + i,
      dabOd: i / 8,
      areaUm2: 30 + i,
      stainClass: i % 4,
      tumour: (i % 3) - 1,
      radiusPx: 5 + i,
    }));
    const cells = decodeCells(cellsBuffer(made, count + 7));
    expect(cells.count).toBe(count);
    expect(cells.totalInBox).toBe(count + 7);
    expect([...cells.x]).toEqual(made.map(({ x }) => x));
    expect([...cells.y]).toEqual(made.map(({ y }) => y));
    expect([...cells.dabOd]).toEqual(made.map(({ dabOd }) => dabOd));
    expect([...cells.areaUm2]).toEqual(made.map(({ areaUm2 }) => areaUm2));
    expect([...cells.stainClass]).toEqual(made.map(({ stainClass }) => stainClass));
    expect([...cells.tumour]).toEqual(made.map(({ tumour }) => tumour));
    expect([...cells.radii]).toEqual(made.flatMap(({ radiusPx }) => Array.from({ length: 16 }, () => radiusPx * 8)));
  });

  const one = { x: 1, y: 2, dabOd: 0, areaUm2: 1, stainClass: 3, tumour: 1, radiusPx: 4 };

  test("refuses what is cut, padded or something else", () => {
    const whole = cellsBuffer([one, one], 2);
    expect(() => decodeCells(whole.slice(0, -1))).toThrow(BadCellsError);
    expect(() => decodeCells(whole.slice(0, 8))).toThrow(/at least 12 bytes/);
    expect(() => decodeCells(new TextEncoder().encode("<!doctype html>").buffer)).toThrow(/expected DCEL/);
    const longer = new Uint8Array(whole.byteLength + 4);
    longer.set(new Uint8Array(whole));
    expect(() => decodeCells(longer.buffer)).toThrow(/cut or padded/);
  });

  test("refuses values outside their meaning", () => {
    expect(() => decodeCells(cellsBuffer([{ ...one, stainClass: 4 }], 1))).toThrow(/class 4/);
    expect(() => decodeCells(cellsBuffer([{ ...one, tumour: 2 }], 1))).toThrow(/tumour 2/);
    expect(() => decodeCells(cellsBuffer([one, one], 1))).toThrow(/only 1 in the box/);
  });

  test("not tumour goes before the stain class, not assessed does not", () => {
    const cells = decodeCells(cellsBuffer([one, { ...one, tumour: 0 }, { ...one, tumour: -1 }], 3));
    expect([0, 1, 2].map((i) => displayClass(cells, i))).toEqual([3, 4, 3]);
  });
});

describe("density", () => {
  const density = decodeDensity(densityBuffer({ rows: 2, columns: 2, binPx: 10, originX: 100, originY: 0 }, [
    [1, 2, 3, 4],
    [0, 0, 0, 0],
    [8, 0, 0, 0],
    [0, 0, 0, 1],
  ]));

  test("totals are the sums over all bins", () => {
    expect(densityTotals(density)).toEqual([9, 2, 3, 5]);
  });

  test("a box counts whole bins whole and cut bins by their share", () => {
    expect(estimateInBox(density, { x: 0, y: 0, width: 1000, height: 1000 })).toBe(19);
    expect(estimateInBox(density, { x: 100, y: 0, width: 10, height: 10 })).toBe(10);
    expect(estimateInBox(density, { x: 105, y: 0, width: 100, height: 5 })).toBe(2.5);
    expect(estimateInBox(density, { x: 0, y: 0, width: 99, height: 99 })).toBe(0);
  });

  test("refuses a cut answer and a bin without a size", () => {
    const whole = densityBuffer({ rows: 1, columns: 1, binPx: 10, originX: 0, originY: 0 }, [[1, 1, 1, 1]]);
    expect(() => decodeDensity(whole.slice(0, -4))).toThrow(/cut or padded/);
    expect(() =>
      decodeDensity(densityBuffer({ rows: 1, columns: 1, binPx: 0, originX: 0, originY: 0 }, [[1, 1, 1, 1]])),
    ).toThrow(/no size/);
  });
});
