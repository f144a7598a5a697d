import { scaleBar } from "../geometry/measure";
import type { CanvasLayer, Frame } from "../viewer/viewer";

/**
 * A scale bar of a round length at the lower left. It lies level whatever the rotation: slide pixels are square, so
 * its length holds in every direction.
 */
export const SCALE_BAR_LAYER = "scale-bar";
const LONGEST_PX = 160;
const INSET_PX = 16;

export class ScaleBarLayer implements CanvasLayer {
  readonly id = SCALE_BAR_LAYER;
  readonly zIndex = 90;

  constructor(private readonly umPerPx: number | null) {}

  draw(context: CanvasRenderingContext2D, { view, size }: Frame): void {
    if (size.width < 2 * INSET_PX || size.height < 2 * INSET_PX) return;
    const bar = scaleBar(view.resolution, this.umPerPx, Math.min(LONGEST_PX, size.width / 4));
    const left = INSET_PX;
    const right = left + bar.widthPx;
    const y = size.height - INSET_PX;
    context.lineCap = "butt";
    for (const [width, colour] of [
      [5, "rgba(12, 12, 14, 0.75)"],
      [2, "#ffffff"],
    ] as const) {
      const grow = (width - 2) / 2;
      context.beginPath();
      context.moveTo(left, y - 7 - grow);
      context.lineTo(left, y);
      context.moveTo(right, y - 7 - grow);
      context.lineTo(right, y);
      context.moveTo(left - 1 - grow, y);
      context.lineTo(right + 1 + grow, y);
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    }
    context.font = "600 13px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = "rgba(12, 12, 14, 0.75)";
    context.strokeText(bar.label, (left + right) / 2, y - 8);
    context.fillStyle = "#ffffff";
    context.fillText(bar.label, (left + right) / 2, y - 8);
  }
}
