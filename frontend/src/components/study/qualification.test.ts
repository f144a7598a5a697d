import { expect, it } from "vitest";
import { asExpected, asItStands, isComplete, without } from "./qualification";

const item = { specimen: "s1", case: "0217", slide_name: "TMA", marker: "ER", place: "A1", scoreable: true, value: "110.0000", category: "positive" };
const expected = { specimen: "s2", scoreable: true, scheme: "h-score", inputs: { weak: " 20", moderate: "30", strong: "10" }, category: "" };

it("sends what stands again, without trailing zeros", () => {
  expect(asItStands(item)).toEqual({ specimen: "s1", scoreable: true, value: "110", category: "positive" });
  expect(asItStands({ ...item, scoreable: false, value: null, category: "" })).toEqual({ specimen: "s1", scoreable: false });
  expect(without([item, { ...item, specimen: "s3" }], "s1").map(({ specimen }) => specimen)).toEqual(["s3"]);
});

it("sends a new answer as a reader would enter it", () => {
  expect(asExpected(expected)).toEqual({ specimen: "s2", scoreable: true, inputs: { weak: "20", moderate: "30", strong: "10" } });
  expect(asExpected({ ...expected, scheme: "her2-ihc", category: "2+" })).toEqual({ specimen: "s2", scoreable: true, value: null, category: "2+" });
  expect(asExpected({ ...expected, scoreable: false })).toEqual({ specimen: "s2", scoreable: false });
});

it("waits for every field", () => {
  expect(isComplete(expected)).toBe(true);
  expect(isComplete({ ...expected, inputs: { weak: "20" } })).toBe(false);
  expect(isComplete({ ...expected, scheme: "her2-ihc" })).toBe(false);
  expect(isComplete({ ...expected, scheme: "unknown" })).toBe(false);
  expect(isComplete({ ...expected, inputs: {}, scoreable: false })).toBe(true);
});
