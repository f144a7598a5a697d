import { distance, type Point } from "../geometry/points";
import type { Viewer, ViewerPointer } from "../viewer/viewer";
import type { ToolKey } from "./tool";

/**
 * Two places on the slide: by click and click, by drag, or by keyboard (arrows move a cross, Shift by single pixels,
 * Enter puts a point). Shared by every tool that spans something.
 */
export interface TwoPointsEvents {
  finished(start: Point, end: Point): void;
  changed(): void;
}

/** A press that moves less than this (CSS px) is a click. */
const CLICK_PX = 4;
const STEP_PX = 10;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export class TwoPoints {
  /** Slide frame. */
  start: Point | null = null;
  /** Where the second point would go now, slide frame. */
  end: Point | null = null;
  /** The keyboard's cross, slide frame; null while the mouse is used. */
  cross: Point | null = null;

  private pressedAt: Point | null = null;
  private pressBegan = false;

  constructor(
    private readonly viewer: Viewer,
    private readonly events: TwoPointsEvents,
  ) {}

  onPointerDown(pointer: ViewerPointer): boolean {
    if (pointer.button !== 0) return false;
    this.cross = null;
    this.pressedAt = pointer.screen;
    this.pressBegan = this.start === null;
    if (this.start === null) this.start = pointer.slide;
    this.end = pointer.slide;
    this.events.changed();
    return true;
  }

  onPointerMove(pointer: ViewerPointer): boolean {
    if (this.start === null) return this.pressedAt !== null;
    this.end = pointer.slide;
    this.events.changed();
    return true;
  }

  onPointerUp(pointer: ViewerPointer): boolean {
    const pressedAt = this.pressedAt;
    this.pressedAt = null;
    if (pressedAt === null || this.start === null) return false;
    const wasClick = distance(pressedAt, pointer.screen) < CLICK_PX;
    // The first click only places the start; a drag, or the second click, ends it.
    if (this.pressBegan && wasClick) return true;
    this.finish(pointer.slide);
    return true;
  }

  onKey({ key, shiftKey, ctrlKey, altKey }: ToolKey): boolean {
    if (ctrlKey || altKey) return false;
    const arrow = ARROWS[key];
    if (arrow !== undefined) {
      this.moveCross(arrow, shiftKey ? 1 : STEP_PX);
      return true;
    }
    if (key !== "Enter") return false;
    const place = this.cross ?? this.middle();
    this.cross = place;
    if (this.start === null) {
      this.start = place;
      this.end = place;
      this.events.changed();
    } else {
      this.finish(place);
    }
    return true;
  }

  /** True when there was something to drop. */
  clear(): boolean {
    const had = this.start !== null;
    this.start = null;
    this.end = null;
    this.pressedAt = null;
    if (had) this.events.changed();
    return had;
  }

  private finish(end: Point): void {
    const start = this.start;
    this.start = null;
    this.end = null;
    if (start !== null && distance(start, end) > 0) this.events.finished(start, end);
    this.events.changed();
  }

  private moveCross(direction: Point, stepPx: number): void {
    const at = this.viewer.toScreen(this.cross ?? this.middle());
    const size = this.viewer.getSize();
    const next = { x: at.x + direction.x * stepPx, y: at.y + direction.y * stepPx };
    // At the edge of the viewport the picture moves on instead.
    const over = {
      x: Math.max(0, next.x - size.width) + Math.min(0, next.x),
      y: Math.max(0, next.y - size.height) + Math.min(0, next.y),
    };
    this.cross = this.viewer.toSlide(next);
    if (over.x !== 0 || over.y !== 0) this.viewer.panBy(over.x, over.y);
    if (this.start !== null) this.end = this.cross;
    this.events.changed();
  }

  private middle(): Point {
    return this.viewer.getView().centre;
  }
}
