import { expect, test } from "vitest";
import { decodeDensity } from "../geometry/cells";
import { densityBuffer } from "../geometry/cells.fixture";
import { densityPixels } from "./density-raster";

const density = decodeDensity(
  densityBuffer({ rows: 1, columns: 4, binPx: 10, originX: 0, originY: 0 }, [
    [90, 5, 5, 0],
    [5, 0, 0, 5],
    [0, 0, 0, 0],
    [0, 1, 0, 0],
  ]),
);
const bin = (pixels: Uint8ClampedArray, n: number): number[] => Array.from(pixels.slice(n * 4, n * 4 + 4));

test("majority gives the colour, the number gives the opacity, empty stays clear, a tie goes to the stronger", () => {
  const pixels = densityPixels(density, new Set());
  expect(bin(pixels, 0).slice(0, 3)).toEqual([59, 130, 196]);
  expect(bin(pixels, 1).slice(0, 3)).toEqual([193, 18, 31]);
  expect(bin(pixels, 2)).toEqual([0, 0, 0, 0]);
  const [dense = 0, medium = 0, , sparse = 0] = [0, 1, 2, 3].map((n) => pixels[n * 4 + 3]);
  expect(dense).toBeGreaterThan(medium);
  expect(medium).toBeGreaterThan(sparse);
  expect(sparse).toBeGreaterThan(60);
});

test("hidden classes do not count", () => {
  const pixels = densityPixels(density, new Set(["negative", "weak"] as const));
  expect(bin(pixels, 0).slice(0, 3)).toEqual([238, 150, 75]);
  expect(bin(pixels, 3)).toEqual([0, 0, 0, 0]);
});
