import { describe, expect, test } from "vitest";
import { tileStyle, shaderKind } from "./shader";
import { displayedColour, H_DAB, shaderVariables, stainTerms, type Rgb, type StainVectors } from "./stain";
import { DISPLAY_AS_SCANNED, type Display } from "./viewer";

/** The formula of scoring.md §3.1 with real logarithms, straight: the reference. */
const INVERSE = [
  [-0.689, 1.2, -0.636],
  [0.024, 0.685, 0.71],
  [1.509, -0.918, -0.302],
] as const;

function reference(pixel: Rgb, display: Display, { haematoxylin, dab, i0 }: StainVectors): number[] {
  let colour = pixel.map((value) => value / 255);
  if (display.stain !== "original") {
    const od = pixel.map((value, c) => -Math.log10(Math.max(value, 1) / (i0[c] ?? 255)));
    const terms = stainTerms({ haematoxylin, dab, i0 })[display.stain];
    const amount = Math.max(0, od.reduce((sum, value, c) => sum + value * (terms.column[c] ?? 0), 0));
    colour = terms.row.map((m) => 10 ** (-amount * m));
  }
  return colour.map((value) => {
    const contrasted = Math.min(1, Math.max(0, (display.contrast + 1) * value - display.contrast / 2));
    return 255 * Math.min(1, Math.max(0, contrasted ** (1 / display.gamma) + display.brightness));
  });
}

function dot(a: Rgb, b: Rgb): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

const PIXELS: Rgb[] = [];
for (let r = 0; r < 256; r += 15) for (let g = 0; g < 256; g += 15) for (let b = 0; b < 256; b += 15) PIXELS.push([r, g, b]);

const DISPLAYS: Display[] = [
  DISPLAY_AS_SCANNED,
  { ...DISPLAY_AS_SCANNED, stain: "dab" },
  { ...DISPLAY_AS_SCANNED, stain: "haematoxylin" },
  { stain: "dab", brightness: 0.1, contrast: 0.4, gamma: 1.6 },
  { stain: "original", brightness: -0.2, contrast: -0.3, gamma: 0.5 },
];
const VECTORS: StainVectors[] = [H_DAB, { ...H_DAB, i0: [243, 241, 240] }];

test("the inverse is the published one", () => {
  const { haematoxylin, dab } = stainTerms(H_DAB);
  for (const [c, [d, h]] of INVERSE.entries()) {
    expect(dab.column[c]).toBeCloseTo(d, 2);
    expect(haematoxylin.column[c]).toBeCloseTo(h, 2);
  }
});

test("pure stains come apart", () => {
  const { haematoxylin, dab } = stainTerms(H_DAB);
  expect(dot(haematoxylin.row, haematoxylin.column)).toBeCloseTo(1, 12);
  expect(dot(dab.row, dab.column)).toBeCloseTo(1, 12);
  expect(dot(dab.row, haematoxylin.column)).toBeCloseTo(0, 12);
  expect(dot(haematoxylin.row, dab.column)).toBeCloseTo(0, 12);
});

test("parallel vectors are refused", () => {
  expect(() => stainTerms({ ...H_DAB, dab: H_DAB.haematoxylin })).toThrow(/parallel/);
});

describe.each(DISPLAYS)("display %o", (display) => {
  test.each(VECTORS)("within half a grey level of the reference, i0 $i0", (vectors) => {
    let worst = 0;
    for (const pixel of PIXELS) {
      const shown = displayedColour(pixel, display, vectors);
      reference(pixel, display, vectors).forEach((value, c) => {
        worst = Math.max(worst, Math.abs(value - (shown[c] ?? NaN)));
      });
    }
    expect(worst).toBeLessThan(0.5);
  });

  test("the style handed to OpenLayers computes the same", () => {
    const variables = shaderVariables(display);
    for (const pixel of PIXELS.filter((_, i) => i % 37 === 0)) {
      const shown = displayedColour(pixel, display);
      runStyle(tileStyle(variables), pixel).forEach((value, c) => expect(value).toBeCloseTo(shown[c] ?? NaN, 6));
    }
  });
});

test("a slide as scanned needs no arithmetic at all", () => {
  expect(tileStyle(shaderVariables(DISPLAY_AS_SCANNED))).toEqual({});
  expect(DISPLAYS.map((display) => shaderKind(shaderVariables(display)))).toEqual([
    "as-scanned",
    "separated",
    "separated",
    "separated",
    "adjusted",
  ]);
});

/** Interprets the style as OpenLayers compiles it: colour expression, then contrast, gamma, brightness. */
function runStyle(style: ReturnType<typeof tileStyle>, pixel: Rgb): number[] {
  const bands = [...pixel.map((value) => value / 255), 1];
  const run = (expression: unknown): number => {
    if (typeof expression === "number") return expression;
    if (!Array.isArray(expression)) throw new Error(`not an expression: ${String(expression)}`);
    const [operator, ...rest] = expression as [string, ...unknown[]];
    if (operator === "var") return Number(style.variables?.[String(rest[0])]);
    const values = rest.map(run);
    const [a = NaN, b = NaN, c = NaN] = values;
    switch (operator) {
      case "band":
        return bands[a - 1] ?? NaN;
      case "+":
        return values.reduce((sum, value) => sum + value, 0);
      case "-":
        return a - b;
      case "*":
        return values.reduce((product, value) => product * value, 1);
      case "/":
        return a / b;
      case "^":
        return a ** b;
      case "clamp":
        return Math.min(c, Math.max(b, a));
      default:
        throw new Error(`the interpreter of this test does not know ${operator}`);
    }
  };
  const colour = Array.isArray(style.color) ? (style.color as unknown[]).slice(1, 4).map(run) : bands.slice(0, 3);
  return colour.map((value) => {
    let shown = value;
    if (style.contrast !== undefined) {
      const contrast = run(style.contrast);
      shown = clamp01((contrast + 1) * shown - contrast / 2);
    }
    if (style.gamma !== undefined) shown **= 1 / run(style.gamma);
    if (style.brightness !== undefined) shown = clamp01(shown + run(style.brightness));
    return shown * 255;
  });
}
