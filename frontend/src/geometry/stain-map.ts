import { rgbOf } from "./classes";

/**
 * The overlays of a result that has layers, painted from one stored tile: red is I_la (0 strong brown … 255 strong
 * blue), green is 255 inside nuclei, blue 255 inside tumour nuclei. Pure, so that it can be tested without a canvas.
 */
export const MAP_KINDS = ["nuclei-mask", "tumour-mask", "intensity", "sini", "siti"] as const;
export type MapKind = (typeof MAP_KINDS)[number];

/** What the picker offers; `nuclei` are the outlines by class, which need no layers. */
export const OVERLAY_KINDS = ["nuclei", ...MAP_KINDS] as const;
export type OverlayKind = (typeof OVERLAY_KINDS)[number];

/** The overlays that a result has: outlines always, the others from its layers, two of them from a tumour network. */
export function overlayKinds(hasLayers: boolean, hasTumour: boolean): readonly OverlayKind[] {
  if (!hasLayers) return ["nuclei"];
  return OVERLAY_KINDS.filter((kind) => hasTumour || (kind !== "tumour-mask" && kind !== "siti"));
}

export interface OverlayWords {
  readonly label: string;
  /** What is seen, as a sentence. */
  readonly about: string;
}

export const OVERLAY_WORDS: Readonly<Record<OverlayKind, OverlayWords>> = {
  nuclei: { label: "Nuclei outlines", about: "Every nucleus by its class." },
  "nuclei-mask": { label: "Nuclei mask", about: "What the nuclei network took for nuclei." },
  "tumour-mask": { label: "Tumour mask", about: "What the tumour network took for tumour nuclei." },
  intensity: { label: "Stain intensity", about: "I_la of every pixel: an order of DAB, not of blue." },
  sini: { label: "SINI", about: "Stain intensity in nuclei, as the network sees it." },
  siti: { label: "SITI", about: "Stain intensity in tumour nuclei, as the network sees it." },
};

/** How SINI and SITI are written for the network: `paper` darkest brown is 0 like the background; `inverted` is not. */
export type Representation = "paper" | "inverted";

export const representationOf = (text: string): Representation => (text === "paper" ? "paper" : "inverted");

export const NUCLEI_COLOUR = "#2DD4BF";
export const TUMOUR_COLOUR = "#C77DFF";

/** I_la from strong brown through unstained to strong blue. */
export const INTENSITY_STOPS: readonly string[] = ["#3A1A05", "#9A5B22", "#F5F1EA", "#5B8AC4", "#0F2C5C"];
/** The inverted representation begins here, so that the faintest nucleus is told from the background. */
const FAINTEST = 0.15;

const RAMP = ramp(INTENSITY_STOPS);

/** 256 × RGB of a ramp through these colours, evenly spaced. */
export function ramp(stops: readonly string[]): Uint8Array {
  const colours = stops.map(rgbOf);
  const table = new Uint8Array(256 * 3);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (colours.length - 1);
    const from = Math.min(Math.floor(place), colours.length - 2);
    const share = place - from;
    for (let channel = 0; channel < 3; channel++) {
      const low = colours[from]?.[channel] ?? 0;
      const high = colours[from + 1]?.[channel] ?? 0;
      table[level * 3 + channel] = Math.round(low + (high - low) * share);
    }
  }
  return table;
}

/** The grey (0–255) that SINI and SITI hold inside the mask for a stored I_la (0–255). */
export function maskedGrey(level: number, representation: Representation): number {
  const intensity = level / 255;
  return Math.round(255 * (representation === "paper" ? intensity : FAINTEST + (1 - FAINTEST) * (1 - intensity)));
}

/**
 * Paints an overlay of a tile in place of its stored values: `pixels` are RGBA bytes, as a canvas gives them. Masks are
 * transparent outside; maps of intensity are opaque.
 */
export function paintMap(kind: MapKind, representation: Representation, pixels: Uint8ClampedArray): void {
  if (kind === "intensity") {
    for (let at = 0; at < pixels.length; at += 4) {
      const level = (pixels[at] ?? 0) * 3;
      pixels[at] = RAMP[level] ?? 0;
      pixels[at + 1] = RAMP[level + 1] ?? 0;
      pixels[at + 2] = RAMP[level + 2] ?? 0;
      pixels[at + 3] = 255;
    }
    return;
  }
  const mask = kind === "nuclei-mask" || kind === "sini" ? 1 : 2;
  if (kind === "sini" || kind === "siti") {
    const greys = Uint8Array.from({ length: 256 }, (_, level) => maskedGrey(level, representation));
    for (let at = 0; at < pixels.length; at += 4) {
      const grey = (pixels[at + mask] ?? 0) > 127 ? (greys[pixels[at] ?? 0] ?? 0) : 0;
      pixels.fill(grey, at, at + 3);
      pixels[at + 3] = 255;
    }
    return;
  }
  const colour = rgbOf(kind === "nuclei-mask" ? NUCLEI_COLOUR : TUMOUR_COLOUR);
  for (let at = 0; at < pixels.length; at += 4) {
    const inside = (pixels[at + mask] ?? 0) > 127;
    pixels[at] = colour[0];
    pixels[at + 1] = colour[1];
    pixels[at + 2] = colour[2];
    pixels[at + 3] = inside ? 255 : 0;
  }
}

/** A strip of a legend: its colours from left to right, as CSS, and what its ends mean. */
export interface LegendRamp {
  readonly background: string;
  readonly low: string;
  readonly high: string;
}

/** The ramp of an overlay; null for those that are one colour or outlines. */
export function legendRamp(kind: OverlayKind, representation: Representation): LegendRamp | null {
  if (kind === "intensity") {
    return { background: `linear-gradient(90deg, ${INTENSITY_STOPS.join(", ")})`, low: "strong brown", high: "strong blue" };
  }
  if (kind !== "sini" && kind !== "siti") return null;
  const [low, high] = [maskedGrey(0, representation), maskedGrey(255, representation)];
  return { background: `linear-gradient(90deg, rgb(${low} ${low} ${low}), rgb(${high} ${high} ${high}))`, low: "strong brown", high: "strong blue" };
}
