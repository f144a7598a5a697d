import OlMap from "ol/Map.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import OlView from "ol/View.js";
import { easeOut } from "ol/easing.js";
import type BaseTileLayer from "ol/layer/BaseTile.js";
import type ImageTileSource from "ol/source/ImageTile.js";
import { apply, fitView, invert, viewTransform, type View } from "../geometry/affine";
import { magnificationOf, resolutionFor } from "../geometry/magnification";
import { clamp, type Box, type Point, type Size } from "../geometry/points";
import { AdjustmentFilter } from "./adjustment-filter";
import { isMiddleButton, viewerInteractions } from "./interactions";
import { LayerStack } from "./layer-stack";
import { Listeners } from "./listeners";
import { ANIMATION_MS, prefersReducedMotion } from "./motion";
import { screenPicture } from "./screenshot";
import { shaderKind, tileStyle, type ShaderKind } from "./shader";
import { shortestTurn, slideView, tidyDegrees } from "./slide-view";
import { shaderVariables } from "./stain";
import { TileAccess, type RenewAccess } from "./tile-access";
import { slideTileSource, TILE_CLASS_NAME, tissueLayer, WebGLTileLayer } from "./tile-layer";
import {
  CLOSEST_RESOLUTION,
  DISPLAY_AS_SCANNED,
  farthestResolution,
  validDisplay,
  type CanvasLayer,
  type Display,
  type PointerHandler,
  type SetViewOptions,
  type TileStatus,
  type Unsubscribe,
  type ViewChange,
  type Viewer,
  type ViewerCapabilities,
  type ViewerPointer,
  type ViewerPresentation,
} from "./viewer";
import { hasWebGL } from "./webgl";

export interface OpenLayersViewerOptions {
  readonly renewAccess?: RenewAccess;
  /** `canvas` does without WebGL even where it exists. */
  readonly renderer?: "auto" | "canvas";
}

const NO_WEBGL =
  "This browser offers no WebGL, so stains cannot be separated here. The slide, brightness, contrast and gamma work.";

/** After the frame that may be under way: a layer that is disposed in the middle of one has no renderer to finish it. */
function disposeLater(layer: { dispose: () => void }): void {
  setTimeout(() => layer.dispose(), 0);
}

/** The viewer drawn by OpenLayers into `target`, an element with a size. */
export class OpenLayersViewer implements Viewer {
  readonly capabilities: ViewerCapabilities;
  presentation: ViewerPresentation | null = null;

  private readonly map: OlMap;
  private readonly access: TileAccess;
  private readonly webgl: boolean;
  private readonly filter: AdjustmentFilter | null;
  private readonly viewListeners = new Listeners<ViewChange>();
  private readonly sizeListeners = new Listeners<Size>();
  private readonly displayListeners = new Listeners<Display>();
  private readonly hoverListeners = new Listeners<ViewerPointer | null>();
  private readonly clickListeners = new Listeners<Point>();
  private readonly layers: LayerStack;
  private tissue: BaseTileLayer<ImageTileSource, never> | null = null;
  private display: Display = DISPLAY_AS_SCANNED;
  private shader: ShaderKind = "as-scanned";
  private handler: PointerHandler | null = null;
  private flipped = false;
  private viewChangeQueued = false;
  private fittedWithoutSize = false;
  private destroyed = false;
  /** Where an animation is heading: the next step goes on from there, so that fast key presses add up. */
  private goal: View | null = null;
  private readonly onOnline = (): void => this.access.retryAll();

