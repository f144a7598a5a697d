import { apply } from "../geometry/affine";
import { formatLength } from "../geometry/measure";
import { boxCorners, boxOfPoints, intersectBoxes, roundOutBox, type Box, type Point } from "../geometry/points";
import type { CanvasLayer, Frame, ViewerPointer } from "../viewer/viewer";
import { drawCross, drawLabel, strokeWithHalo } from "../viewer/draw";
import type { Tool, ToolHost, ToolKey } from "./tool";
import { TwoPoints } from "./two-points";

export interface RectangleOptions {
  /** Whole level-0 px, inside the slide. */
  readonly onRectangle: (box: Box) => void;
  /** Smallest side taken, level-0 px. */
  readonly smallestPx?: number;
}

const LAYER = "rectangle";
const SMALLEST_PX = 16;

/** Draws one rectangle along the slide's axes, for a new field of view, then leaves. */
export class RectangleTool implements Tool, CanvasLayer {
  readonly id = LAYER;
  readonly label = "Field of view";
  readonly hint =
    "Click two opposite corners or drag between them. Keyboard: arrows move the cross, Enter sets a corner. Esc leaves.";
  readonly cursor = "crosshair";
  readonly zIndex = 80;

  private host: ToolHost | null = null;
  private points: TwoPoints | null = null;

  constructor(private readonly options: RectangleOptions) {}

  enter(host: ToolHost): void {
    this.host = host;
    this.points = new TwoPoints(host.viewer, {
      finished: (start, end) => this.finish(start, end),
      changed: () => host.viewer.requestRender(),
    });
    host.viewer.addLayer(this);
  }

  exit(): void {
    this.host?.viewer.removeLayer(LAYER);
    this.host = null;
    this.points = null;
  }

  onPointerDown(pointer: ViewerPointer): boolean {
    return this.points?.onPointerDown(pointer) ?? false;
  }

  onPointerMove(pointer: ViewerPointer): boolean {
    return this.points?.onPointerMove(pointer) ?? false;
  }

  onPointerUp(pointer: ViewerPointer): boolean {
    return this.points?.onPointerUp(pointer) ?? false;
  }

  onKey(key: ToolKey): boolean {
    if (key.key !== "Escape") return this.points?.onKey(key) ?? false;
    if (this.points?.clear() !== true) this.host?.leave();
    return true;
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

  private finish(start: Point, end: Point): void {
    const host = this.host;
    const slide = host?.viewer.presentation ?? null;
    if (host === null || slide === null) return;
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
