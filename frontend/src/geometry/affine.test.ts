import { describe, expect, test } from "vitest";
import { apply, compose, fitView, IDENTITY, invert, normaliseDegrees, viewTransform, visibleBox, type View } from "./affine";

const size = { width: 800, height: 600 };
const view: View = { centre: { x: 1000, y: 500 }, resolution: 2, rotationDeg: 0, flipped: false };

describe("viewTransform", () => {
  test("puts the centre in the middle and divides by the resolution", () => {
    const t = viewTransform(view, size);
    expect(apply(t, { x: 1000, y: 500 })).toEqual({ x: 400, y: 300 });
    expect(apply(t, { x: 1020, y: 490 })).toEqual({ x: 410, y: 295 });
  });

  test("90° turns clockwise: what was right is below", () => {
    const at = apply(viewTransform({ ...view, rotationDeg: 90 }, size), { x: 1020, y: 500 });
    expect(at.x).toBeCloseTo(400);
    expect(at.y).toBeCloseTo(310);
  });

  test("mirrored after the rotation: left and right change places on the screen", () => {
    for (const rotationDeg of [0, 30, 200]) {
      const plain = apply(viewTransform({ ...view, rotationDeg }, size), { x: 1234, y: 321 });
      const mirrored = apply(viewTransform({ ...view, rotationDeg, flipped: true }, size), { x: 1234, y: 321 });
      expect(mirrored.x).toBeCloseTo(size.width - plain.x);
      expect(mirrored.y).toBeCloseTo(plain.y);
    }
  });

  test("its inverse brings every point back", () => {
    const t = viewTransform({ ...view, rotationDeg: 33, flipped: true }, size);
    const both = compose(invert(t), t);
    for (const key of ["a", "b", "c", "d", "e", "f"] as const) expect(both[key]).toBeCloseTo(IDENTITY[key], 8);
  });
});

test("a map without area has no inverse", () => {
  expect(() => invert({ a: 1, b: 2, c: 2, d: 4, e: 0, f: 0 })).toThrow(/cannot be inverted/);
});

test("visibleBox grows with rotation and keeps its centre", () => {
  expect(visibleBox(view, size)).toEqual({ x: 200, y: -100, width: 1600, height: 1200 });
  const turned = visibleBox({ ...view, rotationDeg: 45 }, size);
  expect(turned.width).toBeCloseTo((800 + 600) * 2 * Math.SQRT1_2);
  expect(turned.x + turned.width / 2).toBeCloseTo(1000);
});

test.each([0, 90, 37])("fitView shows all four corners at %d°", (rotationDeg) => {
  const box = { x: 100, y: 200, width: 3000, height: 1000 };
  const t = viewTransform(fitView(box, size, rotationDeg, false), size);
  for (const corner of [[100, 200], [3100, 200], [3100, 1200], [100, 1200]] as const) {
    const at = apply(t, { x: corner[0], y: corner[1] });
    expect(at.x).toBeGreaterThanOrEqual(0);
    expect(at.x).toBeLessThanOrEqual(size.width);
    expect(at.y).toBeGreaterThanOrEqual(0);
    expect(at.y).toBeLessThanOrEqual(size.height);
  }
});

test("normaliseDegrees", () => {
  expect([0, 360, -90, 725, -720].map(normaliseDegrees)).toEqual([0, 0, 270, 5, 0]);
});