  constructor(
    private readonly target: HTMLElement,
    options: OpenLayersViewerOptions = {},
  ) {
    this.webgl = options.renderer !== "canvas" && hasWebGL();
    this.capabilities = { stainSeparationUnavailable: this.webgl ? null : NO_WEBGL };
    this.filter = this.webgl ? null : new AdjustmentFilter(target);
    this.access = new TileAccess(options.renewAccess === undefined ? {} : { renewAccess: options.renewAccess });
    this.map = new OlMap({
      target,
      controls: [],
      layers: [],
      interactions: viewerInteractions((event) => this.takenByTool(event)),
      maxTilesLoading: 12,
      view: new OlView({ center: [0, 0], resolution: 1 }),
    });
    const pixelOf = this.map.getEventPixel.bind(this.map);
    // A mirrored picture is mirrored on the screen only; OpenLayers goes on in its own unmirrored frame.
    this.map.getEventPixel = (event) => {
      const pixel = pixelOf(event);
      return this.flipped ? [this.getSize().width - (pixel[0] ?? 0), pixel[1] ?? 0] : pixel;
    };
    this.map.on("change:size", () => this.handleSize());
    this.map.on("movestart", () => this.queueViewChange());
    this.map.on("moveend", () => {
      this.queueViewChange();
      this.requestRender();
    });
    this.map.on("singleclick", (event) => {
      if (this.handler === null && !isMiddleButton(event)) this.clickListeners.tell(this.pointer(event.originalEvent as PointerEvent).slide);
    });
    this.map.on("postrender", () => this.mirrorTissue());
    this.layers = new LayerStack(() => this.flipped);
    this.map.addLayer(this.layers.drawn);
    this.target.addEventListener("pointermove", this.onPointerHover);
    this.target.addEventListener("pointerleave", this.onPointerLeave);
    globalThis.addEventListener("online", this.onOnline);
  }

  open(presentation: ViewerPresentation): void {
    if (this.destroyed) return;
    const view = slideView(presentation);
    this.access.reset();
    const source = slideTileSource(presentation, view.getProjection(), this.access);
    const variables = shaderVariables(this.display);
    const tissue = tissueLayer(source, this.webgl, variables);
    this.shader = shaderKind(variables);
    view.on("change", () => this.queueViewChange());
    if (this.tissue !== null) {
      this.map.removeLayer(this.tissue);
      disposeLater(this.tissue);
    }
    this.presentation = presentation;
    this.tissue = tissue;
    this.flipped = presentation.flipped;
    this.map.setView(view);
    this.map.addLayer(tissue);
    this.setView({ rotationDeg: presentation.rotation_deg, flipped: presentation.flipped });
    this.fit();
    this.queueViewChange();
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.layers.close();
    globalThis.removeEventListener("online", this.onOnline);
    this.target.removeEventListener("pointermove", this.onPointerHover);
    this.target.removeEventListener("pointerleave", this.onPointerLeave);
    for (const listeners of [this.viewListeners, this.sizeListeners, this.displayListeners, this.hoverListeners, this.clickListeners]) {
      listeners.clear();
    }
    this.access.close();
    this.filter?.remove();
    this.map.setTarget(undefined);
    if (this.tissue !== null) disposeLater(this.tissue);
    this.map.dispose();
  }

  getSize(): Size {
    const [width, height] = this.map.getSize() ?? [0, 0];
    return { width: width ?? 0, height: height ?? 0 };
  }

  getView(): View {
    const view = this.map.getView();
    const [x, y] = view.getCenter() ?? [0, 0];
    return {
      centre: { x: x ?? 0, y: -(y ?? 0) },
      resolution: view.getResolution() ?? 1,
      rotationDeg: tidyDegrees((view.getRotation() * 180) / Math.PI),
      flipped: this.flipped,
    };
  }

