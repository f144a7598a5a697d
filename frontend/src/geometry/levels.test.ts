import { expect, test } from "vitest";
import { levelDownsamples } from "./levels";

const level = (width_px: number, height_px: number) => ({ width_px, height_px, tile_width_px: 256, tile_height_px: 256 });

test("a cut rest does not make a crooked step", () => {
  // Aperio CMU-1: 46000 × 32914 → 11500 × 8228 → 2875 × 2057; 32914 / 8228 is 4.00024.
  const levels = [level(46000, 32914), level(11500, 8228), level(2875, 2057)];
  expect(levelDownsamples({ width: 46000, height: 32914 }, levels)).toEqual([1, 4, 16]);
});

test("steps that are no whole number are the mean of both sides", () => {
  const [, second] = levelDownsamples({ width: 1000, height: 900 }, [level(1000, 900), level(400, 360)]);
  expect(second).toBe(2.5);
});

test("levels must shrink, and there must be one", () => {
  expect(() => levelDownsamples({ width: 10, height: 10 }, [])).toThrow(/at least one level/);
  expect(() => levelDownsamples({ width: 10, height: 10 }, [level(10, 10), level(10, 10)])).toThrow(/must be smaller/);
});
