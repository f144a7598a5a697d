/**
 * Magnification as pathologists say it: 40× shows 0.25 µm on one screen pixel, so
 * magnification = 10 / (µm per screen px).
 */
export const UM_PER_SCREEN_PX_AT_1X = 10;

/** The keys Alt+1 … Alt+6. */
export const MAGNIFICATIONS = [1.25, 2.5, 5, 10, 20, 40] as const;

/** The magnification of a view; null where µm/px is unknown. `resolution`: level-0 px per CSS px. */
export function magnificationOf(resolution: number, umPerPx: number | null): number | null {
  if (umPerPx === null || !(umPerPx > 0) || !(resolution > 0)) return null;
  return UM_PER_SCREEN_PX_AT_1X / (resolution * umPerPx);
}

/** The resolution (level-0 px per CSS px) that shows `magnification`; null where µm/px is unknown. */
export function resolutionFor(magnification: number, umPerPx: number | null): number | null {
  if (umPerPx === null || !(umPerPx > 0) || !(magnification > 0)) return null;
  return UM_PER_SCREEN_PX_AT_1X / (magnification * umPerPx);
}

/** "20.3×", "40×", "2.5×", "1.25×", "0.31×": one decimal from 10 on, two below, no trailing zeros. */
export function formatMagnification(magnification: number): string {
  const decimals = Number(magnification.toFixed(2)) >= 10 ? 1 : 2;
  return `${Number(magnification.toFixed(decimals))}×`;
}

/** Zoom where µm/px is unknown: the share of a slide pixel on a screen pixel, "50 %". */
export function formatZoomPercent(resolution: number): string {
  const percent = 100 / resolution;
  return `${Number(percent.toPrecision(percent >= 100 ? 3 : 2))}\u00a0%`;
}

/** The magnification key that a view is at, within half a percent; null if between keys. */
export function activeMagnification(resolution: number, umPerPx: number | null): number | null {
  const now = magnificationOf(resolution, umPerPx);
  if (now === null) return null;
  return MAGNIFICATIONS.find((step) => Math.abs(now / step - 1) < 0.005) ?? null;
}
