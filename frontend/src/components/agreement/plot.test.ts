import { describe, expect, it } from "vitest";
import { across, evenReach, HEIGHT, LEFT, RIGHT, ticksOf, TOP, upwards, valueRange, WIDTH } from "./plot";

describe("the geometry of plots", () => {
  it("takes the fixed scale of a scheme, whatever was read", () => {
    expect(valueRange("h-score", [5])).toEqual([0, 300]);
    expect(valueRange("ki-67", [5])).toEqual([0, 100]);
    expect(valueRange("another", [-2, 7])).toEqual([-2, 7]);
  });
  it("puts the ends at the ends", () => {
    expect(across([0, 300])(0)).toBe(LEFT);
    expect(across([0, 300])(300)).toBe(WIDTH - RIGHT);
    expect(upwards([-50, 50])(50)).toBe(TOP);
    expect(upwards([-50, 50])(-50)).toBeLessThan(HEIGHT);
  });
  it("has round ticks within the range", () => {
    expect(ticksOf([0, 300])).toEqual([0, 50, 100, 150, 200, 250, 300]);
    expect(ticksOf([0, 8])).toEqual([0, 2, 4, 6, 8]);
    expect(ticksOf([-60, 60])).toEqual([-60, -40, -20, 0, 20, 40, 60]);
  });
  it("holds every difference, rounded outwards, and is never empty", () => {
    for (const numbers of [[3], [-41, 12], [0.2, -0.05], [150]]) expect(evenReach(numbers)).toBeGreaterThanOrEqual(Math.max(...numbers.map(Math.abs)));
    expect(evenReach([])).toBeGreaterThan(0);
  });
});
