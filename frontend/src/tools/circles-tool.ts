import { apply } from "../geometry/affine";
import { distance, type Point } from "../geometry/points";
import { circleAt, type CoreMap } from "../state/core-map";
import { strokeWithHalo } from "../viewer/draw";
import type { CanvasLayer, Frame, ViewerPointer } from "../viewer/viewer";
import type { Tool, ToolHost, ToolKey } from "./tool";

/** What the hand or the keyboard does to circles; whoever holds the map carries it out. Slide frame, level-0 px. */
export interface CircleEvents {
  map(): CoreMap;
  chosen(): string | null;
  choose(key: string | null): void;
  /** `done` false while the drag goes on. */
  move(key: string, centre: Point, done: boolean): void;
  resize(key: string, radiusPx: number, done: boolean): void;
  add(centre: Point): void;
  remove(key: string): void;
  toggleMissing(key: string): void;
  step(direction: 1 | -1): void;
}

const RIM_PX = 8;
const CLICK_PX = 3;
const STEP_PX = 8;
const RADIUS_STEP = 1.04;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

interface Drag {
  key: string;
  part: "rim" | "inside";
  /** From the circle's centre to where it was taken. */
  grip: Point;
  pressedAt: Point;
  moved: boolean;
}

/** Moves, sizes, adds and removes circles. What is no circle pans as always. */
export class CirclesTool implements Tool, CanvasLayer {
  readonly id = "circles";
  readonly label = "Cores";
  readonly hint = "Drag a circle to move it, the chosen one’s rim to size it. Shift+click adds.";
  readonly cursor = "default";
  readonly zIndex = 70;
  private host: ToolHost | null = null;
  private drag: Drag | null = null;

  constructor(private readonly events: CircleEvents) {}

  enter(host: ToolHost): void {
    this.host = host;
    host.viewer.addLayer(this);
  }

  exit(): void {
    this.host?.viewer.removeLayer(this.id);
    this.host = null;
    this.drag = null;
  }

  onPointerDown(pointer: ViewerPointer): boolean {
    const host = this.host;
    if (host === null || pointer.button !== 0) return false;
    if (pointer.shiftKey) {
      this.events.add(pointer.slide);
      return true;
    }
    const rimPx = RIM_PX * host.viewer.getView().resolution;
    const hit = circleAt(this.events.map(), pointer.slide, rimPx, this.events.chosen());
    const core = this.events.map().find((one) => one.key === hit?.key);
    if (hit === null || core === undefined) return false;
    this.events.choose(hit.key);
    const grip = { x: pointer.slide.x - core.centre.x, y: pointer.slide.y - core.centre.y };
    this.drag = { ...hit, grip, pressedAt: pointer.screen, moved: false };
    return true;
  }

  onPointerMove(pointer: ViewerPointer): boolean {
    if (this.drag === null) return false;
    if (!this.drag.moved && distance(this.drag.pressedAt, pointer.screen) < CLICK_PX) return true;
    this.drag.moved = true;
    this.follow(this.drag, pointer.slide, false);
    return true;
  }

  onPointerUp(pointer: ViewerPointer): boolean {
    const drag = this.drag;
    this.drag = null;
    if (drag === null) return false;
    if (drag.moved) this.follow(drag, pointer.slide, true);
    return true;
  }

  private follow({ key, part, grip }: Drag, at: Point, done: boolean): void {
    if (part === "inside") {
      this.events.move(key, { x: at.x - grip.x, y: at.y - grip.y }, done);
      return;
    }
    const core = this.events.map().find((one) => one.key === key);
    if (core !== undefined) this.events.resize(key, distance(core.centre, at), done);
  }

  onKey({ key, shiftKey, ctrlKey, altKey }: ToolKey): boolean {
    const host = this.host;
    if (host === null || ctrlKey || altKey) return false;
    const lower = key.toLowerCase();
    if (lower === "n" || lower === "p") {
      this.events.step(lower === "n" ? 1 : -1);
      return true;
    }
    if (lower === "a") {
      this.events.add(host.viewer.getView().centre);
      return true;
    }
    const core = this.events.map().find((one) => one.key === this.events.chosen());
    if (core === undefined) return false;
    const arrow = ARROWS[key];
    if (arrow !== undefined) {
      const at = host.viewer.toScreen(core.centre);
      const step = shiftKey ? 1 : STEP_PX;
      this.events.move(core.key, host.viewer.toSlide({ x: at.x + arrow.x * step, y: at.y + arrow.y * step }), true);
      return true;
    }
    if (key === "[" || key === "]") this.events.resize(core.key, key === "]" ? core.radiusPx * RADIUS_STEP : core.radiusPx / RADIUS_STEP, true);
    else if (lower === "m") this.events.toggleMissing(core.key);
    else if (key === "Delete" || key === "Backspace") this.events.remove(core.key);
    else if (key === "Escape") this.events.choose(null);
    else return false;
    return true;
  }

  /** Four grips on the rim of the chosen circle. */
  draw(context: CanvasRenderingContext2D, { transform, view }: Frame): void {
    const core = this.events.map().find((one) => one.key === this.events.chosen());
    if (core === undefined) return;
    const centre = apply(transform, core.centre);
    const radius = core.radiusPx / view.resolution;
    const path = new Path2D();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) path.rect(centre.x + dx * radius - 3, centre.y + dy * radius - 3, 6, 6);
    strokeWithHalo(context, path);
  }
}
