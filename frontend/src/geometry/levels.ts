import type { Size } from "./points";

/** One stored level of a slide's pyramid; index 0 = full size. Sizes in px of that level. */
export interface StoredLevel {
  readonly width_px: number;
  readonly height_px: number;
  readonly tile_width_px: number;
  readonly tile_height_px: number;
}

/**
 * Level-0 px per px of each level. Scanners cut a level's odd rest off, so width/width is slightly wrong:
 * where a whole number explains both sides it is taken, else the mean of both ratios (as OpenSlide does).
 * Throws a RangeError where a level is not smaller than the one before it.
 */
export function levelDownsamples(full: Size, levels: readonly StoredLevel[]): number[] {
  if (levels.length === 0) throw new RangeError("a slide needs at least one level, got none");
  const downsamples = levels.map((level, index) => {
    if (index === 0) return 1;
    const mean = (full.width / level.width_px + full.height / level.height_px) / 2;
    const whole = Math.round(mean);
    return explains(full.width, level.width_px, whole) && explains(full.height, level.height_px, whole) ? whole : mean;
  });
  for (let i = 1; i < downsamples.length; i++) {
    const finer = downsamples[i - 1] ?? 0;
    const coarser = downsamples[i] ?? 0;
    if (!(coarser > finer)) {
      throw new RangeError(`level ${i} must be smaller than level ${i - 1}: downsample ${coarser} after ${finer}`);
    }
  }
  return downsamples;
}

function explains(full: number, stored: number, downsample: number): boolean {
  return Math.abs(full / downsample - stored) <= 1;
}
