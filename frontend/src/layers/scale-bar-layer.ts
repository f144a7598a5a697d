import { scaleBar } from "../geometry/measure";
import { LABEL_FONT, PLATE } from "../viewer/draw";
import type { CanvasLayer, Frame } from "../viewer/viewer";

/**
 * A scale bar of a round length at the lower left. It lies level whatever the rotation: slide pixels are square, so
 * its length holds in every direction.
 */
export const SCALE_BAR_LAYER = "scale-bar";
const LONGEST_PX = 160;
const INSET_PX = 12;
const PLATE_PX = { height: 38, padding: 10 };

export class ScaleBarLayer implements CanvasLayer {
  readonly id = SCALE_BAR_LAYER;
  readonly zIndex = 90;

  constructor(private readonly umPerPx: number | null) {}

  draw(context: CanvasRenderingContext2D, { view, size }: Frame): void {
    if (size.width < 2 * INSET_PX || size.height < 2 * INSET_PX) return;
    const bar = scaleBar(view.resolution, this.umPerPx, Math.min(LONGEST_PX, size.width / 4));
    context.font = LABEL_FONT;
    const wide = Math.max(bar.widthPx, context.measureText(bar.label).width);
    const top = size.height - INSET_PX - PLATE_PX.height;
    context.fillStyle = PLATE;
    context.beginPath();
    context.roundRect(INSET_PX, top, wide + 2 * PLATE_PX.padding, PLATE_PX.height, 5);
    context.fill();
    const middle = INSET_PX + PLATE_PX.padding + wide / 2;
    const left = middle - bar.widthPx / 2;
    const right = middle + bar.widthPx / 2;
    const y = top + PLATE_PX.height - 9;
    context.beginPath();
    context.moveTo(left, y - 6);
    context.lineTo(left, y);
    context.lineTo(right, y);
    context.lineTo(right, y - 6);
    context.lineJoin = "miter";
    context.lineWidth = 2;
    context.strokeStyle = "#ffffff";
    context.stroke();
    context.textAlign = "center";
    context.textBaseline = "alphabetic";
    context.fillStyle = "#ffffff";
    context.fillText(bar.label, middle, y - 8);
  }
}
