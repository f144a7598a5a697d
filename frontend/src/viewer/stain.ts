import type { StainMode } from "../geometry/view-query";
import type { Display } from "./viewer";

/**
 * Live stain separation: Ruifrok–Johnston deconvolution in optical density (OD10), H-DAB vectors of ImageJ/Landini,
 * the third vector their cross product (then both coefficients are the least-squares solution). The tile shader
 * (shader.ts) computes exactly what `displayedColour` computes; the tests hold both to the reference.
 */
export type Rgb = readonly [number, number, number];

export interface StainVectors {
  readonly haematoxylin: Rgb;
  readonly dab: Rgb;
  /** Incident light, 0–255 per channel: what "no stain" measures on this slide. */
  readonly i0: Rgb;
}

export const H_DAB: StainVectors = {
  haematoxylin: [0.65, 0.704, 0.286],
  dab: [0.268, 0.57, 0.776],
  i0: [255, 255, 255],
};

/**
 * ln x = (xᵉ − x⁻ᵉ)/2e: the shader language has no logarithm. The plain (xᵉ − 1)/e errs by e·ln²x/2, up to two grey
 * levels on dark pixels; both sides together err by e²·ln³x/6, which no eye and no 8-bit pixel can tell.
 */
export const LOG_EXPONENT = 0.004;

/** What one separated stain needs: coefficient = OD · column (clipped at 0), colour = 255·10^(−coefficient·row). */
export interface StainTerms {
  readonly column: Rgb;
  readonly row: Rgb;
}

/** Unit rows and the columns of the inverse matrix for haematoxylin and DAB. RangeError for parallel vectors. */
export function stainTerms(vectors: StainVectors): { haematoxylin: StainTerms; dab: StainTerms } {
  const h = unit(vectors.haematoxylin);
  const d = unit(vectors.dab);
  const residual = unit(cross(h, d));
  const columns = inverse([h, d, residual]);
  return { haematoxylin: { row: h, column: columns[0] }, dab: { row: d, column: columns[1] } };
}

/** What the shader is told; every value a plain number. */
export interface ShaderVariables extends Record<string, number> {
  separate: number;
  i0r: number;
  i0g: number;
  i0b: number;
  vr: number;
  vg: number;
  vb: number;
  mr: number;
  mg: number;
  mb: number;
  brightness: number;
  contrast: number;
  gamma: number;
}

export function shaderVariables(display: Display, vectors: StainVectors = H_DAB): ShaderVariables {
  const terms = termsOf(display.stain, vectors);
  const [i0r, i0g, i0b] = vectors.i0;
  return {
    separate: display.stain === "original" ? 0 : 1,
    i0r: i0r / 255,
    i0g: i0g / 255,
    i0b: i0b / 255,
    vr: terms.column[0],
    vg: terms.column[1],
    vb: terms.column[2],
    mr: terms.row[0],
    mg: terms.row[1],
    mb: terms.row[2],
    brightness: display.brightness,
    contrast: display.contrast,
    gamma: display.gamma,
  };
}

/** The colour (0–255, not rounded) that a pixel of the tile (0–255) is shown in: the shader's own arithmetic. */
export function displayedColour(pixel: Rgb, display: Display, vectors: StainVectors = H_DAB): Rgb {
  const v = shaderVariables(display, vectors);
  let colour: Rgb = [pixel[0] / 255, pixel[1] / 255, pixel[2] / 255];
  if (v.separate === 1) {
    const amount = Math.max(
      0,
      od(colour[0], v.i0r) * v.vr + od(colour[1], v.i0g) * v.vg + od(colour[2], v.i0b) * v.vb,
    );
    colour = [10 ** (-amount * v.mr), 10 ** (-amount * v.mg), 10 ** (-amount * v.mb)];
  }
  return [adjust(colour[0], v), adjust(colour[1], v), adjust(colour[2], v)];
}

/** OD10 of a channel value (0–1), as the shader approximates the logarithm; values below 1/255 count as 1/255. */
export function od(value: number, i0: number): number {
  const power = (Math.max(value, 1 / 255) / i0) ** LOG_EXPONENT;
  return -(power - 1 / power) / (2 * LOG_EXPONENT * Math.LN10);
}

function adjust(value: number, v: ShaderVariables): number {
  const contrasted = clamp01((v.contrast + 1) * value - v.contrast / 2);
  return clamp01(contrasted ** (1 / v.gamma) + v.brightness) * 255;
}

function termsOf(stain: StainMode, vectors: StainVectors): StainTerms {
  const terms = stainTerms(vectors);
  return stain === "dab" ? terms.dab : terms.haematoxylin;
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function unit(v: Rgb): Rgb {
  const length = Math.hypot(...v);
  if (!(length > 1e-6)) throw new RangeError("these two stain vectors are parallel or zero: they cannot be separated");
  return [v[0] / length, v[1] / length, v[2] / length];
}

function cross(a: Rgb, b: Rgb): Rgb {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** The columns of the inverse of the matrix with these rows. */
function inverse([a, b, c]: readonly [Rgb, Rgb, Rgb]): [Rgb, Rgb, Rgb] {
  const bc = cross(b, c);
  const determinant = a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2];
  const over = (v: Rgb): Rgb => [v[0] / determinant, v[1] / determinant, v[2] / determinant];
  return [over(bc), over(cross(c, a)), over(cross(a, b))];
}
