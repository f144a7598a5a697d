/** Outlines or raster: by how many nuclei would be on the screen, and how large. */
export type OverlayMode = "cells" | "density";

export interface ModeQuestion {
  /** Level-0 px per CSS px. */
  readonly resolution: number;
  readonly umPerPx: number | null;
  /** Cells expected in the view; null while the density is unknown. */
  readonly expected: number | null;
  readonly limit: number;
  readonly before: OverlayMode;
}

const TYPICAL_RADIUS_UM = 4;
/** Where µm/px is unknown: a nucleus at 0.33 µm/px. */
const TYPICAL_RADIUS_PX = 12;
const SMALLEST_RADIUS_ON_SCREEN = 1.2;

/**
 * Raster above the limit, or where a nucleus would be a dot; the switch back needs a tenth less, so that a view at
 * the border does not flicker.
 */
export function chooseMode({ resolution, umPerPx, expected, limit, before }: ModeQuestion): OverlayMode {
  if (expected === null) return "cells";
  const give = before === "cells" ? 1 : 0.9;
  const radiusPx = umPerPx === null ? TYPICAL_RADIUS_PX : TYPICAL_RADIUS_UM / umPerPx;
  const large = radiusPx / resolution >= SMALLEST_RADIUS_ON_SCREEN / give;
  return large && expected <= limit * give ? "cells" : "density";
}
