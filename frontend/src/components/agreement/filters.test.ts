import { describe, expect, it } from "vitest";
import { kindOf, pairsOf, sinceOf } from "./filters";

const people = ["A", "B", "C"].map((name) => ({ key: name.toLowerCase(), name }));

describe("the filters of the agreement page", () => {
  it("offers every two of three readers, to administrators", () => {
    expect(pairsOf(people, true).map(({ value }) => value)).toEqual(["a,b", "a,c", "b,c"]);
    expect(pairsOf(people, false)).toEqual([]);
    expect(pairsOf(people.slice(0, 2), true)).toEqual([]);
  });
  it("counts today as the last of the days", () => {
    const now = new Date("2026-03-01T12:00:00Z");
    expect(sinceOf("30", now)).toBe("2026-01-31");
    expect(sinceOf("1", now)).toBe("2026-03-01");
    expect(sinceOf("", now)).toBe("");
    expect(sinceOf("-3", now)).toBe("");
  });
  it("reads marker and scheme", () => {
    expect(kindOf("ER|h-score")).toEqual({ marker: "ER", scheme: "h-score" });
    expect(kindOf("")).toEqual({ marker: "", scheme: "" });
  });
});
