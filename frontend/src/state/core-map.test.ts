import { describe, expect, it } from "vitest";
import { assignCases, rowNumber } from "./cases-csv";
import { addCore, circleAt, type CoreMap, inOrder, type MapCore, moveCore, neighbour, placeFor, problemsOf, renumber, resizeAll, resizeCore } from "./core-map";
import { begin, keep, preview, redo, shown, undo } from "./history";

const core = (row: number, column: number, change: Partial<MapCore> = {}): MapCore => ({
  key: `${row}/${column}`, specimen: null, row, column, centre: { x: 500 * column, y: 500 * row }, radiusPx: 180, isMissing: false, caseCode: `T-${row}${column}`, ...change,
});
const grid = (rows: number, columns: number): CoreMap => Array.from({ length: rows * columns }, (_, i) => core(1 + Math.floor(i / columns), 1 + (i % columns)));
const SLIDE = { width: 4000, height: 3000 };
const name = (row: number, column: number): string => `${row}-${column}`;

describe("a core", () => {
  it("is moved within the slide and sized above nothing", () => {
    const moved = moveCore(grid(1, 2), "1/2", { x: 9999, y: -5 }, SLIDE);
    expect(moved[1]?.centre).toEqual({ x: 4000, y: 0 });
    expect(moved[0]).toEqual(core(1, 1));
    expect(resizeCore(grid(1, 1), "1/1", -3)[0]?.radiusPx).toBe(4);
    expect(resizeAll(grid(1, 3), 150).map(({ radiusPx }) => radiusPx)).toEqual([150, 150, 150]);
  });

  it("that is added takes size and place from its neighbours, never a taken place", () => {
    const map = grid(2, 2).filter(({ key }) => key !== "2/1");
    const added = addCore(map, { x: 510, y: 985 }, "new").at(-1);
    expect(added).toMatchObject({ key: "new", row: 2, column: 1, radiusPx: 180, caseCode: "" });
    expect(placeFor(grid(2, 2), { x: 510, y: 505 })).toEqual({ row: 1, column: 3 });
    expect(placeFor([], { x: 1, y: 1 })).toEqual({ row: 1, column: 1 });
  });

  it("is taken by its rim only once it is chosen", () => {
    const map = grid(1, 2);
    expect(circleAt(map, { x: 500, y: 500 }, 10, null)).toEqual({ key: "1/1", part: "inside" });
    expect(circleAt(map, { x: 675, y: 500 }, 10, "1/1")).toEqual({ key: "1/1", part: "rim" });
    expect(circleAt(map, { x: 675, y: 500 }, 10, null)).toEqual({ key: "1/1", part: "inside" });
    expect(circleAt(map, { x: 750, y: 500 }, 10, "1/1")).toBeNull();
  });
});

describe("a map", () => {
  it("is walked in reading order, round the end", () => {
    const map = [core(2, 1), core(1, 2), core(1, 1)];
    expect(inOrder(map).map(({ key }) => key)).toEqual(["1/1", "1/2", "2/1"]);
    expect(neighbour(map, "2/1", 1)).toBe("1/1");
    expect(neighbour(map, null, 1)).toBe("1/1");
    expect(neighbour(map, null, -1)).toBe("2/1");
    expect(neighbour([], null, 1)).toBeNull();
  });

  it("is numbered by where its circles lie, a gap kept as one", () => {
    const shuffled = grid(3, 3)
      .filter(({ column }) => column !== 2)
      .map((one) => ({ ...one, row: 1, column: 1, centre: { x: one.centre.x + 20 * one.row, y: one.centre.y - 15 * one.column } }));
    // Two columns alone show no pitch: they are neighbours.
    expect(renumber(shuffled).map(({ row, column }) => [row, column])).toEqual([[1, 1], [1, 2], [2, 1], [2, 2], [3, 1], [3, 2]]);
    const gappy = grid(1, 6).filter(({ column }) => column !== 4);
    expect(renumber(gappy).map(({ column }) => column)).toEqual([1, 2, 3, 5, 6]);
  });

  it("is not saved with two cores at one place, a core outside or one without a case", () => {
    expect(problemsOf(grid(2, 2), SLIDE, name)).toEqual([]);
    const wrong = [core(1, 1), core(1, 1, { key: "b", caseCode: " " }), core(1, 2, { centre: { x: 5000, y: 1 } })];
    expect(problemsOf(wrong, SLIDE, name).map(({ text }) => text)).toEqual(["There are two cores 1-1.", "1-2 lies outside the slide."]);
  });
});

describe("a CSV of cases", () => {
  it("names rows by number or letter and tells missing cores", () => {
    const done = assignCases(grid(2, 2), "Row;Column;Case;Missing\nA;1;0217;\n2;2;0218;yes\n");
    if ("errors" in done) throw new Error(JSON.stringify(done.errors));
    expect(done.count).toBe(2);
    expect(done.map.map(({ caseCode, isMissing }) => [caseCode, isMissing])).toEqual([["0217", false], ["T-12", false], ["T-21", false], ["0218", true]]);
    expect([rowNumber("C"), rowNumber("AA"), rowNumber("0"), rowNumber("x1")]).toEqual([3, 27, null, null]);
  });

  it("is applied as a whole or not at all, with every error at its line", () => {
    const wrong = assignCases(grid(1, 2), "row,column,case\n1,1,0217\n1,1,0218\n7,1,0219\n1,2\n1,2,\n");
    expect(wrong).toEqual({
      errors: [
        { line: 3, message: "The same core as in line 2." },
        { line: 4, message: "There is no core in row 7, column 1 of this grid." },
        { line: 5, message: "Has 2 cells; the first line has 3." },
        { line: 6, message: "Has no case." },
      ],
    });
    expect(assignCases(grid(1, 1), "a,b\n")).toMatchObject({ errors: [{ line: 1 }] });
  });
});

describe("history", () => {
  it("undoes and redoes whole values; a new one ends what could be redone", () => {
    let history = keep(keep(begin(1), 2), 3);
    history = undo(history);
    expect(shown(history)).toBe(2);
    expect(shown(redo(history))).toBe(3);
    history = keep(history, 9);
    expect(shown(redo(history))).toBe(9);
    expect(shown(undo(undo(undo(history))))).toBe(1);
  });

  it("shows a drag as it goes and keeps only where it ended", () => {
    const dragging = preview(preview(begin(1), 2), 3);
    expect(shown(dragging)).toBe(3);
    const ended = keep(dragging, 4);
    expect(shown(undo(ended))).toBe(1);
    expect(undo(dragging).present).toBe(1);
  });
});
