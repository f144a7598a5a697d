import { describe, expect, it } from "vitest";
import type { Comparison, ShownReading } from "../../api/comparison-types";
import { allInputsText, decisionSentence, differenceText, headline, inputsText, sameCategory, subline, whoText } from "./comparison-words";
import { barOf, barText } from "./score-bar";

const reading = (change: Partial<ShownReading> = {}): ShownReading => ({
  id: "r", who: "Reader A", name: null, is_mine: false, purpose: "primary", series: 1, stage: "unaided", scoreable: true, reason: "",
  inputs: { weak: "20", moderate: "35", strong: "15" }, value: 135, category: "positive", rule: "", comment: "", signed_at: "2026-08-20T09:00:00Z", amendments: [], ...change,
});
const comparison = (change: Partial<Comparison> = {}): Comparison => ({
  specimen: "s", case: "0217", case_id: "c1", slide: "sl", slide_name: "ER 1", place: "C7", marker: "ER", scheme: "h-score",
  readings: [reading(), reading({ id: "q", who: "Reader B", value: 150 })], algorithms: [], mean: { value: 142.5, category: "positive", inputs: {} },
  difference: 15, tolerance: 40, discordant: false, with_algorithm: null, consensus: null, history: [], ...change,
});

describe("a score", () => {
  it("is its number, else its category, else that it is not scoreable and why", () => {
    expect(headline(reading(), "h-score")).toBe("135");
    expect(subline(reading(), "h-score")).toBe("positive");
    expect(headline(reading({ value: null, category: "2+" }), "her2-ihc")).toBe("2+");
    expect(subline(reading({ value: null, category: "2+" }), "her2-ihc")).toBe("");
    expect(headline(reading({ scoreable: false, reason: "fold", value: null, category: "" }), "h-score")).toBe("Not scoreable");
    expect(subline(reading({ scoreable: false, reason: "fold", value: null, category: "" }), "h-score")).toBe("tissue folded");
    expect(headline(reading({ value: "18.25" }), "ki-67")).toBe("18.3 %");
    expect(headline(reading({ value: 0, category: "negative" }), "h-score")).toBe("0");
  });

  it("keeps what was entered beside the bar", () => {
    expect(inputsText({ weak: "1", moderate: "2", strong: "3", pattern: "null" })).toBe("pattern null");
    expect(inputsText({ percent: "40", intensity: "2" })).toBe("% positive 40, intensity 2");
    expect(allInputsText({ weak: "1", moderate: "2", strong: "3", pattern: "" })).toBe("weak 1, moderate 2, strong 3");
  });
});

describe("two readings", () => {
  it("are compared with the tolerance, at the limit still within it", () => {
    expect(differenceText(comparison())).toBe("|Δ| 15 ≤ 40");
    expect(differenceText(comparison({ difference: 40 }))).toBe("|Δ| 40 ≤ 40");
    expect(differenceText(comparison({ difference: "55" }))).toBe("|Δ| 55 > 40");
    expect(differenceText(comparison({ difference: null }))).toBeNull();
  });

  it("differ in category also where one is not scoreable; one reading alone says nothing", () => {
    expect(sameCategory(comparison().readings)).toBe(true);
    expect(sameCategory([reading(), reading({ scoreable: false, category: "" })])).toBe(false);
    expect(sameCategory([reading()])).toBeNull();
  });

  it("a re-read, a revision and an adjudication are not counted with the first two", () => {
    const more = [reading({ series: 2, category: "negative" }), reading({ stage: "revised", category: "negative" }), reading({ purpose: "adjudication", category: "negative" })];
    expect(sameCategory([...comparison().readings, ...more])).toBe(true);
  });

  it("of one reader are told apart by series and stage", () => {
    const all = [reading(), reading({ stage: "revised" }), reading({ series: 2 }), reading({ who: "Reader B" })];
    expect(all.map((one) => whoText(one, all))).toEqual(["Reader A, unaided", "Reader A, revised", "Reader A, re-read 1", "Reader B"]);
  });
});

describe("the decision's sentence", () => {
  it("says what was decided, by which rule and version", () => {
    const consensus = { kind: "mean" as const, scoreable: true, reason: "", value: "142.5", category: "positive", inputs: {}, rule: "mean of 2 readings, which differ by 15 (at most 40)", rule_version: "consensus-1", made_at: "" };
    expect(decisionSentence(comparison({ consensus }))).toBe("Decided: 142.5, positive. Mean of 2 readings, which differ by 15 (at most 40). Rule version consensus-1.");
  });

  it("says why readings are discordant", () => {
    expect(decisionSentence(comparison({ discordant: true, difference: 55 }))).toMatch(/differ by 55, more than 40/);
    const flip = [reading(), reading({ category: "negative" })];
    expect(decisionSentence(comparison({ discordant: true, readings: flip }))).toMatch(/categories differ \(positive, negative\)/);
    const mixed = [reading(), reading({ scoreable: false, category: "", value: null })];
    expect(decisionSentence(comparison({ discordant: true, readings: mixed }))).toMatch(/not all readers found it scoreable/);
  });

  it("decides nothing by itself", () => {
    expect(decisionSentence(comparison())).toBe("Not decided yet.");
  });
});

describe("a score's bar", () => {
  it("shows the rest to 100 as negative", () => {
    const bar = barOf("h-score", { weak: "20", moderate: "35", strong: "15" });
    expect(bar?.map(({ key, percent }) => [key, percent])).toEqual([["negative", 30], ["weak", 20], ["moderate", 35], ["strong", 15]]);
    expect(barText(bar ?? [])).toBe("negative 30 %, weak 20 %, moderate 35 %, strong 15 %");
  });

  it("is of positive and negative nuclei for Ki-67 and Allred, of patterns for HER2", () => {
    expect(barOf("ki-67", { positive: "90", counted: "500" })?.map(({ percent }) => percent)).toEqual([82, 18]);
    expect(barOf("allred", { percent: "40", intensity: "2" })?.map(({ percent }) => percent)).toEqual([60, 40]);
    expect(barOf("her2-ihc", { intense_complete: "12", faint_incomplete: "30" })?.map(({ key, percent }) => [key, percent])).toEqual([["0", 58], ["1+", 30], ["2+ incomplete", 0], ["2+", 0], ["3+", 12]]);
  });

  it("is none where the parts are not known", () => {
    expect(barOf("her2-ihc", { category: "2+", sentence: "2+ complete" })).toBeNull();
    expect(barOf("ki-67", { positive: "0", counted: "0" })).toBeNull();
    expect(barOf("h-score", null)).toBeNull();
    expect(barOf("h-score", { weak: "20" })).toBeNull();
  });
});
