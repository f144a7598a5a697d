import { expect, it } from "vitest";
import type { CoreGrid, MappedCore, ProposedCore } from "../../api/queries/cores";
import { coresOfMap, mapOfFound, mapOfGrid, regionsOfMap } from "./wire";

const mapped: MappedCore = { id: "sp1", row: 2, column: 1, x_px: 100, y_px: 300, radius_px: 40, case: "0217", is_missing: false };
const found: ProposedCore = { row: 1, column: 2, x_px: 9, y_px: 8, radius_px: 7, present: true };
const grid: CoreGrid = { state: "done", progress: 1, error: "", is_edited: true, rows: 2, columns: 2, proposal: [found, { ...found, row: 2, column: 1 }], map: [mapped], version: 4 };

it("begins with the cases' cores and with the circles that a person placed", () => {
  expect(mapOfGrid(grid).map(({ key, caseCode }) => [key, caseCode])).toEqual([["sp1", "0217"], ["place-1/2", ""]]);
  expect(mapOfGrid({ ...grid, is_edited: false }).map(({ key }) => key)).toEqual(["sp1"]);
});

it("keeps the cases when circles that were found take the places", () => {
  const map = mapOfFound([found, { ...found, row: 2, column: 1, present: false }], mapOfGrid(grid));
  expect(map.map(({ specimen, caseCode, isMissing }) => [specimen, caseCode, isMissing])).toEqual([[null, "", false], ["sp1", "0217", true]]);
});

it("saves all places in reading order, as the server names their fields", () => {
  expect(coresOfMap(mapOfGrid(grid))).toEqual([
    { id: null, row: 1, column: 2, x_px: 9, y_px: 8, radius_px: 7, is_missing: false, case: "" },
    { id: "sp1", row: 2, column: 1, x_px: 100, y_px: 300, radius_px: 40, is_missing: false, case: "0217" },
  ]);
});

it("saves a core whose case was taken away as a circle", () => {
  const map = mapOfGrid({ ...grid, proposal: [] }).map((core) => ({ ...core, caseCode: " " }));
  expect(coresOfMap(map)).toMatchObject([{ id: null, case: "" }]);
});

it("labels circles by their place, the chosen one also by its case", () => {
  const map = mapOfGrid({ ...grid, is_edited: false });
  expect(regionsOfMap(map, null)[0]?.label).toBe("B1");
  expect(regionsOfMap(map, "sp1")[0]?.label).toBe("B1 · 0217");
});
