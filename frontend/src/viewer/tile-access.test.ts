import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TileAccess, TileError } from "./tile-access";

const signal = new AbortController().signal;
const answer = (status: number): Response => new Response(status === 200 ? "jpeg" : "{}", { status });

describe("access that ended", () => {
  test("many refused tiles renew once, then every one is fetched again", async () => {
    let allowed = false;
    const fetchTile = vi.fn(async () => answer(allowed ? 200 : 401));
    const renewAccess = vi.fn(async () => {
      allowed = true;
    });
    const access = new TileAccess({ fetchTile, renewAccess });
    const tiles = await Promise.all([1, 2, 3, 4].map((n) => access.load(`/t/${n}`, signal)));
    expect(tiles).toHaveLength(4);
    expect(renewAccess).toHaveBeenCalledTimes(1);
    expect(fetchTile).toHaveBeenCalledTimes(8);
    expect(access.status()).toEqual({ loading: 0, failed: 0, trouble: "none" });
  });

  test("what cannot be renewed is denied, and is not asked for again by itself", async () => {
    vi.useFakeTimers();
    const access = new TileAccess({
      fetchTile: async () => answer(403),
      renewAccess: async () => {
        throw new Error("signed out");
      },
      pausesMs: [10],
    });
    const retry = vi.fn();
    const error: unknown = await access.load("/t/1", signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TileError);
    access.failed("1", error, retry);
    expect(access.status().trouble).toBe("denied");
    await vi.advanceTimersByTimeAsync(1000);
    expect(retry).not.toHaveBeenCalled();
    access.retryAll();
    expect(retry).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });

  test("a tile that is missing after renewal is missing, not denied", async () => {
    const access = new TileAccess({ fetchTile: async () => answer(404), renewAccess: async () => undefined });
    await expect(access.load("/t/9", signal)).rejects.toMatchObject({ fault: "missing" });
  });
});

describe("trouble that passes", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test.each([
    ["offline", async () => Promise.reject(new TypeError("fetch failed"))],
    ["retrying", async () => answer(503)],
  ] as const)("%s: tried again with growing pauses until it comes", async (trouble, fetchTile) => {
    const access = new TileAccess({ fetchTile, pausesMs: [100, 300] });
    const fail = async (): Promise<void> => {
      const error: unknown = await access.load("/t/1", signal).catch((reason: unknown) => reason);
      access.failed("1", error, retry);
    };
    const retry = vi.fn(() => void fail());
    await fail();
    expect(access.status()).toMatchObject({ failed: 1, trouble });
    await vi.advanceTimersByTimeAsync(99);
    expect(retry).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(2);
    expect(retry).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(retry).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60);
    expect(retry).toHaveBeenCalledTimes(2);
    access.loaded("1");
    expect(access.status().trouble).toBe("none");
    await vi.advanceTimersByTimeAsync(5000);
    expect(retry).toHaveBeenCalledTimes(2);
  });

  test("a tile that scrolled away is no failure", () => {
    const access = new TileAccess();
    access.failed("1", new DOMException("gone", "AbortError"), () => undefined);
    expect(access.status().failed).toBe(0);
  });

  test("loading is counted while it lasts", async () => {
    const access = new TileAccess({ fetchTile: async () => answer(200) });
    const seen: number[] = [];
    access.onStatus(({ loading }) => seen.push(loading));
    await access.load("/t/1", signal);
    expect(seen).toEqual([1, 0]);
  });
});
