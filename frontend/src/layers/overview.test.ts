import { expect, test } from "vitest";
import { overviewSize, viewOutline } from "./overview";

test("the overview has the slide's shape inside its room", () => {
  expect(overviewSize({ width: 4000, height: 1000 }, { width: 200, height: 150 })).toEqual({ width: 200, height: 50 });
  expect(overviewSize({ width: 1000, height: 4000 }, { width: 200, height: 150 })).toEqual({ width: 38, height: 150 });
});

test("the outline is the viewport in overview px, turned with it", () => {
  const slide = { width: 4000, height: 3000 };
  const small = { width: 200, height: 150 };
  const view = { centre: { x: 2000, y: 1500 }, resolution: 2, rotationDeg: 0, flipped: false };
  const outline = viewOutline(view, { width: 400, height: 200 }, slide, small);
  expect(outline).toEqual([
    { x: 80, y: 65 },
    { x: 120, y: 65 },
    { x: 120, y: 85 },
    { x: 80, y: 85 },
  ]);
  const turned = viewOutline({ ...view, rotationDeg: 90 }, { width: 400, height: 200 }, slide, small);
  expect(turned[0]?.x).toBeCloseTo(90);
  expect(turned[0]?.y).toBeCloseTo(95);
});
