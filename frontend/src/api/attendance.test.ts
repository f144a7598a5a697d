import { describe, expect, it } from "vitest";
import { attendanceHeader } from "./attendance";

describe("attendance", () => {
  it("marks requests once nobody has moved for a minute, and not before", () => {
    globalThis.dispatchEvent(new Event("pointermove"));
    const now = Date.now();
    expect(attendanceHeader(now + 30_000)).toEqual({});
    expect(attendanceHeader(now + 61_000)).toEqual({ "X-Unattended": "1" });
    globalThis.dispatchEvent(new Event("keydown"));
    expect(attendanceHeader(Date.now())).toEqual({});
  });
});
