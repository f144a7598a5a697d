import { apply } from "../geometry/affine";
import { formatLength } from "../geometry/measure";
import { boxCorners, boxOfPoints, intersectBoxes, roundOutBox, type Box, type Point } from "../geometry/points";
import type { Frame } from "../viewer/viewer";
import { drawCross, drawLabel, strokeWithHalo } from "../viewer/draw";
import type { ToolHost } from "./tool";
import { TwoPointTool } from "./two-point-tool";

export interface RectangleOptions {
  /** Whole level-0 px, inside the slide. */
  readonly onRectangle: (box: Box) => void;
  /** Smallest side taken, level-0 px. */
  readonly smallestPx?: number;
}

const SMALLEST_PX = 16;

/** Draws one rectangle along the slide's axes, for a new field of view, then leaves. */
export class RectangleTool extends TwoPointTool {
  readonly id = "rectangle";
  readonly label = "Field of view";
  readonly hint =
    "Click two opposite corners or drag between them. Keyboard: arrows move the cross, Enter sets a corner. Esc leaves.";

  constructor(private readonly options: RectangleOptions) {
    super();
  }

  draw(context: CanvasRenderingContext2D, { transform }: Frame): void {
    const points = this.points;
    if (points === null) return;
    if (points.start !== null && points.end !== null) {
      const box = boxOfPoints([points.start, points.end]);
      const corners = boxCorners(box).map((corner) => apply(transform, corner));
      const path = new Path2D();
      corners.forEach(({ x, y }, index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
      path.closePath();
      strokeWithHalo(context, path);
      const umPerPx = this.host?.viewer.presentation?.um_per_px ?? null;
      const bounds = boxOfPoints(corners);
      if (bounds.width > 0 && bounds.height > 0) {
        drawLabel(context, `${formatLength(box.width, umPerPx)} × ${formatLength(box.height, umPerPx)}`, {
          x: bounds.x + bounds.width / 2,
          y: bounds.y - 16,
        });
      }
    }
    if (points.cross !== null) drawCross(context, apply(transform, points.cross));
  }

  protected finish(host: ToolHost, start: Point, end: Point): void {
    const slide = host.viewer.presentation;
    if (slide === null) return;
    const whole: Box = { x: 0, y: 0, width: slide.width_px, height: slide.height_px };
    const box = intersectBoxes(boxOfPoints([start, end]), whole);
    const smallest = this.options.smallestPx ?? SMALLEST_PX;
    if (box === null || box.width < smallest || box.height < smallest) {
      host.announce(`Too small: both sides need at least ${smallest} px inside the slide`);
      return;
    }
    host.leave();
    this.options.onRectangle(intersectBoxes(roundOutBox(box), whole) ?? box);
  }
}
