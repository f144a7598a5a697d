import { expect, test } from "vitest";
import type { View } from "./affine";
import { readViewQuery, writeViewQuery } from "./view-query";

const slide = { width: 40000, height: 30000 };
const view: View = { centre: { x: 10233.26, y: 8120.5 }, resolution: 0.49261, rotationDeg: 90, flipped: true };

test("a view survives the address, within a tenth of a pixel", () => {
  const back = readViewQuery(writeViewQuery(new URLSearchParams("run=7"), view, "dab"), slide);
  expect(back).toEqual({
    centre: { x: 10233.3, y: 8120.5 },
    resolution: 0.4926,
    rotationDeg: 90,
    flipped: true,
    stain: "dab",
  });
});

test("other parameters stay, defaults are left out", () => {
  const params = writeViewQuery(new URLSearchParams("run=7&stain=dab&turn=5"), { ...view, rotationDeg: 360, flipped: false }, "original");
  expect(params.get("run")).toBe("7");
  expect(params.has("stain")).toBe(false);
  expect(params.has("turn")).toBe(false);
  expect(params.has("flip")).toBe(false);
});

test.each(["x=1", "x=nan&y=3", "x=-5&y=3", "x=1&y=99999", "r=0", "r=-1", "r=1e9", "stain=red", "turn=x", "flip=yes", "x=&y="])(
  "%s is left out, never guessed",
  (query) => {
    expect(readViewQuery(new URLSearchParams(query), slide)).toEqual({});
  },
);
