import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Point } from "../geometry/points";
import { type CoreMap, moveCore, neighbour, removeCore, resizeCore } from "../state/core-map";
import { FakeViewer } from "../viewer/fake-viewer";
import { PRESENTATION } from "../viewer/viewer-contract";
import { CirclesTool } from "./circles-tool";
import { ToolBox } from "./tool";

const SLIDE = { width: 4000, height: 3000 };
let viewer: FakeViewer;
let box: ToolBox;
let map: CoreMap;
let chosen: string | null;
const add = vi.fn<(centre: Point) => void>();
const kept = vi.fn();

beforeEach(() => {
  viewer = new FakeViewer({ width: 800, height: 600 });
  viewer.open(PRESENTATION);
  // One screen px = one slide px; the screen's middle is slide 2000, 1500.
  viewer.setView({ centre: { x: 2000, y: 1500 }, resolution: 1 });
  map = [
    { key: "a", specimen: null, row: 1, column: 1, centre: { x: 2000, y: 1500 }, radiusPx: 60, isMissing: false, caseCode: "" },
    { key: "b", specimen: null, row: 1, column: 2, centre: { x: 2200, y: 1500 }, radiusPx: 60, isMissing: false, caseCode: "" },
  ];
  chosen = null;
  add.mockClear();
  kept.mockClear();
  box = new ToolBox(viewer, () => undefined);
  const set = (next: CoreMap, done: boolean): void => {
    map = next;
    if (done) kept();
  };
  box.use(
    new CirclesTool({
      map: () => map,
      chosen: () => chosen,
      choose: (key) => { chosen = key; },
      move: (key, centre, done) => set(moveCore(map, key, centre, SLIDE), done),
      resize: (key, radius, done) => set(resizeCore(map, key, radius), done),
      add,
      remove: (key) => set(removeCore(map, key), true),
      toggleMissing: (key) => set(map.map((core) => (core.key === key ? { ...core, isMissing: !core.isMissing } : core)), true),
      step: (direction) => { chosen = neighbour(map, chosen, direction); },
    }),
  );
});

const key = (name: string, more = {}): boolean => box.onKey({ key: name, shiftKey: false, ctrlKey: false, altKey: false, ...more });
function drag(from: [number, number], to: [number, number]): void {
  viewer.point("down", { x: from[0], y: from[1] });
  viewer.point("move", { x: (from[0] + to[0]) / 2, y: (from[1] + to[1]) / 2 });
  viewer.point("move", { x: to[0], y: to[1] });
  viewer.point("up", { x: to[0], y: to[1] });
}

describe("the hand", () => {
  test("moves a circle by where it was taken, as one change", () => {
    drag([420, 310], [450, 330]);
    expect(map[0]?.centre).toEqual({ x: 2030, y: 1520 });
    expect(chosen).toBe("a");
    expect(kept).toHaveBeenCalledTimes(1);
  });

  test("sizes the chosen circle by its rim", () => {
    chosen = "a";
    drag([459, 300], [490, 300]);
    expect(map[0]).toMatchObject({ radiusPx: 90, centre: { x: 2000, y: 1500 } });
  });

  test("a click only chooses; beside the circles it pans", () => {
    viewer.point("down", { x: 600, y: 300 });
    viewer.point("move", { x: 601, y: 301 });
    viewer.point("up", { x: 601, y: 301 });
    expect(chosen).toBe("b");
    expect(kept).not.toHaveBeenCalled();
    expect(viewer.point("down", { x: 10, y: 10 })).toBe(false);
  });

  test("adds with Shift", () => {
    expect(viewer.point("down", { x: 10, y: 20 }, { shiftKey: true })).toBe(true);
    expect(add).toHaveBeenCalledWith({ x: 1610, y: 1220 });
  });
});

describe("the keyboard", () => {
  test("does all that the hand does", () => {
    expect(key("ArrowLeft")).toBe(false); // Nothing is chosen: the page pans.
    expect(key("n")).toBe(true);
    expect(chosen).toBe("a");
    key("ArrowRight");
    key("ArrowUp", { shiftKey: true });
    expect(map[0]?.centre).toEqual({ x: 2008, y: 1499 });
    key("]");
    expect(map[0]?.radiusPx).toBe(62.4);
    key("m");
    expect(map[0]?.isMissing).toBe(true);
    key("a");
    expect(add).toHaveBeenCalledWith({ x: 2000, y: 1500 });
    key("Delete");
    expect(map.map(({ key: name }) => name)).toEqual(["b"]);
  });

  test("leaves keys with Ctrl to the page", () => {
    chosen = "a";
    expect(key("a", { ctrlKey: true })).toBe(false);
    expect(key("x")).toBe(false);
  });
});
