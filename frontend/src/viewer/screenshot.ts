import type { Size } from "../geometry/points";
import { TILE_CLASS_NAME } from "./tile-layer";

/** All canvases of the viewer in `target` laid over each other, as PNG in device pixels; copies them at once. */
export function screenPicture(target: HTMLElement, { width, height }: Size, flipped: boolean): Promise<Blob> {
  const ratio = globalThis.devicePixelRatio || 1;
  const output = document.createElement("canvas");
  output.width = Math.round(width * ratio);
  output.height = Math.round(height * ratio);
  const context = output.getContext("2d");
  if (context === null) return Promise.reject(new Error("This browser cannot draw the picture."));
  for (const canvas of target.querySelectorAll<HTMLCanvasElement>(".ol-layers canvas")) {
    const mirrored = flipped && canvas.closest(`.${TILE_CLASS_NAME}`) !== null;
    context.setTransform(mirrored ? -1 : 1, 0, 0, 1, mirrored ? output.width : 0, 0);
    context.drawImage(canvas, 0, 0, output.width, output.height);
  }
  return new Promise((resolve, reject) => {
    output.toBlob((blob) => {
      if (blob === null) reject(new Error("This browser could not write the picture."));
      else resolve(blob);
    });
  });
}
