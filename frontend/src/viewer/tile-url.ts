import type { ViewerPresentation } from "./viewer";

/** The address of one stored tile; level 0 = full size. */
export function tileUrl(
  presentation: Pick<ViewerPresentation, "id" | "tile_url">,
  level: number,
  column: number,
  row: number,
): string {
  return presentation.tile_url
    .replace("{id}", encodeURIComponent(presentation.id))
    .replace("{level}", String(level))
    .replace("{column}", String(column))
    .replace("{row}", String(row));
}
