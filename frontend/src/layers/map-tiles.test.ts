import { beforeEach, expect, test, vi } from "vitest";
import type { MapTile } from "../geometry/map-grid";
import { MapTiles } from "./map-tiles";

const tile = (column: number): MapTile => ({ key: `${column}/0`, column, row: 0, box: { x: column, y: 0, width: 1, height: 1 } });
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

interface Call {
  column: number;
  signal: AbortSignal;
  answer: (blob: Blob) => void;
  fail: (error: Error) => void;
}
let calls: Call[];
let tiles: MapTiles<string>;
const onChange = vi.fn();
const names = new Map<Blob, string>();
const paint = vi.fn((stored: Blob) => Promise.resolve(`painted ${names.get(stored) ?? "?"}`));
beforeEach(() => {
  calls = [];
  onChange.mockClear();
  paint.mockClear();
  tiles = new MapTiles({
    source: (column, _row, signal) => new Promise((answer, fail) => calls.push({ column, signal, answer, fail })),
    paint,
    onChange,
    atOnce: 2,
    picturesKept: 3,
  });
});
const deliver = async (index: number): Promise<void> => {
  const stored = new Blob();
  names.set(stored, `t${calls[index]?.column}`);
  calls[index]?.answer(stored);
  await vi.waitFor(() => expect(onChange).toHaveBeenCalled());
  await settled();
};

test("asks for what is in view, a few at a time, each once", async () => {
  tiles.want([tile(0), tile(1), tile(2)]);
  tiles.want([tile(0), tile(1), tile(2)]);
  expect(calls.map(({ column }) => column)).toEqual([0, 1]);
  await deliver(0);
  expect(tiles.picture("0/0")).toBe("painted t0");
  expect(calls.map(({ column }) => column)).toEqual([0, 1, 2]);
  tiles.want([tile(0)]);
  expect(calls).toHaveLength(3);
});

test("gives up what has left the view", () => {
  tiles.want([tile(0), tile(1)]);
  tiles.want([tile(1), tile(5)]);
  expect(calls.map(({ column, signal }) => [column, signal.aborted])).toEqual([[0, true], [1, false], [5, false]]);
});

test("another overlay paints the same files anew and asks for none of them", async () => {
  tiles.want([tile(0)]);
  await deliver(0);
  tiles.repaint();
  expect(tiles.picture("0/0")).toBeNull();
  tiles.want([tile(0)]);
  await vi.waitFor(() => expect(tiles.picture("0/0")).toBe("painted t0"));
  expect(calls).toHaveLength(1);
  expect(paint).toHaveBeenCalledTimes(2);
});

test("a file that arrives after the overlay changed is not painted as the old one", async () => {
  tiles.want([tile(0)]);
  tiles.repaint();
  calls[0]?.answer(new Blob());
  await settled();
  await settled();
  expect(tiles.picture("0/0")).toBeNull();
});

test("a failure is said once and tried again only when asked", async () => {
  tiles.want([tile(0)]);
  calls[0]?.fail(new Error("The server did not answer."));
  await vi.waitFor(() => expect(tiles.error).toBe("The server did not answer."));
  tiles.want([tile(0)]);
  expect(calls).toHaveLength(1);
  tiles.retry();
  expect(calls).toHaveLength(2);
  expect(tiles.error).toBeNull();
});

test("keeps so many pictures, those used last", async () => {
  for (const column of [0, 1, 2, 3]) {
    onChange.mockClear();
    tiles.want([tile(column)]);
    await deliver(column);
  }
  expect(["0/0", "1/0", "2/0", "3/0"].map((key) => tiles.picture(key) !== null)).toEqual([false, true, true, true]);
});
