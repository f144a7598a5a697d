import { describe, expect, it } from "vitest";
import { checkForm, EMPTY_FORM, formFromDraft, her2By, isEmptyForm, type ReadingForm, sameForm } from "../../src/state/reading-form";

const form = (inputs: Record<string, string>, more: Partial<ReadingForm> = {}): ReadingForm => ({ ...EMPTY_FORM, inputs, ...more });

describe("what is signed", () => {
  it("are the plain numbers of the scheme", () => {
    const { weak, moderate, strong } = { weak: "20", moderate: "35.50", strong: "0" };
    expect(checkForm(form({ weak, moderate, strong }), "h-score", "ER")).toEqual({
      body: { scoreable: true, reason: "", inputs: { weak: "20", moderate: "35.5", strong: "0" }, comment: "" },
    });
  });

  it("names every field that is missing or wrong", () => {
    expect(checkForm(form({ weak: "50,5" }), "h-score", "PR")).toEqual({
      problems: { weak: "Write a point, not a comma: 50.5", moderate: "Needed; 0 where there is none.", strong: "Needed; 0 where there is none." },
    });
  });

  it("is never over 100 %", () => {
    const checked = checkForm(form({ weak: "50", moderate: "50", strong: "0.01" }), "h-score", "PR");
    expect(checked).toEqual({ problems: Object.fromEntries(["weak", "moderate", "strong"].map((name) => [name, "0.01 over 100 together."])) });
  });

  it("asks ER of 10 % or less for the internal control", () => {
    const low = { weak: "10", moderate: "0", strong: "0" };
    expect(checkForm(form(low), "h-score", "ER")).toHaveProperty("problems.internal_control");
    expect(checkForm(form(low, { internalControl: "present" }), "h-score", "ER")).toHaveProperty("body");
    expect(checkForm(form({ ...low, weak: "10.01" }), "h-score", "ER")).toHaveProperty("body");
  });

  it("has a p53 pattern only where one was chosen", () => {
    const score = { weak: "0", moderate: "0", strong: "80" };
    expect(checkForm(form({ ...score, pattern: "" }), "h-score", "p53")).toMatchObject({ body: { inputs: score } });
    expect(checkForm(form({ ...score, pattern: "overexpressed" }), "h-score", "p53")).toMatchObject({ body: { inputs: { pattern: "overexpressed" } } });
  });

  it("is not scoreable with a reason, and another reason in words", () => {
    const off = { scoreable: false } as const;
    expect(checkForm(form({ weak: "20" }, off), "h-score", "ER")).toEqual({ problems: { reason: "Say why it is not scoreable." } });
    expect(checkForm(form({ weak: "20" }, { ...off, reason: "fold" }), "h-score", "ER")).toEqual({
      body: { scoreable: false, reason: "fold", inputs: {}, comment: "" },
    });
    expect(checkForm(form({}, { ...off, reason: "other" }), "h-score", "ER")).toHaveProperty("problems.comment");
  });

  it("Allred takes whole percents, or one below 1", () => {
    expect(checkForm(form({ percent: "50", intensity: "2" }), "allred", "PR")).toMatchObject({ body: { inputs: { percent: "50", intensity: "2" } } });
    expect(checkForm(form({ percent: "0.5", intensity: "1" }), "allred", "PR")).toHaveProperty("body");
    expect(checkForm(form({ percent: "50.5", intensity: "2" }), "allred", "PR")).toHaveProperty("problems.percent");
    expect(checkForm(form({ percent: "0", intensity: "1" }), "allred", "PR")).toHaveProperty("problems.intensity");
  });

  it("HER2 is a category with its sentence, or four percentages", () => {
    expect(checkForm(form({ category: "2+", sentence: "2+ intense" }), "her2-ihc", "HER2")).toMatchObject({
      body: { inputs: { category: "2+", sentence: "2+ intense" } },
    });
    expect(checkForm(form({ category: "2+" }), "her2-ihc", "HER2")).toHaveProperty("problems.sentence");
    expect(
      checkForm(form({ ...her2By("percentages"), intense_complete: "12", moderate_complete: "0", faint_incomplete: "3" }), "her2-ihc", "HER2"),
    ).toEqual({
      body: {
        scoreable: true,
        reason: "",
        comment: "",
        inputs: { intense_complete: "12", moderate_complete: "0", faint_incomplete: "3", intense_incomplete: "0" },
      },
    });
  });

  it("Ki-67 never has more positive nuclei than counted ones", () => {
    expect(checkForm(form({ positive: "50", counted: "500" }), "ki-67", "Ki-67")).toMatchObject({
      body: { inputs: { positive: "50", counted: "500", counting: "global" } },
    });
    expect(checkForm(form({ positive: "5", counted: "4" }), "ki-67", "Ki-67")).toHaveProperty("problems.positive");
    expect(checkForm(form({ positive: "0", counted: "0" }), "ki-67", "Ki-67")).toHaveProperty("problems.counted");
  });
});

describe("a draft", () => {
  it("comes back as it was left, also half done", () => {
    const left = form({ weak: "2" }, { comment: "fold at the edge", confidence: "low" });
    expect(formFromDraft(JSON.parse(JSON.stringify(left)))).toEqual(left);
  });

  it("of another shape is an empty form", () => {
    for (const odd of [null, 7, "x", [], { inputs: 3 }, { inputs: { weak: 5 }, confidence: "sure" }]) expect(isEmptyForm(formFromDraft(odd))).toBe(true);
  });

  it("an emptied field is the same as one never filled", () => {
    expect(sameForm(form({ weak: "" }), EMPTY_FORM)).toBe(true);
    expect(sameForm(form({ weak: "1", strong: "2" }), form({ strong: "2", weak: "1" }))).toBe(true);
    expect(sameForm(form({ weak: "1" }), form({ weak: "2" }))).toBe(false);
  });
});
