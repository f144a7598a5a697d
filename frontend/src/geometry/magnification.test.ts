import { expect, test } from "vitest";
import { activeMagnification, formatMagnification, formatZoomPercent, magnificationOf, resolutionFor } from "./magnification";

test("40× is 0.25 µm on a screen pixel", () => {
  expect(magnificationOf(1, 0.25)).toBe(40);
  expect(magnificationOf(2, 0.25)).toBe(20);
  expect(resolutionFor(40, 0.5)).toBe(0.5);
});

test("nothing is guessed without µm/px", () => {
  expect(magnificationOf(1, null)).toBeNull();
  expect(resolutionFor(40, null)).toBeNull();
  expect(activeMagnification(1, null)).toBeNull();
});

test.each([
  [20.32, "20.3×"],
  [40, "40×"],
  [2.5, "2.5×"],
  [1.25, "1.25×"],
  [0.3125, "0.31×"],
  [9.999, "10×"],
])("%d is written %s", (value, text) => {
  expect(formatMagnification(value)).toBe(text);
});

test("a key is active within half a percent", () => {
  expect(activeMagnification(1.002, 0.25)).toBe(40);
  expect(activeMagnification(1.02, 0.25)).toBeNull();
});

test("zoom in percent where µm/px is unknown", () => {
  expect([8, 1, 0.125].map((r) => formatZoomPercent(r).replace("\u00a0", " "))).toEqual(["13 %", "100 %", "800 %"]);
});
