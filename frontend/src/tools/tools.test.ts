import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Box } from "../geometry/points";
import { FakeViewer } from "../viewer/fake-viewer";
import { PRESENTATION } from "../viewer/viewer-contract";
import { RectangleTool } from "./rectangle";
import { RulerTool } from "./ruler";
import { ToolBox, type ToolKey } from "./tool";

const key = (name: string, more: Partial<ToolKey> = {}): ToolKey => ({
  key: name,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  ...more,
});
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

let viewer: FakeViewer;
let said: string[];
let box: ToolBox;
beforeEach(() => {
  viewer = new FakeViewer({ width: 800, height: 600 });
  viewer.open(PRESENTATION);
  // One screen px = one slide px = 0.5 µm; the screen's middle is slide 2000, 1500.
  viewer.setView({ centre: { x: 2000, y: 1500 }, resolution: 1 });
  said = [];
  box = new ToolBox(viewer, (text) => said.push(plain(text)));
});

function click(x: number, y: number): void {
  viewer.point("down", { x, y });
  viewer.point("up", { x, y });
}

function drag(from: [number, number], to: [number, number]): void {
  viewer.point("down", { x: from[0], y: from[1] });
  viewer.point("move", { x: to[0], y: to[1] });
  viewer.point("up", { x: to[0], y: to[1] });
}

describe("ToolBox", () => {
  test("one tool at a time: entering hands over pointers, cursor and layer, leaving gives all back", () => {
    const ruler = new RulerTool();
    const changed = vi.fn();
    box.onChange(changed);
    expect(viewer.point("down", { x: 1, y: 1 })).toBe(false);
    box.use(ruler);
    expect(viewer.cursor).toBe("crosshair");
    expect([...viewer.layers.keys()]).toEqual(["ruler"]);
    expect(viewer.point("down", { x: 1, y: 1 })).toBe(true);
    box.use(new RectangleTool({ onRectangle: () => undefined }));
    expect([...viewer.layers.keys()]).toEqual(["rectangle"]);
    box.use(null);
    expect(viewer.cursor).toBeNull();
    expect(viewer.layers.size).toBe(0);
    expect(viewer.point("down", { x: 1, y: 1 })).toBe(false);
    expect(changed).toHaveBeenCalledTimes(3);
    expect(box.onKey(key("Escape"))).toBe(false);
  });
});

describe("ruler", () => {
  let ruler: RulerTool;
  beforeEach(() => {
    ruler = new RulerTool();
    box.use(ruler);
  });
  test("click and click measures in µm", () => {
    click(100, 100);
    viewer.point("move", { x: 250, y: 300 });
    expect(ruler.measurements).toHaveLength(0);
    click(400, 500);
    expect(ruler.measurements).toEqual([{ start: { x: 1700, y: 1300 }, end: { x: 2000, y: 1700 } }]);
    expect(said).toEqual(["Distance 250 µm"]);
  });

  test("a drag measures too, at any rotation and mirrored", () => {
    viewer.setView({ rotationDeg: 40, flipped: true });
    viewer.point("down", { x: 100, y: 100 });
    viewer.point("move", { x: 200, y: 100 });
    viewer.point("up", { x: 400, y: 500 });
    expect(said).toEqual(["Distance 250 µm"]);
  });

  test("in px where µm/px is unknown", () => {
    viewer.open({ ...PRESENTATION, id: "x", um_per_px: null });
    viewer.setView({ resolution: 1 });
    click(100, 100);
    click(100, 350);
    expect(said).toEqual(["Distance 250 px"]);
  });

  test("by keyboard alone: arrows and Enter, Shift for single pixels", () => {
    expect(box.onKey(key("Enter"))).toBe(true);
    for (let i = 0; i < 5; i++) box.onKey(key("ArrowRight"));
    box.onKey(key("ArrowDown", { shiftKey: true }));
    box.onKey(key("Enter"));
    expect(ruler.measurements).toEqual([{ start: { x: 2000, y: 1500 }, end: { x: 2050, y: 1501 } }]);
  });

  test("at the edge the arrows move the picture", () => {
    const before = viewer.getView().centre.x;
    for (let i = 0; i < 45; i++) box.onKey(key("ArrowRight"));
    expect(viewer.getView().centre.x).toBe(before + 50);
  });

  test("Esc drops the open line, then the measurements, then the tool", () => {
    click(100, 100);
    click(200, 100);
    click(300, 300);
    box.onKey(key("Escape"));
    expect(ruler.measurements).toHaveLength(1);
    box.onKey(key("Escape"));
    expect(ruler.measurements).toHaveLength(0);
    expect(box.tool).toBe(ruler);
    box.onKey(key("Escape"));
    expect(box.tool).toBeNull();
  });

  test("other keys and other buttons stay with the page", () => {
    expect(box.onKey(key("f"))).toBe(false);
    expect(box.onKey(key("Enter", { ctrlKey: true }))).toBe(false);
    expect(viewer.point("down", { x: 5, y: 5 }, { button: 2 })).toBe(false);
    expect(viewer.point("move", { x: 9, y: 9 })).toBe(false);
  });
});

describe("rectangle", () => {
  test("gives whole pixels once, whichever corner came first, and leaves", () => {
    const drawn: Box[] = [];
    box.use(new RectangleTool({ onRectangle: (rectangle) => drawn.push(rectangle) }));
    viewer.setView({ centre: { x: 2000.4, y: 1500.4 } });
    drag([500, 400], [300, 350]);
    expect(drawn).toEqual([{ x: 1900, y: 1550, width: 201, height: 51 }]);
    expect(box.tool).toBeNull();
  });

  test("is cut at the slide's edge", () => {
    const drawn: Box[] = [];
    box.use(new RectangleTool({ onRectangle: (rectangle) => drawn.push(rectangle) }));
    viewer.setView({ centre: { x: 0, y: 0 } });
    drag([100, 100], [500, 400]);
    expect(drawn).toEqual([{ x: 0, y: 0, width: 100, height: 100 }]);
  });

  test("too small is said and not taken; Esc leaves without one", () => {
    const onRectangle = vi.fn();
    const tool = new RectangleTool({ onRectangle });
    box.use(tool);
    drag([100, 100], [110, 300]);
    expect(said.join()).toMatch(/Too small/);
    expect(box.tool).toBe(tool);
    box.onKey(key("Escape"));
    expect(box.tool).toBeNull();
    expect(onRectangle).not.toHaveBeenCalled();
  });
});
