import { normaliseDegrees, type View } from "./affine";
import type { Size } from "./points";

/** The view as part of a page's address, so that a link or a reload restores it. */
export type StainMode = "original" | "haematoxylin" | "dab";

export const STAIN_MODES: readonly StainMode[] = ["original", "haematoxylin", "dab"];

export interface ViewQuery extends Partial<View> {
  readonly stain?: StainMode;
}

/**
 * Writes the view into query parameters and keeps all others: `x`, `y` (level-0 px), `r` (level-0 px per
 * screen px), `turn` (degrees, left out at 0), `flip`, `stain` (left out when original).
 */
export function writeViewQuery(params: URLSearchParams, view: View, stain: StainMode): URLSearchParams {
  const next = new URLSearchParams(params);
  const decimals = view.resolution < 1 ? 1 : 0;
  next.set("x", view.centre.x.toFixed(decimals));
  next.set("y", view.centre.y.toFixed(decimals));
  next.set("r", String(Number(view.resolution.toPrecision(4))));
  const turn = Math.round(normaliseDegrees(view.rotationDeg) * 10) / 10;
  setOrDelete(next, "turn", turn === 0 || turn === 360 ? null : String(turn));
  setOrDelete(next, "flip", view.flipped ? "1" : null);
  setOrDelete(next, "stain", stain === "original" ? null : stain);
  return next;
}

/** Reads what `writeViewQuery` wrote. What is missing, no number or off the slide is left out, never guessed. */
export function readViewQuery(params: URLSearchParams, slide: Size): ViewQuery {
  const x = numberIn(params.get("x"), 0, slide.width);
  const y = numberIn(params.get("y"), 0, slide.height);
  const resolution = numberIn(params.get("r"), 1 / 64, 65536);
  const turn = numberIn(params.get("turn"), -3600, 3600);
  const flip = params.get("flip");
  const stain = STAIN_MODES.find((mode) => mode === params.get("stain"));
  return {
    ...(x !== null && y !== null ? { centre: { x, y } } : {}),
    ...(resolution !== null ? { resolution } : {}),
    ...(turn !== null ? { rotationDeg: normaliseDegrees(turn) } : {}),
    ...(flip === "1" || flip === "0" ? { flipped: flip === "1" } : {}),
    ...(stain !== undefined ? { stain } : {}),
  };
}

function numberIn(text: string | null, low: number, high: number): number | null {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= low && value <= high ? value : null;
}

function setOrDelete(params: URLSearchParams, key: string, value: string | null): void {
  if (value === null) params.delete(key);
  else params.set(key, value);
}
