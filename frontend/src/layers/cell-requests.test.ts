import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cellsBuffer } from "../geometry/cells.fixture";
import type { Box } from "../geometry/points";
import { CellRequests, type CellSource } from "./cell-requests";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const bounds = { x: 0, y: 0, width: 10000, height: 10000 };
const at = (x: number, y: number, side = 100): Box => ({ x, y, width: side, height: side });
const one = { x: 5, y: 5, dabOd: 0, areaUm2: 1, stainClass: 1, tumour: 1, radiusPx: 3 };

function setUp(source: CellSource) {
  const onChange = vi.fn();
  const calls = vi.fn(source);
  return { calls, onChange, requests: new CellRequests({ source: calls, bounds, limit: 50, debounceMs: 100, onChange }) };
}

test("asks once, after the view has come to rest, for the last place", async () => {
  const { calls, requests } = setUp(async () => cellsBuffer([one], 1));
  for (let x = 0; x < 500; x += 50) {
    requests.want(at(x, 0), at(x, 0, 200));
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(calls).not.toHaveBeenCalled();
  expect(requests.busy).toBe(true);
  await vi.advanceTimersByTimeAsync(100);
  expect(calls).toHaveBeenCalledTimes(1);
  expect(calls.mock.lastCall?.slice(0, 2)).toEqual([{ x: 450, y: 0, width: 200, height: 200 }, 50]);
  expect(requests.current?.cells.count).toBe(1);
  expect(requests.busy).toBe(false);
});

test("a covered view needs no request, a view beyond it does, and going back does not", async () => {
  const { calls, requests } = setUp(async () => cellsBuffer([one], 1));
  const go = async (visible: Box, around: Box): Promise<void> => {
    requests.want(visible, around);
    await vi.advanceTimersByTimeAsync(200);
  };
  await go(at(500, 500), at(400, 400, 300));
  const first = requests.current;
  await go(at(560, 560), at(460, 460, 300));
  expect(calls).toHaveBeenCalledTimes(1);
  await go(at(900, 900), at(800, 800, 300));
  expect(calls).toHaveBeenCalledTimes(2);
  await go(at(500, 500), at(400, 400, 300));
  expect(calls).toHaveBeenCalledTimes(2);
  expect(requests.current).toBe(first);
});

test("a thinned answer is asked for again when the view is much closer", async () => {
  const { calls, requests } = setUp(async () => cellsBuffer([one], 500));
  requests.want(at(0, 0, 800), at(0, 0, 800));
  await vi.advanceTimersByTimeAsync(200);
  expect(requests.current?.complete).toBe(false);
  requests.want(at(100, 100, 700), at(100, 100, 700));
  await vi.advanceTimersByTimeAsync(200);
  expect(calls).toHaveBeenCalledTimes(1);
  requests.want(at(100, 100, 200), at(100, 100, 200));
  await vi.advanceTimersByTimeAsync(200);
  expect(calls).toHaveBeenCalledTimes(2);
});

test("a new place aborts the request that runs, and a late answer changes nothing", async () => {
  const answers: ((buffer: ArrayBuffer) => void)[] = [];
  const { calls, requests } = setUp(() => new Promise((resolve) => answers.push(resolve)));
  requests.want(at(0, 0), at(0, 0));
  await vi.advanceTimersByTimeAsync(150);
  requests.want(at(5000, 5000), at(5000, 5000));
  await vi.advanceTimersByTimeAsync(150);
  expect(calls.mock.calls[0]?.[2].aborted).toBe(true);
  answers[1]?.(cellsBuffer([one, one], 2));
  answers[0]?.(cellsBuffer([one], 1));
  await vi.advanceTimersByTimeAsync(1);
  expect(requests.current?.cells.count).toBe(2);
});

test("nothing outside the slide is asked for", async () => {
  const { calls, requests } = setUp(async () => cellsBuffer([], 0));
  requests.want(at(-500, -500), at(-500, -500));
  await vi.advanceTimersByTimeAsync(200);
  expect(calls).not.toHaveBeenCalled();
  requests.want(at(-50, 9950), at(-100, 9900, 300));
  await vi.advanceTimersByTimeAsync(200);
  expect(calls.mock.lastCall?.[0]).toEqual({ x: 0, y: 9900, width: 200, height: 100 });
});

test("a failure is said, what was drawn stays, and it is tried again", async () => {
  let broken = false;
  const { requests } = setUp(async () => {
    if (broken) throw new Error("the server answered 503");
    return cellsBuffer([one], 1);
  });
  requests.want(at(0, 0), at(0, 0));
  await vi.advanceTimersByTimeAsync(200);
  const before = requests.current;
  broken = true;
  requests.want(at(5000, 5000), at(5000, 5000));
  await vi.advanceTimersByTimeAsync(200);
  expect(requests.error).toBe("the server answered 503");
  expect(requests.current).toBe(before);
  broken = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(requests.error).toBeNull();
  expect(requests.current).not.toBe(before);
});

test("cancel stops what is queued and what runs", async () => {
  const { calls, requests } = setUp(() => new Promise(() => undefined));
  requests.want(at(0, 0), at(0, 0));
  requests.cancel();
  await vi.advanceTimersByTimeAsync(500);
  expect(calls).not.toHaveBeenCalled();
  requests.want(at(0, 0), at(0, 0));
  await vi.advanceTimersByTimeAsync(500);
  requests.cancel();
  expect(calls.mock.calls[0]?.[2].aborted).toBe(true);
  expect(requests.busy).toBe(false);
});