  setView(change: Partial<View>, options: SetViewOptions = {}): void {
    const presentation = this.presentation;
    if (this.destroyed || presentation === null) return;
    if (change.flipped !== undefined && change.flipped !== this.flipped) {
      this.flipped = change.flipped;
      this.requestRender();
    }
    const now = this.heading();
    const slide: Size = { width: presentation.width_px, height: presentation.height_px };
    const centre = change.centre ?? now.centre;
    const center = [clamp(centre.x, 0, slide.width), -clamp(centre.y, 0, slide.height)];
    const resolution = clamp(change.resolution ?? now.resolution, CLOSEST_RESOLUTION, farthestResolution(slide));
    const view = this.map.getView();
    view.cancelAnimations();
    const rotation = shortestTurn(view.getRotation(), ((change.rotationDeg ?? now.rotationDeg) * Math.PI) / 180);
    if (options.animate === true && !prefersReducedMotion()) {
      this.goal = {
        centre: { x: center[0] ?? 0, y: -(center[1] ?? 0) },
        resolution,
        rotationDeg: tidyDegrees((rotation * 180) / Math.PI),
        flipped: this.flipped,
      };
      view.animate({ center, resolution, rotation, duration: ANIMATION_MS, easing: easeOut });
    } else {
      this.goal = null;
      view.setCenter(center);
      view.setResolution(resolution);
      view.setRotation(rotation);
    }
    this.queueViewChange();
  }

  onViewChange(listener: (change: ViewChange) => void): Unsubscribe {
    return this.viewListeners.add(listener);
  }

  onSizeChange(listener: (size: Size) => void): Unsubscribe {
    return this.sizeListeners.add(listener);
  }

  getMagnification(): number | null {
    return magnificationOf(this.getView().resolution, this.presentation?.um_per_px ?? null);
  }

  zoomToMagnification(magnification: number): boolean {
    const resolution = resolutionFor(magnification, this.presentation?.um_per_px ?? null);
    if (resolution === null) return false;
    this.setView({ resolution }, { animate: true });
    return true;
  }

  fit(box?: Box): void {
    const presentation = this.presentation;
    if (presentation === null) return;
    const size = this.getSize();
    this.fittedWithoutSize = size.width === 0 || size.height === 0;
    const whole: Box = { x: 0, y: 0, width: presentation.width_px, height: presentation.height_px };
    const { rotationDeg, flipped } = this.getView();
    this.setView(fitView(box ?? whole, size, rotationDeg, flipped));
  }

  panBy(x: number, y: number): void {
    const size = this.getSize();
    const toSlide = invert(viewTransform(this.heading(), size));
    this.setView({ centre: apply(toSlide, { x: size.width / 2 + x, y: size.height / 2 + y }) });
  }

  zoomBy(factor: number, anchor?: Point): void {
    const now = this.heading();
    const presentation = this.presentation;
    if (presentation === null || !(factor > 0)) return;
    const farthest = farthestResolution({ width: presentation.width_px, height: presentation.height_px });
    const resolution = clamp(now.resolution / factor, CLOSEST_RESOLUTION, farthest);
    if (anchor === undefined) {
      this.setView({ resolution }, { animate: true });
      return;
    }
    const fixed = this.toSlide(anchor);
    const share = resolution / now.resolution;
    const centre = {
      x: fixed.x + (now.centre.x - fixed.x) * share,
      y: fixed.y + (now.centre.y - fixed.y) * share,
    };
    this.setView({ centre, resolution }, { animate: true });
  }

  rotateBy(degrees: number): void {
    this.setView({ rotationDeg: this.heading().rotationDeg + degrees }, { animate: true });
  }

  getDisplay(): Display {
    return this.display;
  }

  setDisplay(change: Partial<Display>): void {
    if (this.destroyed) return;
    const wanted = validDisplay({ ...this.display, ...change });
    this.display = this.webgl ? wanted : { ...wanted, stain: "original" };
    this.updateShader();
    this.filter?.set(this.display);
    this.requestRender();
    this.displayListeners.tell(this.display);
  }

  onDisplayChange(listener: (display: Display) => void): Unsubscribe {
    return this.displayListeners.add(listener);
  }

  toScreen(slide: Point): Point {
    return apply(viewTransform(this.getView(), this.getSize()), slide);
  }

  toSlide(screen: Point): Point {
    return apply(invert(viewTransform(this.getView(), this.getSize())), screen);
  }

  addLayer(layer: CanvasLayer): void {
    if (!this.destroyed) this.layers.add(layer);
  }

  removeLayer(id: string): void {
    this.layers.remove(id);
  }

