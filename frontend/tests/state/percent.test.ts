import { describe, expect, it } from "vitest";
import { isNumber, parseCount, parsePercent, plain } from "../../src/state/percent";

const number = (text: string): number | null => {
  const parsed = parsePercent(text);
  return isNumber(parsed) ? parsed.hundredths : null;
};

describe("a percentage", () => {
  it.each([
    ["0", 0],
    ["0.0", 0],
    ["7", 700],
    ["50.5", 5050],
    ["99.99", 9999],
    ["0.01", 1],
    ["100", 10_000],
    ["100.00", 10_000],
  ])("%s is %i hundredths", (text, expected) => expect(number(text)).toBe(expected));

  it.each([
    "100.01", "101", "1000", "-1", "-0.0", "+1", "1e2", "1E400", "NaN", "Infinity", "true", "1_0", "٣", "５", "50 %", "50%", "50,5",
    " 5", "5 ", "05", "00", "5.", ".5", "0.001", "1.2.3", "0x10", "5\n", "null",
  ])("%j is none, and the reason is said", (text) => {
    const parsed = parsePercent(text);
    expect(parsed).toHaveProperty("problem");
    expect(number(text)).toBeNull();
  });

  it("that is not there yet is nothing, not 0", () => expect(parsePercent("")).toBeNull());

  it("with a comma is shown how to write it", () => expect(parsePercent("50,5")).toEqual({ problem: "Write a point, not a comma: 50.5" }));

  it("is written as it was read, for every hundredth from 0 to 100", () => {
    for (let hundredths = 0; hundredths <= 10_000; hundredths += 1) expect(number(plain(hundredths))).toBe(hundredths);
  });
});

it("counts are whole numbers without a leading zero", () => {
  expect(["0", "12", "9999999"].map(parseCount)).toEqual([0, 12, 9_999_999]);
  expect(["", "01", "1.0", "-1", "10000000", "1e3"].map(parseCount)).toEqual([null, null, null, null, null, null]);
});
