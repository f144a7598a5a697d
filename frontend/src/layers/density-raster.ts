import type { Density } from "../geometry/cells";
import { rgbOf, CLASS_STYLES, STAIN_CLASSES, type DisplayClass } from "../geometry/classes";

/**
 * The far view: one pixel a bin, in the colour of the class most of its cells have, the more opaque the more cells.
 * Hidden classes do not count. Pure, so that it can be tested without a canvas.
 */
const FAINTEST = 0.3;
const DENSEST = 0.88;

/** RGBA bytes, rows × columns × 4. Ties go to the stronger class: what is brown is not hidden by what is blue. */
export function densityPixels(density: Density, hidden: ReadonlySet<DisplayClass>): Uint8ClampedArray<ArrayBuffer> {
  const bins = density.rows * density.columns;
  const pixels = new Uint8ClampedArray(bins * 4);
  const colours = STAIN_CLASSES.map((_, index) => rgbOf(CLASS_STYLES[index]?.colour ?? "#000000"));
  const shown = STAIN_CLASSES.map((name) => !hidden.has(name));
  const full = fullCount(density, shown);
  for (let bin = 0; bin < bins; bin++) {
    let sum = 0;
    let most = 0;
    let majority = -1;
    for (let k = 0; k < STAIN_CLASSES.length; k++) {
      const n = shown[k] === true ? (density.counts[bin * 4 + k] ?? 0) : 0;
      sum += n;
      if (n > 0 && n >= most) {
        most = n;
        majority = k;
      }
    }
    const colour = colours[majority];
    if (colour === undefined) continue;
    const alpha = FAINTEST + (DENSEST - FAINTEST) * Math.sqrt(Math.min(1, sum / full));
    pixels.set([colour[0], colour[1], colour[2], Math.round(alpha * 255)], bin * 4);
  }
  return pixels;
}

/** The count that is drawn densest: the 98th percentile of the bins that hold cells, so that one knot decides nothing. */
function fullCount(density: Density, shown: readonly boolean[]): number {
  const sums: number[] = [];
  for (let bin = 0; bin < density.rows * density.columns; bin++) {
    let sum = 0;
    for (let k = 0; k < shown.length; k++) if (shown[k] === true) sum += density.counts[bin * 4 + k] ?? 0;
    if (sum > 0) sums.push(sum);
  }
  sums.sort((a, b) => a - b);
  return Math.max(1, sums[Math.floor(sums.length * 0.98)] ?? sums.at(-1) ?? 1);
}
