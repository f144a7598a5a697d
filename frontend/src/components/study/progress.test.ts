import { expect, it } from "vitest";
import type { ReaderProgress } from "../../api/administration";
import { byNeed, percentSigned, totalsOf } from "./progress";

const reader = (name: string, assigned: number, signed: number, overdue = 0): ReaderProgress => ({
  id: name, name, purpose: "primary", series: 1, assigned, signed, drafts: 1, deferred: 0, overdue, due_at: null, away_until: null, last_signed_at: null,
});

it("adds up what all readers have to do and have done", () => {
  expect(totalsOf([reader("a", 10, 4), reader("b", 5, 5, 2)])).toEqual({ assigned: 15, signed: 9, drafts: 2, deferred: 0, overdue: 2 });
  expect(totalsOf([])).toEqual({ assigned: 0, signed: 0, drafts: 0, deferred: 0, overdue: 0 });
});

it("says 100 % only when the last is signed and 0 % only before the first", () => {
  expect(percentSigned({ assigned: 1000, signed: 999 })).toBe(99);
  expect(percentSigned({ assigned: 1000, signed: 1 })).toBe(1);
  expect(percentSigned({ assigned: 3, signed: 3 })).toBe(100);
  expect(percentSigned({ assigned: 0, signed: 0 })).toBe(0);
});

it("puts whoever is most behind first", () => {
  expect(byNeed([reader("c", 9, 9), reader("b", 10, 2), reader("a", 4, 1, 3)]).map(({ name }) => name)).toEqual(["a", "b", "c"]);
});
