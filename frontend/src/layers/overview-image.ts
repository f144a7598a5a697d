import { tileUrl } from "../viewer/tile-url";
import type { ViewerPresentation } from "../viewer/viewer";

/** A small picture of the whole slide: its thumbnail, else put together from the tiles of its coarsest level. */
const MOST_TILES = 144;
const AT_ONCE = 4;
const LONGEST_PX = 512;

export async function loadOverviewImage(
  presentation: ViewerPresentation,
  thumbnailUrl: string | null,
  signal: AbortSignal,
): Promise<CanvasImageSource | null> {
  if (thumbnailUrl !== null) {
    const picture = await fetchPicture(thumbnailUrl, signal);
    if (picture !== null) return picture;
  }
  return composeCoarsest(presentation, signal);
}

async function composeCoarsest(presentation: ViewerPresentation, signal: AbortSignal): Promise<HTMLCanvasElement | null> {
  const level = presentation.levels.length - 1;
  const coarsest = presentation.levels[level];
  if (coarsest === undefined) return null;
  const columns = Math.ceil(coarsest.width_px / coarsest.tile_width_px);
  const rows = Math.ceil(coarsest.height_px / coarsest.tile_height_px);
  if (columns * rows > MOST_TILES) return null;
  const scale = Math.min(1, LONGEST_PX / Math.max(coarsest.width_px, coarsest.height_px));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(coarsest.width_px * scale));
  canvas.height = Math.max(1, Math.round(coarsest.height_px * scale));
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  const places = Array.from({ length: columns * rows }, (_, i) => ({ column: i % columns, row: Math.floor(i / columns) }));
  const work = async (): Promise<void> => {
    for (let place = places.shift(); place !== undefined; place = places.shift()) {
      const tile = await fetchPicture(tileUrl(presentation, level, place.column, place.row), signal);
      if (tile === null) continue;
      const x = place.column * coarsest.tile_width_px * scale;
      const y = place.row * coarsest.tile_height_px * scale;
      context.drawImage(tile, x, y, tile.width * scale, tile.height * scale);
      tile.close();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return canvas;
}

async function fetchPicture(url: string, signal: AbortSignal): Promise<ImageBitmap | null> {
  try {
    const answer = await fetch(url, { signal, credentials: "same-origin" });
    return answer.ok ? await createImageBitmap(await answer.blob()) : null;
  } catch {
    // Without a picture the overview still shows where the view is.
    return null;
  }
}
