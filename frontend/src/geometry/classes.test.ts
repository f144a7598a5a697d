import { expect, test } from "vitest";
import { CLASS_STYLES, classStyle, rgbOf, STAIN_CLASSES } from "./classes";

test("class numbers, letters and shapes: colour is never alone", () => {
  expect(CLASS_STYLES.slice(0, 4).map(({ key }) => key)).toEqual(STAIN_CLASSES);
  for (const part of ["letter", "shape", "colour"] as const) {
    expect(new Set(CLASS_STYLES.map((style) => style[part])).size).toBe(CLASS_STYLES.length);
  }
  expect(() => classStyle(5)).toThrow(/no class number 5/);
});

test("colours as bytes", () => {
  expect(rgbOf("#3B82C4")).toEqual([59, 130, 196]);
  expect(() => rgbOf("blue")).toThrow(/expected a colour/);
});
