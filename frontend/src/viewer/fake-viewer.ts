import { apply, fitView, invert, normaliseDegrees, viewTransform, visibleBox, type View } from "../geometry/affine";
import { magnificationOf, resolutionFor } from "../geometry/magnification";
import { clamp, type Box, type Point, type Size } from "../geometry/points";
import { Listeners } from "./listeners";
import {
  CLOSEST_RESOLUTION,
  DISPLAY_AS_SCANNED,
  farthestResolution,
  validDisplay,
  type CanvasLayer,
  type Display,
  type PointerHandler,
  type TileStatus,
  type Unsubscribe,
  type ViewChange,
  type Viewer,
  type ViewerCapabilities,
  type ViewerPointer,
  type ViewerPresentation,
} from "./viewer";

/**
 * The viewer for tests: keeps the contract without drawing. Views change at once; pointers, sizes and tile troubles
 * are played in by the test. Both viewers pass viewer-contract.ts.
 */
export class FakeViewer implements Viewer {
  presentation: ViewerPresentation | null = null;
  readonly layers = new Map<string, CanvasLayer>();
  cursor: string | null = null;
  renderRequests = 0;
  tileRetries = 0;

  private view: View = { centre: { x: 0, y: 0 }, resolution: 1, rotationDeg: 0, flipped: false };
  private display: Display = DISPLAY_AS_SCANNED;
  private handler: PointerHandler | null = null;
  private tileStatus: TileStatus = { loading: 0, failed: 0, trouble: "none" };
  private queued = false;
  private destroyed = false;
  private readonly viewListeners = new Listeners<ViewChange>();
  private readonly sizeListeners = new Listeners<Size>();
  private readonly displayListeners = new Listeners<Display>();
  private readonly hoverListeners = new Listeners<ViewerPointer | null>();
  private readonly clickListeners = new Listeners<Point>();
  private readonly tileListeners = new Listeners<TileStatus>();

  constructor(
    private size: Size = { width: 800, height: 600 },
    readonly capabilities: ViewerCapabilities = { stainSeparationUnavailable: null },
  ) {}

  // --- what a test plays in -------------------------------------------------------------------------------------

  resize(size: Size): void {
    this.size = size;
    this.sizeListeners.tell(size);
    this.queueViewChange();
  }

  /** A click on a place of the slide. */
  click(slide: Point): void {
    this.clickListeners.tell(slide);
  }

  /** A pointer event at a screen place; returns whether the tool took it. */
  point(kind: "down" | "move" | "up", screen: Point, more: Partial<ViewerPointer> = {}): boolean {
    const pointer = this.pointerAt(screen, more);
    if (kind === "move") this.hoverListeners.tell(pointer);
    if (this.handler === null) return false;
    if (kind === "down") return this.handler.onPointerDown(pointer);
    return kind === "move" ? this.handler.onPointerMove(pointer) : this.handler.onPointerUp(pointer);
  }

  leave(): void {
    this.hoverListeners.tell(null);
  }

  setTileStatus(status: TileStatus): void {
    this.tileStatus = status;
    this.tileListeners.tell(status);
  }

  /** Draws every layer once, as a still frame, into `context`. */
  draw(context: CanvasRenderingContext2D, moving = false): void {
    const frame = {
      view: this.view,
      size: this.size,
      pixelRatio: 1,
      transform: viewTransform(this.view, this.size),
      box: visibleBox(this.view, this.size),
      moving,
    };
    for (const layer of [...this.layers.values()].toSorted((a, b) => a.zIndex - b.zIndex)) layer.draw(context, frame);
  }

  // --- the contract ---------------------------------------------------------------------------------------------

  open(presentation: ViewerPresentation): void {
    if (this.destroyed) return;
    this.presentation = presentation;
    this.view = { ...this.view, rotationDeg: presentation.rotation_deg, flipped: presentation.flipped };
    this.fit();
  }

  destroy(): void {
    this.destroyed = true;
    for (const id of this.layers.keys()) this.removeLayer(id);
    for (const listeners of [this.viewListeners, this.sizeListeners, this.displayListeners, this.hoverListeners]) {
      listeners.clear();
    }
    this.tileListeners.clear();
  }

  getSize(): Size {
    return this.size;
  }

  getView(): View {
    return this.view;
  }

  setView(change: Partial<View>): void {
    const presentation = this.presentation;
    if (this.destroyed || presentation === null) return;
    const slide: Size = { width: presentation.width_px, height: presentation.height_px };
    const wanted = { ...this.view, ...change };
    this.view = {
      centre: { x: clamp(wanted.centre.x, 0, slide.width), y: clamp(wanted.centre.y, 0, slide.height) },
      resolution: clamp(wanted.resolution, CLOSEST_RESOLUTION, farthestResolution(slide)),
      rotationDeg: normaliseDegrees(wanted.rotationDeg),
      flipped: wanted.flipped,
    };
    this.queueViewChange();
  }

