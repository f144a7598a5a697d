import type { Point } from "../geometry/points";
import type { CanvasLayer, Frame, ViewerPointer } from "../viewer/viewer";
import type { Tool, ToolHost, ToolKey } from "./tool";
import { TwoPoints } from "./two-points";

/** A tool that takes two points of the slide, by pointer or keyboard, and draws what they make. */
export abstract class TwoPointTool implements Tool, CanvasLayer {
  abstract readonly id: string;
  abstract readonly label: string;
  abstract readonly hint: string;
  readonly cursor = "crosshair";
  readonly zIndex = 80;

  protected host: ToolHost | null = null;
  protected points: TwoPoints | null = null;

  enter(host: ToolHost): void {
    this.host = host;
    this.points = new TwoPoints(host.viewer, {
      finished: (start, end) => this.finish(host, start, end),
      changed: () => host.viewer.requestRender(),
    });
    host.viewer.addLayer(this);
  }

  exit(): void {
    this.host?.viewer.removeLayer(this.id);
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

  /** Esc first takes back the points set so far, then what else the tool has, then leaves. */
  onKey(key: ToolKey): boolean {
    if (key.key !== "Escape") return this.points?.onKey(key) ?? false;
    if (this.points?.clear() !== true && !this.takeBack()) this.host?.leave();
    return true;
  }

  abstract draw(context: CanvasRenderingContext2D, frame: Frame): void;

  /** Both points are set; level-0 px. */
  protected abstract finish(host: ToolHost, start: Point, end: Point): void;

  /** Whether there was something else to take back. */
  protected takeBack(): boolean {
    return false;
  }
}
