import { expect, it } from "vitest";
import { readCore } from "../../api/queries/cores";
import type { SlideSpecimen } from "../../api/types";
import { coresOfMap, mapOfProposal, mapOfSpecimens, regionsOfMap } from "./wire";

const specimen: SlideSpecimen = { id: "sp1", kind: "core", case: { id: "c", code: "0217" }, row: 2, column: 1, center_x_px: 100, center_y_px: 300, radius_px: 40, is_missing: false };

it("takes a slide's saved cores and leaves out what is no core", () => {
  expect(mapOfSpecimens([specimen, { ...specimen, id: "w", kind: "whole_section", row: null }])).toEqual([
    { key: "sp1", row: 2, column: 1, centre: { x: 100, y: 300 }, radiusPx: 40, isMissing: false, caseCode: "0217" },
  ]);
});

it("saves all cores in reading order, as the server names their fields", () => {
  const found = readCore({ row: 1, column: 2, x_px: 9, y_px: 8, radius_px: 7, case: null });
  const map = [...mapOfSpecimens([specimen]), ...mapOfProposal([found])];
  expect(coresOfMap(map)).toEqual([
    { row: 1, column: 2, x_px: 9, y_px: 8, radius_px: 7, is_missing: false, case: "" },
    { row: 2, column: 1, x_px: 100, y_px: 300, radius_px: 40, is_missing: false, case: "0217" },
  ]);
});

it("labels circles by their place, the chosen one also by its case", () => {
  const map = mapOfSpecimens([specimen]);
  expect(regionsOfMap(map, null)[0]?.label).toBe("B1");
  expect(regionsOfMap(map, "sp1")[0]?.label).toBe("B1 · 0217");
});