  requestRender(): void {
    if (!this.destroyed) this.layers.drawn.changed();
  }

  setPointerHandler(handler: PointerHandler | null): void {
    this.handler = handler;
  }

  setCursor(cursor: string | null): void {
    this.target.style.cursor = cursor ?? "";
  }

  onHover(listener: (pointer: ViewerPointer | null) => void): Unsubscribe {
    return this.hoverListeners.add(listener);
  }

  onClick(listener: (slide: Point) => void): Unsubscribe {
    return this.clickListeners.add(listener);
  }

  getTileStatus(): TileStatus {
    return this.access.status();
  }

  onTileStatus(listener: (status: TileStatus) => void): Unsubscribe {
    return this.access.onStatus(listener);
  }

  retryTiles(): void {
    this.access.retryAll();
  }

  whenDrawn(): Promise<void> {
    return new Promise((resolve) => {
      this.map.once("rendercomplete", () => resolve());
      this.map.render();
    });
  }

  screenshot(): Promise<Blob> {
    return new Promise((resolve, reject) => {
      // WebGL's picture is there only until the browser has shown it: copy it within the same task.
      this.map.once("rendercomplete", () => screenPicture(this.target, this.getSize(), this.flipped).then(resolve, reject));
      this.map.renderSync();
    });
  }

  /** New arithmetic needs a new shader, new numbers only new variables; the tiles' textures stay in both cases. */
  private updateShader(): void {
    if (!(this.tissue instanceof WebGLTileLayer)) return;
    const variables = shaderVariables(this.display);
    const kind = shaderKind(variables);
    if (kind === this.shader) this.tissue.updateStyleVariables(variables);
    else this.tissue.setStyle(tileStyle(variables));
    this.shader = kind;
  }

  private heading(): View {
    return this.goal !== null && this.map.getView().getAnimating() ? this.goal : this.getView();
  }

  private takenByTool(event: MapBrowserEvent): boolean {
    const handler = this.handler;
    const original = event.originalEvent as PointerEvent;
    if (handler === null || isMiddleButton(event)) return false;
    switch (event.type) {
      case "pointerdown":
        return handler.onPointerDown(this.pointer(original));
      case "pointermove":
      case "pointerdrag":
        return handler.onPointerMove(this.pointer(original));
      case "pointerup":
        return handler.onPointerUp(this.pointer(original));
      case "dblclick":
        return true;
      default:
        return false;
    }
  }

  private pointer(event: PointerEvent): ViewerPointer {
    const bounds = this.target.getBoundingClientRect();
    const screen = { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
    return {
      screen,
      slide: this.toSlide(screen),
      button: event.button,
      shiftKey: event.shiftKey,
      ctrlKey: event.ctrlKey,
      altKey: event.altKey,
      pointerType: event.pointerType,
    };
  }

  private readonly onPointerHover = (event: PointerEvent): void => {
    this.hoverListeners.tell(this.pointer(event));
  };

  private readonly onPointerLeave = (): void => {
    this.hoverListeners.tell(null);
  };

  private handleSize(): void {
    const size = this.getSize();
    if (this.fittedWithoutSize && size.width > 0 && size.height > 0) this.fit();
    this.sizeListeners.tell(size);
    this.queueViewChange();
  }

  private queueViewChange(): void {
    if (this.viewChangeQueued || this.destroyed) return;
    this.viewChangeQueued = true;
    queueMicrotask(() => {
      this.viewChangeQueued = false;
      if (this.destroyed) return;
      const view = this.map.getView();
      this.viewListeners.tell({ view: this.getView(), moving: view.getAnimating() || view.getInteracting() });
    });
  }

  private mirrorTissue(): void {
    for (const element of this.target.querySelectorAll<HTMLElement>(`.${TILE_CLASS_NAME}`)) {
      element.style.transform = this.flipped ? "scaleX(-1)" : "";
      if (this.filter !== null) element.style.filter = this.filter.css();
    }
  }
}