  onViewChange(listener: (change: ViewChange) => void): Unsubscribe {
    return this.viewListeners.add(listener);
  }

  onSizeChange(listener: (size: Size) => void): Unsubscribe {
    return this.sizeListeners.add(listener);
  }

  getMagnification(): number | null {
    return magnificationOf(this.view.resolution, this.presentation?.um_per_px ?? null);
  }

  zoomToMagnification(magnification: number): boolean {
    const resolution = resolutionFor(magnification, this.presentation?.um_per_px ?? null);
    if (resolution === null) return false;
    this.setView({ resolution });
    return true;
  }

  fit(box?: Box): void {
    if (this.presentation === null) return;
    const whole = { x: 0, y: 0, width: this.presentation.width_px, height: this.presentation.height_px };
    this.setView(fitView(box ?? whole, this.size, this.view.rotationDeg, this.view.flipped));
  }

  panBy(x: number, y: number): void {
    this.setView({ centre: this.toSlide({ x: this.size.width / 2 + x, y: this.size.height / 2 + y }) });
  }

  zoomBy(factor: number, anchor?: Point): void {
    if (this.presentation === null || !(factor > 0)) return;
    const { width_px: width, height_px: height } = this.presentation;
    const before = this.view;
    const resolution = clamp(before.resolution / factor, CLOSEST_RESOLUTION, farthestResolution({ width, height }));
    const share = resolution / before.resolution;
    const fixed = anchor === undefined ? before.centre : this.toSlide(anchor);
    const x = fixed.x + (before.centre.x - fixed.x) * share;
    const y = fixed.y + (before.centre.y - fixed.y) * share;
    this.setView({ centre: { x, y }, resolution });
  }

  rotateBy(degrees: number): void {
    this.setView({ rotationDeg: this.view.rotationDeg + degrees });
  }

  getDisplay(): Display {
    return this.display;
  }

  setDisplay(change: Partial<Display>): void {
    if (this.destroyed) return;
    const wanted = validDisplay({ ...this.display, ...change });
    this.display = this.capabilities.stainSeparationUnavailable === null ? wanted : { ...wanted, stain: "original" };
    this.displayListeners.tell(this.display);
  }

  onDisplayChange(listener: (display: Display) => void): Unsubscribe {
    return this.displayListeners.add(listener);
  }

  toScreen(slide: Point): Point {
    return apply(viewTransform(this.view, this.size), slide);
  }

  toSlide(screen: Point): Point {
    return apply(invert(viewTransform(this.view, this.size)), screen);
  }

  addLayer(layer: CanvasLayer): void {
    if (this.destroyed) return;
    this.removeLayer(layer.id);
    this.layers.set(layer.id, layer);
    layer.attached?.({ requestRender: () => this.requestRender() });
  }

  removeLayer(id: string): void {
    const layer = this.layers.get(id);
    if (layer === undefined) return;
    this.layers.delete(id);
    layer.detached?.();
  }

  requestRender(): void {
    this.renderRequests += 1;
  }

  setPointerHandler(handler: PointerHandler | null): void {
    this.handler = handler;
  }

  setCursor(cursor: string | null): void {
    this.cursor = cursor;
  }

  onHover(listener: (pointer: ViewerPointer | null) => void): Unsubscribe {
    return this.hoverListeners.add(listener);
  }

  onClick(listener: (slide: Point) => void): Unsubscribe {
    return this.clickListeners.add(listener);
  }

  getTileStatus(): TileStatus {
    return this.tileStatus;
  }

  onTileStatus(listener: (status: TileStatus) => void): Unsubscribe {
    return this.tileListeners.add(listener);
  }

  retryTiles(): void {
    this.tileRetries += 1;
  }

  whenDrawn(): Promise<void> {
    return Promise.resolve();
  }

  screenshot(): Promise<Blob> {
    return Promise.resolve(new Blob([], { type: "image/png" }));
  }

  private pointerAt(screen: Point, more: Partial<ViewerPointer>): ViewerPointer {
    const slide = this.presentation === null ? screen : this.toSlide(screen);
    const none = { button: 0, shiftKey: false, ctrlKey: false, altKey: false, pointerType: "mouse" };
    return { ...none, ...more, screen, slide };
  }

  private queueViewChange(): void {
    if (this.queued || this.destroyed) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      if (!this.destroyed) this.viewListeners.tell({ view: this.view, moving: false });
    });
  }
}
