import { apply, type Affine } from "../geometry/affine";
import { formatLength } from "../geometry/measure";
import { distance, midpoint, type Point } from "../geometry/points";
import type { CanvasLayer, Frame, ViewerPointer } from "../viewer/viewer";
import { drawCross, drawLabel, strokeWithHalo } from "../viewer/draw";
import type { Tool, ToolHost, ToolKey } from "./tool";
import { TwoPoints } from "./two-points";

export interface Measurement {
  /** Slide frame, level-0 px. */
  readonly start: Point;
  readonly end: Point;
}

const LAYER = "ruler";
const TICK_PX = 6;

/** Measures distances on the slide, in µm where µm/px is known. Measurements stay until Esc or until the tool is left. */
export class RulerTool implements Tool, CanvasLayer {
  readonly id = LAYER;
  readonly label = "Ruler";
  readonly hint =
    "Click two places or drag between them. Keyboard: arrows move the cross, Enter sets a point. Esc clears, Esc again leaves.";
  readonly cursor = "crosshair";
  readonly zIndex = 80;

  measurements: readonly Measurement[] = [];

  private host: ToolHost | null = null;
  private points: TwoPoints | null = null;

  enter(host: ToolHost): void {
    this.host = host;
    this.measurements = [];
    this.points = new TwoPoints(host.viewer, {
      finished: (start, end) => {
        this.measurements = [...this.measurements, { start, end }];
        host.announce(`Distance ${this.lengthOf({ start, end })}`);
      },
      changed: () => host.viewer.requestRender(),
    });
    host.viewer.addLayer(this);
  }

  exit(): void {
    this.host?.viewer.removeLayer(LAYER);
    this.host = null;
    this.points = null;
    this.measurements = [];
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
    if (this.points?.clear() === true) return true;
    if (this.measurements.length > 0) {
      this.measurements = [];
      this.host?.announce("Measurements cleared");
      this.host?.viewer.requestRender();
      return true;
    }
    this.host?.leave();
    return true;
  }

  /** "45.3 µm", or px where µm/px is unknown. */
  lengthOf({ start, end }: Measurement): string {
    return formatLength(distance(start, end), this.host?.viewer.presentation?.um_per_px ?? null);
  }

  draw(context: CanvasRenderingContext2D, { transform }: Frame): void {
    for (const measurement of this.measurements) this.drawRuler(context, transform, measurement);
    const points = this.points;
    if (points === null) return;
    if (points.start !== null && points.end !== null) {
      this.drawRuler(context, transform, { start: points.start, end: points.end });
    }
    if (points.cross !== null) drawCross(context, apply(transform, points.cross));
  }

  private drawRuler(context: CanvasRenderingContext2D, transform: Affine, measurement: Measurement): void {
    const start = apply(transform, measurement.start);
    const end = apply(transform, measurement.end);
    const length = distance(start, end);
    const across = length === 0 ? { x: 0, y: 1 } : { x: -(end.y - start.y) / length, y: (end.x - start.x) / length };
    const path = new Path2D();
    path.moveTo(start.x, start.y);
    path.lineTo(end.x, end.y);
    for (const tip of [start, end]) {
      path.moveTo(tip.x - across.x * TICK_PX, tip.y - across.y * TICK_PX);
      path.lineTo(tip.x + across.x * TICK_PX, tip.y + across.y * TICK_PX);
    }
    strokeWithHalo(context, path);
    if (length === 0) return;
    const middle = midpoint(start, end);
    // The label stands beside the line, always on its upper side.
    const side = across.y > 0 ? -1 : 1;
    const away = 18 + 14 * Math.abs(across.x);
    drawLabel(context, this.lengthOf(measurement), {
      x: middle.x + side * across.x * away,
      y: middle.y + side * across.y * away,
    });
  }
}
