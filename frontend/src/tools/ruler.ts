import { apply, type Affine } from "../geometry/affine";
import { formatLength } from "../geometry/measure";
import { distance, midpoint, type Point } from "../geometry/points";
import type { Frame } from "../viewer/viewer";
import { drawCross, drawLabel, strokeWithHalo } from "../viewer/draw";
import type { ToolHost } from "./tool";
import { TwoPointTool } from "./two-point-tool";

export interface Measurement {
  /** Slide frame, level-0 px. */
  readonly start: Point;
  readonly end: Point;
}

const TICK_PX = 6;

/** Measures distances on the slide, in µm where µm/px is known. Measurements stay until Esc or until the tool is left. */
export class RulerTool extends TwoPointTool {
  readonly id = "ruler";
  readonly label = "Ruler";
  readonly hint =
    "Click two places or drag between them. Keyboard: arrows move the cross, Enter sets a point. Esc clears, Esc again leaves.";

  measurements: readonly Measurement[] = [];

  override enter(host: ToolHost): void {
    this.measurements = [];
    super.enter(host);
  }

  override exit(): void {
    super.exit();
    this.measurements = [];
  }

  protected finish(host: ToolHost, start: Point, end: Point): void {
    this.measurements = [...this.measurements, { start, end }];
    host.announce(`Distance ${this.lengthOf({ start, end })}`);
  }

  protected override takeBack(): boolean {
    if (this.measurements.length === 0) return false;
    this.measurements = [];
    this.host?.announce("Measurements cleared");
    this.host?.viewer.requestRender();
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
