/** Lengths in words: level-0 px ↔ µm, formatted with the digits a measurement on a slide deserves. */

const NBSP = "\u00a0";
const THIN = "\u202f";

/** Level-0 px → µm. `umPerPx` null (unknown) gives null: a length is never guessed. */
export function pxToUm(lengthPx: number, umPerPx: number | null): number | null {
  return umPerPx === null ? null : lengthPx * umPerPx;
}

/** µm → level-0 px; null where µm/px is unknown. */
export function umToPx(lengthUm: number, umPerPx: number | null): number | null {
  return umPerPx === null ? null : lengthUm / umPerPx;
}

/** Three significant figures, without an exponent: 0.452, 4.53, 45.3, 453, 4530. */
export function threeFigures(value: number): string {
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(3));
  const exponent = Math.floor(Math.log10(Math.abs(rounded)));
  return rounded.toFixed(Math.max(0, 2 - exponent));
}

/** A length in µm, or in mm from 1000 µm on: "4.53 µm", "453 µm", "1.23 mm". */
export function formatUm(lengthUm: number): string {
  const magnitude = Number(Math.abs(lengthUm).toPrecision(3));
  if (magnitude >= 1000) return `${threeFigures(lengthUm / 1000)}${NBSP}mm`;
  return `${threeFigures(lengthUm)}${NBSP}µm`;
}

/** A distance on the slide: in µm/mm, or in px where µm/px is unknown. */
export function formatLength(lengthPx: number, umPerPx: number | null): string {
  const um = pxToUm(lengthPx, umPerPx);
  if (um !== null) return formatUm(um);
  return `${lengthPx < 10 ? lengthPx.toFixed(1) : groupDigits(lengthPx)}${NBSP}px`;
}

/** An area of level-0 px²: µm² below 0.01 mm², mm² above, px² where µm/px is unknown. */
export function formatArea(areaPx2: number, umPerPx: number | null): string {
  if (umPerPx === null) return `${groupDigits(areaPx2)}${NBSP}px²`;
  const um2 = areaPx2 * umPerPx * umPerPx;
  return um2 >= 10_000 ? `${threeFigures(um2 / 1e6)}${NBSP}mm²` : `${threeFigures(um2)}${NBSP}µm²`;
}

/** A whole number in groups of three: 10 233. */
export function groupDigits(value: number): string {
  const digits = Math.abs(Math.round(value)).toString();
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, THIN);
  return Math.round(value) < 0 ? `−${grouped}` : grouped;
}

export interface ScaleBar {
  /** Length of the bar on the screen, CSS px. */
  readonly widthPx: number;
  readonly label: string;
  /** True where the bar counts slide pixels because µm/px is unknown. */
  readonly inPixels: boolean;
}

/** The largest of 1, 2, 5 × 10ⁿ not above `limit` (> 0). */
export function niceStep(limit: number): number {
  if (!(limit > 0) || !Number.isFinite(limit)) throw new RangeError(`niceStep needs a positive number, got ${limit}`);
  const power = 10 ** Math.floor(Math.log10(limit) + 1e-9);
  for (const step of [5, 2, 1]) {
    if (step * power <= limit * (1 + 1e-9)) return step * power;
  }
  return power;
}

/** A scale bar of a round length, at most `maxWidthPx` wide, at `resolution` level-0 px per CSS px. */
export function scaleBar(resolution: number, umPerPx: number | null, maxWidthPx: number): ScaleBar {
  const unitsPerScreenPx = resolution * (umPerPx ?? 1);
  const length = niceStep(unitsPerScreenPx * maxWidthPx);
  return {
    widthPx: length / unitsPerScreenPx,
    label: umPerPx === null ? `${trim(length)}${NBSP}px` : trimUm(length),
    inPixels: umPerPx === null,
  };
}

function trimUm(lengthUm: number): string {
  return lengthUm >= 1000 ? `${trim(lengthUm / 1000)}${NBSP}mm` : `${trim(lengthUm)}${NBSP}µm`;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(6)));
}
