import { describe, expect, it } from "vitest";
import { conventionOf, intervalText, lineText, numberIn, pText, valueText } from "./figures";

const of = (value: number | null, ci95: [number, number] | null = null, why?: string) => ({ value, ci95, n: 5, ...(why ? { undefined: why } : {}) });

describe("a statistic in words", () => {
  it.each([
    [12.34, "score", "12.3"], [-0.04, "score", "0.0"], [-3.26, "score", "−3.3"], [0.876, "coefficient", "0.88"], [0.9951, "coefficient", "0.995"],
    [1, "coefficient", "1.00"], [-0.2, "coefficient", "−0.20"], [0.234, "share", "23 %"],
  ] as const)("%s as %s is %s", (value, kind, said) => expect(numberIn(value, kind)).toBe(said));

  it("is its value with its interval", () => expect(lineText("mae", of(20, [15, 25.05]))).toBe("20.0 (15.0 to 25.1)"));
  it("says why there is no value", () => expect(valueText("pearson", of(null, null, "the values do not vary"))).toBe("undefined: the values do not vary"));
  it("says why there is no interval", () => expect(intervalText("mae", of(2, null, "an interval needs 2 items; there is 1"))).toBe("an interval needs 2 items; there is 1"));
  it.each([[undefined, ""], [0.0004, "p < 0.001"], [0.0312, "p = 0.031"]])("p %s is %s", (p, said) => expect(pText(p)).toBe(said));
});

describe("conventions", () => {
  it.each([
    ["kappa", -0.1, "poor"], ["kappa", 0.2, "slight"], ["kappa", 0.21, "fair"], ["kappa_quadratic", 0.61, "substantial"], ["fleiss_kappa", 1, "almost perfect"],
    ["icc2", 0.49, "poor"], ["icc2", 0.5, "moderate"], ["icc3", 0.75, "good"], ["icc1", 0.9, "excellent"],
  ])("%s of %s is %s", (name, value, word) => expect(conventionOf(name, value)).toMatch(new RegExp(`^${word} \\(`)));
  it.each([["mae", 3], ["pearson", 0.9], ["gwet_ac1", 0.9]])("%s has no word", (name, value) => expect(conventionOf(name, value)).toBe(""));
  it("an undefined one has no word", () => expect(conventionOf("kappa", null)).toBe(""));
});
