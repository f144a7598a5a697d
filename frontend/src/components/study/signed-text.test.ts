import { expect, it } from "vitest";
import { signedText } from "./signed-text";

const said = { scoreable: true, value: null, category: "", scheme: "h-score" };

it("says number and category, rounded for the eye", () => {
  expect(signedText({ ...said, value: "142.4667", category: "positive" })).toBe("142.5, positive");
  expect(signedText({ ...said, scheme: "ki-67", value: "18", category: "5-30" })).toBe("18 %, 5-30");
});

it("says a category alone, and what has no score", () => {
  expect(signedText({ ...said, scheme: "her2-ihc", category: "3+" })).toBe("3+");
  expect(signedText({ ...said, scoreable: false })).toBe("not scoreable");
  expect(signedText(said)).toBe("no score for the case");
});
