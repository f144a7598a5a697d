import { describe, expect, it } from "vitest";
import { plain } from "../../src/state/percent";
import { allred, asksForControl, hScore, her2, ki67 } from "../../src/state/scores";

describe("H-score", () => {
  it.each([
    [2000, 3500, 1500, "135", 3000],
    [0, 0, 10_000, "300", 0],
    [10, 20, 30, "1.4", 9940],
    [3333, 3333, 3334, "200.01", 0],
  ])("of %i, %i, %i hundredths is %s", (weak, moderate, strong, value, rest) => {
    const score = hScore(weak, moderate, strong, "ER");
    expect(plain(score.value ?? Number.NaN)).toBe(value);
    expect(score.rest).toBe(rest);
  });

  it("has no value over 100 %, but says what is over", () => {
    expect(hScore(5000, 5000, 1, "ER")).toEqual({ rest: -1, over: 1, value: null, category: "" });
  });

  it.each([
    ["ER", 99, "negative"],
    ["ER", 100, "low positive"],
    ["ER", 1000, "low positive"],
    ["ER", 1001, "positive"],
    ["PR", 99, "negative"],
    ["PR", 100, "positive"],
    ["p53", 0, ""],
  ])("%s with %i hundredths of a percent positive is %j", (marker, positive, category) =>
    expect(hScore(positive, 0, 0, marker).category).toBe(category));

  it("asks for the internal control of ER from 0 to 10 %", () => {
    expect([0, 1000].map((positive) => asksForControl("ER", positive))).toEqual([true, true]);
    expect([asksForControl("ER", 1001), asksForControl("ER", null), asksForControl("PR", 0)]).toEqual([false, false, false]);
  });
});

it.each([
  [0, 0, 0, "negative"],
  [50, 1, 2, "negative"],
  [100, 1, 3, "positive"],
  [1000, 1, 3, "positive"],
  [1100, 1, 4, "positive"],
  [3300, 2, 5, "positive"],
  [3400, 2, 6, "positive"],
  [6700, 3, 8, "positive"],
])("Allred of %i hundredths with intensity %i is %i, %s", (percent, intensity, total, category) =>
  expect(allred(percent, intensity)).toMatchObject({ total, category }));

it("Allred: no stain goes with 0 % alone; below 1 % with moderate stain clashes", () => {
  expect([allred(0, 1), allred(100, 0)]).toEqual([null, null]);
  expect(allred(50, 2)).toMatchObject({ total: 3, clash: true });
});

it.each([
  [1001, 0, 0, 0, "3+", "3+"],
  [1000, 0, 0, 0, "2+", "2+ intense"],
  [1000, 1, 0, 0, "2+", "2+ complete"],
  [0, 1001, 0, 0, "2+", "2+ complete"],
  [0, 0, 0, 1001, "2+", "2+ unusual"],
  [0, 0, 1001, 0, "1+", "1+"],
  [0, 0, 1000, 0, "0", "0"],
  [0, 0, 0, 0, "0", "0"],
])("HER2 of %i/%i/%i/%i hundredths is %s by %s", (intense, moderate, faint, unusual, category, rule) =>
  expect(her2(intense, moderate, faint, unusual)).toEqual({ category, rule }));

it("HER2 over 100 % has no category", () => expect(her2(5000, 5000, 1, 0)).toBeNull());

it.each([
  [1, 20, "≤ 5 %"],
  [51, 1000, "5–30 %"],
  [299, 1000, "5–30 %"],
  [3, 10, "≥ 30 %"],
])("Ki-67 %i of %i is %s", (positive, counted, category) => expect(ki67(positive, counted)?.category).toBe(category));

it("Ki-67 has Wilson's interval, which stays within 0 and 100", () => {
  const found = ki67(50, 500);
  expect([found?.percent, found?.low, found?.high].map((one) => one?.toFixed(2))).toEqual(["10.00", "7.67", "12.94"]);
  expect(ki67(0, 10)).toMatchObject({ low: 0 });
  expect(ki67(10, 10)).toMatchObject({ high: 100 });
  expect([ki67(1, 0), ki67(2, 1)]).toEqual([null, null]);
});
