/** Which method suits a slide, and which one is offered first. Pure. */

import type { ModelCard } from "../../api/types";

/** Why this method cannot be used here, or null. */
export function unsuitable(card: ModelCard, marker: string, umPerPx: number | null): string | null {
  if (card.installed === false) return "its weights are not installed here";
  if (card.markers.length > 0 && !card.markers.includes(marker)) return `made for ${card.markers.join(", ")}, this slide is ${marker}`;
  const { min_um_per_px: low, max_um_per_px: high } = card;
  if (umPerPx !== null && low != null && umPerPx < low) return `needs at least ${low} µm/px`;
  if (umPerPx !== null && high != null && umPerPx > high) return `needs ${high} µm/px or finer; this slide has ${umPerPx}`;
  return null;
}

/**
 * The method offered first: the protocol's first that suits, else the default of a scheme, else any that suits.
 * `preferred` are the protocol's algorithms as "key@version".
 */
export function defaultMethod(cards: readonly ModelCard[], preferred: readonly string[], marker: string, umPerPx: number | null): ModelCard | null {
  const suited = cards.filter((card) => unsuitable(card, marker, umPerPx) === null);
  const named = preferred.map((name) => suited.find((card) => `${card.key}@${card.version}` === name)).find(Boolean);
  return named ?? suited.find((card) => (card.default_for ?? []).length > 0) ?? suited[0] ?? null;
}

/** Parameters that the slide itself answers, so that nobody has to type them. */
export function parametersFor(card: ModelCard, marker: string): Record<string, unknown> {
  const takesMarker = card.parameters.find((parameter) => parameter.name === "marker");
  return takesMarker?.choices?.includes(marker) ? { marker } : {};
}

export const presetsOf = (card: ModelCard): string[] => (Array.isArray(card.presets) ? card.presets : Object.keys(card.presets));

/** The preset used when none is chosen. */
export const defaultPreset = (card: ModelCard): string => {
  const presets = presetsOf(card);
  return presets.includes("default") ? "default" : (presets[0] ?? "");
};
