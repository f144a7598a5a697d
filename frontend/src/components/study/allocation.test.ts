import { describe, expect, it } from "vitest";
import type { Member } from "../../api/types";
import { type AllocationDraft, allocationRequest, byReason, longestLoad, missingIn, readersFor } from "./allocation";

const DRAFT: AllocationDraft = { purpose: "primary", marker: "ER", slides: [], readers: ["a", "b"], design: "crossed", cap: "", series: 2 };
const member = (id: string, role: Member["role"], display_name = ""): Member => ({ id: `m${id}`, user: { id, username: `user.${id}`, display_name }, role });

describe("an allocation's request", () => {
  it("leaves out what was left open", () => {
    expect(allocationRequest(DRAFT)).toEqual({ purpose: "primary", marker: "ER", readers: ["a", "b"], design: "crossed" });
  });

  it("names the series only of a re-read", () => {
    expect(allocationRequest({ ...DRAFT, purpose: "re_read", cap: 12, slides: ["s"] })).toEqual({
      purpose: "re_read", marker: "ER", readers: ["a", "b"], design: "crossed", cap: 12, slides: ["s"], series: 2,
    });
  });

  it("is not sent before it can be right", () => {
    expect(missingIn(DRAFT)).toBeNull();
    expect(missingIn({ ...DRAFT, marker: "" })).toMatch(/marker/);
    expect(missingIn({ ...DRAFT, readers: [] })).toMatch(/reader/);
    expect(missingIn({ ...DRAFT, cap: 1.5 })).toMatch(/cap/);
    expect(missingIn({ ...DRAFT, purpose: "re_read", series: 1 })).toMatch(/series 2/);
    // Which specimens are waiting for a second read is the list's business.
    expect(missingIn({ ...DRAFT, purpose: "qa", marker: "" })).toBeNull();
  });
});

describe("readers", () => {
  it("are pathologists, for QA second reads QA readers, by name", () => {
    const members = [member("1", "pathologist", "Zoe"), member("2", "qa_reader"), member("3", "pathologist", "Ana"), member("3", "administrator", "Ana")];
    expect(readersFor("primary", members)).toEqual([{ id: "3", name: "Ana" }, { id: "1", name: "Zoe" }]);
    expect(readersFor("qa", members)).toEqual([{ id: "2", name: "user.2" }]);
  });
});

describe("a preview", () => {
  it("draws the heaviest load at full length and never divides by nothing", () => {
    const load = (count: number, held: number) => ({ id: "a", name: "A", count, held, cap: 500 });
    expect(longestLoad([load(3, 4), load(5, 0)])).toBe(7);
    expect(longestLoad([])).toBe(1);
  });

  it("gathers the unassignable under their reasons", () => {
    const groups = byReason([{ specimen: "1", why: "seen" }, { specimen: "2", why: "cap" }, { specimen: "3", why: "cap" }]);
    expect(groups).toEqual([{ why: "cap", specimens: ["2", "3"] }, { why: "seen", specimens: ["1"] }]);
  });
});
