import { describe, expect, test } from "vitest";
import { formatArea, formatLength, formatUm, groupDigits, niceStep, scaleBar } from "./measure";

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

test.each([
  [0, "0 µm"],
  [0.4521, "0.452 µm"],
  [4.527, "4.53 µm"],
  [45.27, "45.3 µm"],
  [452.7, "453 µm"],
  [999.4, "999 µm"],
  [999.6, "1.00 mm"],
  [1234, "1.23 mm"],
  [98765, "98.8 mm"],
])("%d µm is written %s", (um, text) => {
  expect(plain(formatUm(um))).toBe(text);
});

test("lengths stay in px where µm/px is unknown", () => {
  expect(plain(formatLength(12345.4, null))).toBe("12 345 px");
  expect(plain(formatLength(4.26, null))).toBe("4.3 px");
  expect(plain(formatLength(100, 0.25))).toBe("25.0 µm");
});

test("areas", () => {
  expect(plain(formatArea(400, 0.5))).toBe("100 µm²");
  expect(plain(formatArea(4e6, 0.5))).toBe("1.00 mm²");
  expect(plain(formatArea(1234, null))).toBe("1 234 px²");
});

test("digits in groups", () => {
  expect([7, 999, 1000, 1234567, -10233.4].map((n) => plain(groupDigits(n)))).toEqual([
    "7",
    "999",
    "1 000",
    "1 234 567",
    "−10 233",
  ]);
});

describe("scale bar", () => {
  test("steps are 1, 2 or 5 × 10ⁿ and the largest that fit", () => {
    expect([0.09, 1, 1.9, 2, 4.99, 5, 9, 10, 730].map(niceStep)).toEqual([0.05, 1, 1, 2, 2, 5, 5, 10, 500]);
    expect(() => niceStep(0)).toThrow(/positive/);
  });

  test("the bar's width and its label say the same", () => {
    for (const resolution of [0.125, 0.31, 1, 4.7, 160]) {
      const bar = scaleBar(resolution, 0.25, 160);
      const [value, unit] = plain(bar.label).split(" ");
      const um = Number(value) * (unit === "mm" ? 1000 : 1);
      expect(bar.widthPx * resolution * 0.25).toBeCloseTo(um, 6);
      expect(bar.widthPx).toBeLessThanOrEqual(160.0001);
      expect(bar.widthPx).toBeGreaterThan(60);
    }
  });

  test("counts pixels where µm/px is unknown", () => {
    expect(scaleBar(2, null, 160)).toMatchObject({ inPixels: true, widthPx: 100 });
  });
});
