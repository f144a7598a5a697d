import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../../src/api/client";
import { nextFieldName } from "../../src/pages/viewer/field-name";
import { RENEW_EVERY_MS, type Renewal, startRenewal } from "../../src/pages/viewer/renewal";

let renewal: Renewal;
const ask = vi.fn<() => Promise<unknown>>();
const ended = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  ask.mockReset().mockResolvedValue({ valid_for_seconds: 60 });
  ended.mockReset();
  renewal = startRenewal(ask, ended);
});
afterEach(() => {
  renewal.stop();
  vi.useRealTimers();
});

describe("the tile cookie", () => {
  it("is renewed before it ends, again and again", async () => {
    await vi.advanceTimersByTimeAsync(RENEW_EVERY_MS - 1);
    expect(ask).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ask).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2 * RENEW_EVERY_MS);
    expect(ask).toHaveBeenCalledTimes(3);
  });

  it("is asked for once, however many tiles were refused", async () => {
    await Promise.all([renewal.renew(), renewal.renew(), renewal.renew()]);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("is tried again soon when the server does not answer", async () => {
    ask.mockRejectedValueOnce(new ApiError(0, "no answer"));
    await vi.advanceTimersByTimeAsync(RENEW_EVERY_MS);
    await vi.advanceTimersByTimeAsync(3000);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(ended).not.toHaveBeenCalled();
  });

  it("is left alone once the server says that the slide is no longer open to this person", async () => {
    ask.mockRejectedValue(new ApiError(404, "gone"));
    await expect(renewal.renew()).rejects.toMatchObject({ status: 404 });
    expect(ended).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(10 * RENEW_EVERY_MS);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("is not renewed after the page was left", async () => {
    renewal.stop();
    await vi.advanceTimersByTimeAsync(10 * RENEW_EVERY_MS);
    expect(ask).not.toHaveBeenCalled();
  });
});

it("names a drawn field by the first number that is free", () => {
  const field = (name: string) => ({ id: name, name, purpose: "analysis" as const, x_px: 0, y_px: 0, width_px: 1, height_px: 1 });
  expect(nextFieldName([])).toBe("Field 1");
  expect(nextFieldName([field("Field 1"), field("Hot spot"), field("Field 3")])).toBe("Field 2");
});
