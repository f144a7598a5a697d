import { expect, it } from "vitest";
import { dayOf, dayText, endOfDay } from "./days";

it("shows a day as it is written, in whatever zone", () => {
  expect(dayText("2026-12-05")).toBe("5 Dec 2026");
});

it("ends a deadline with its day, where the administrator is", () => {
  const until = endOfDay("2026-12-05");
  expect(until).not.toBeNull();
  expect(dayOf(until)).toBe("2026-12-05");
  expect(new Date(until as string).getHours()).toBe(23);
});

it("takes an empty day for no deadline", () => {
  expect(endOfDay("")).toBeNull();
  expect(dayOf(null)).toBe("");
});
