import { expect, test } from "vitest";
import { boxOfPoints, containsBox, expandBox, intersectBoxes, roundOutBox } from "./points";

test("boxOfPoints holds every point and refuses none", () => {
  expect(boxOfPoints([{ x: 3, y: -2 }, { x: -1, y: 5 }])).toEqual({ x: -1, y: -2, width: 4, height: 7 });
  expect(() => boxOfPoints([])).toThrow(/at least one point/);
});

test("boxes that only touch share nothing", () => {
  const a = { x: 0, y: 0, width: 10, height: 10 };
  expect(intersectBoxes(a, { x: 10, y: 0, width: 5, height: 5 })).toBeNull();
  expect(intersectBoxes(a, { x: 8, y: 9, width: 5, height: 5 })).toEqual({ x: 8, y: 9, width: 2, height: 1 });
});

test("growing keeps the centre, rounding never shrinks", () => {
  const box = { x: 1.4, y: 2.6, width: 3.1, height: 2 };
  const grown = expandBox(box, 0.5);
  expect(grown.x + grown.width / 2).toBeCloseTo(box.x + box.width / 2);
  expect(containsBox(roundOutBox(box), box)).toBe(true);
  expect(roundOutBox(box)).toEqual({ x: 1, y: 2, width: 4, height: 3 });
});
