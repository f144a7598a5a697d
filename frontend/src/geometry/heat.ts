import { ramp } from "./stain-map";

/** Colours of a score on the slide: neither brown nor blue, even steps for the eye, safe for the colour-blind. */
export const HEAT_STOPS: readonly string[] = ["#440154", "#3B528B", "#21918C", "#5EC962", "#FDE725"];
export const HIGHEST_H = 300;
/** Of a core that was looked at and has no score. */
export const NO_SCORE_COLOUR = "#9AA0A6";

const TABLE = ramp(HEAT_STOPS);

/** "#21918C" for an H-score; values outside 0–300 take the nearest end. */
export function heatColour(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NO_SCORE_COLOUR;
  const level = Math.round((255 * Math.min(HIGHEST_H, Math.max(0, value))) / HIGHEST_H);
  const part = (channel: number): string => (TABLE[level * 3 + channel] ?? 0).toString(16).padStart(2, "0");
  return `#${part(0)}${part(1)}${part(2)}`.toUpperCase();
}
