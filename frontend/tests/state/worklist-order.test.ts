import { describe, expect, it } from "vitest";
import { neighbour, nextToRead, type Placed, stepInGrid, stepInList } from "../../src/state/worklist-order";

const item = (id: string, position: number, state: Placed["state"] = "to_read", session = "s"): Placed => ({ id, position, state, session });

describe("the next to read", () => {
  const items = [item("a", 0, "signed"), item("b", 1), item("c", 2), item("d", 3, "deferred"), item("e", 4, "draft"), item("z", 0, "to_read", "t")];

  it("is the next in the session's order that is not signed", () => {
    expect(nextToRead(items, item("b", 1))?.id).toBe("c");
    expect(nextToRead(items, item("c", 2))?.id).toBe("e");
  });

  it("after the last begins again, then goes to another session, then to what was deferred", () => {
    expect(nextToRead(items, item("e", 4))?.id).toBe("b");
    expect(nextToRead([item("z", 0, "to_read", "t"), item("d", 3, "deferred")], item("e", 4))?.id).toBe("z");
    expect(nextToRead([item("d", 3, "deferred")], item("e", 4))?.id).toBe("d");
    expect(nextToRead([item("a", 0, "signed")], null)).toBeNull();
  });
});

it("neighbours follow the session's order, whatever their state", () => {
  const items = [item("c", 2), item("a", 0, "signed"), item("b", 1), item("z", 1, "to_read", "t")];
  expect(neighbour(items, item("b", 1), -1)?.id).toBe("a");
  expect(neighbour(items, item("b", 1), 1)?.id).toBe("c");
  expect(neighbour(items, item("c", 2), 1)).toBeNull();
});

it("arrows move in the grid and stop at its edges", () => {
  // 0 1 2 / 3 4 5 / 6 7
  const step = (index: number, direction: "left" | "right" | "up" | "down"): number => stepInGrid(index, 8, 3, direction);
  expect([step(0, "left"), step(0, "up"), step(7, "right"), step(7, "down")]).toEqual([0, 0, 7, 7]);
  expect([step(2, "right"), step(4, "up"), step(4, "down"), step(5, "down")]).toEqual([3, 1, 7, 7]);
});

it("a list's cursor begins at the first and stays within the list", () => {
  expect([stepInList(-1, 3, 1), stepInList(0, 3, -1), stepInList(2, 3, 1), stepInList(-1, 0, 1)]).toEqual([0, 0, 2, -1]);
});
