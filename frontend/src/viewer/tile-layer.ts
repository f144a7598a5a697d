import type ImageTile from "ol/DataTile.js";
import type BaseTileLayer from "ol/layer/BaseTile.js";
import CanvasTileLayer from "ol/layer/Tile.js";
import WebGLTileLayer from "ol/layer/WebGLTile.js";
import type Projection from "ol/proj/Projection.js";
import ImageTileSource from "ol/source/ImageTile.js";
import TileGrid from "ol/tilegrid/TileGrid.js";
import { levelDownsamples } from "../geometry/levels";
import { tileStyle } from "./shader";
import type { ShaderVariables } from "./stain";
import type { TileAccess } from "./tile-access";
import { tileUrl } from "./tile-url";
import type { ViewerPresentation } from "./viewer";

/** The tissue: stored levels as they are (any steps, any tile sizes), drawn by WebGL or, without it, by canvas. */
export const TILE_CLASS_NAME = "duoscope-tiles";
const TEXTURES_KEPT = 384;

/** OpenLayers counts zoom levels from the coarsest; y points up there, so the slide lies below 0. */
export function slideTileGrid(presentation: ViewerPresentation): TileGrid {
  const { width_px: width, height_px: height, levels } = presentation;
  const downsamples = levelDownsamples({ width, height }, levels);
  return new TileGrid({
    extent: [0, -height, width, 0],
    origin: [0, 0],
    resolutions: downsamples.toReversed(),
    tileSizes: levels.toReversed().map((level) => [level.tile_width_px, level.tile_height_px]),
  });
}

/** A tile as pixels of exactly the grid's tile size: a smaller one at the edge is padded, not stretched. */
export async function decodeTile(blob: Blob, width: number, height: number): Promise<ImageBitmap> {
  // The pixels count, not a monitor profile in the JPEG: separation needs what the scanner wrote.
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
  if (bitmap.width >= width && bitmap.height >= height) return bitmap;
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(width, bitmap.width);
  canvas.height = Math.max(height, bitmap.height);
  const context = canvas.getContext("2d");
  if (context === null) return bitmap;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return createImageBitmap(canvas);
}

export function slideTileSource(
  presentation: ViewerPresentation,
  projection: Projection,
  access: TileAccess,
): ImageTileSource {
  const tileGrid = slideTileGrid(presentation);
  const finest = presentation.levels.length - 1;
  const source = new ImageTileSource({
    projection,
    tileGrid,
    wrapX: false,
    transition: 120,
    interpolate: true,
    loader: async (z, column, row, { signal }) => {
      const stored = presentation.levels[finest - z];
      if (stored === undefined) throw new RangeError(`no level for zoom ${z}: the slide has ${finest + 1} levels`);
      const blob = await access.load(tileUrl(presentation, finest - z, column, row), signal);
      return decodeTile(blob, stored.tile_width_px, stored.tile_height_px);
    },
  });
  source.on("tileloaderror", ({ tile }) => {
    access.failed(tile.tileCoord.join("/"), (tile as ImageTile).getError(), () => tile.load());
  });
  source.on("tileloadend", ({ tile }) => access.loaded(tile.tileCoord.join("/")));
  return source;
}

export function tissueLayer(
  source: ImageTileSource,
  webgl: boolean,
  variables: ShaderVariables,
): BaseTileLayer<ImageTileSource, never> {
  const options = { source, className: TILE_CLASS_NAME, cacheSize: TEXTURES_KEPT, zIndex: 0 };
  const layer = webgl
    ? new WebGLTileLayer({ ...options, preload: 1, style: tileStyle(variables) })
    : new CanvasTileLayer<ImageTileSource>({ ...options, preload: 1 });
  return layer as unknown as BaseTileLayer<ImageTileSource, never>;
}

export { WebGLTileLayer };
