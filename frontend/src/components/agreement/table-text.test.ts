import { describe, expect, it } from "vitest";
import { csvText, tabText } from "./table-text";

describe("a table as text", () => {
  it("is quoted where it has to be", () => expect(csvText(["a", "b"], [['x, "y"', "2"]])).toBe('a,b\n"x, ""y""",2\n'));
  it("keeps numbers, with a plain minus", () => expect(csvText(["a"], [["−3.5"], ["12"]])).toBe("a\n-3.5\n12\n"));
  it.each(["=1+1", "@x", "+4 to 5", "-2 to 3", "\t=1"])("%j is no formula", (text) => expect(csvText(["a"], [[text]])).toMatch(/\n"?'/));
  it("has tabs between cells when copied", () => expect(tabText(["a", "b"], [["x\ty", "=z"]])).toBe("a\tb\nx y\t'=z"));
});
