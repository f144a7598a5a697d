import { compose, invert, viewTransform, type Affine, type View } from "../geometry/affine";
import { decodeDensity, estimateInBox, type Density } from "../geometry/cells";
import type { DisplayClass } from "../geometry/classes";
import { expandBox, type Box, type Point, type Size } from "../geometry/points";
import type { CanvasLayer, Frame, LayerHost, Unsubscribe } from "../viewer/viewer";
import { Listeners } from "../viewer/listeners";
import { cellFacts, type CellFacts } from "./cell-index";
import { CellRequests, type CellSource } from "./cell-requests";
import { densityPixels } from "./density-raster";
import { drawNuclei } from "./draw-nuclei";
import { chooseMode, type OverlayMode } from "./overlay-mode";

export interface NucleiLayerOptions {
  readonly cells: CellSource;
  /** Brings the `DDEN` bytes; asked once. Without it only vectors are drawn, thinned to the limit. */
  readonly density: ((signal: AbortSignal) => Promise<ArrayBuffer>) | null;
  readonly slide: Size;
  readonly umPerPx: number | null;
  readonly limit?: number;
  readonly debounceMs?: number;
}

export interface OverlaySettings {
  readonly visible: boolean;
  /** 0 … 1 */
  readonly opacity: number;
  readonly hidden: ReadonlySet<DisplayClass>;
}

export interface OverlayState {
  readonly mode: OverlayMode;
  readonly loading: boolean;
  readonly error: string | null;
  /** In vector mode: cells drawn, and cells there are in the box asked for. */
  readonly shown: number;
  readonly total: number;
  readonly thinned: boolean;
}

export const NUCLEI_LAYER = "nuclei";
/** Room around the viewport that is drawn ahead for panning, share of its size. */
const MARGIN = 0.15;
/** A drawing quicker than this is done anew on every frame; a slower one is moved as a picture until the view rests. */
const LIVE_MS = 12;
const AROUND = [0.5, 0.25, 0.1, 0];

interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly transform: Affine;
  readonly key: string;
}

/** The nuclei of a result: outlines up close, a density raster from afar, switching by what fits on the screen. */
export class NucleiLayer implements CanvasLayer {
  readonly id = NUCLEI_LAYER;
  readonly zIndex = 20;

  private readonly requests: CellRequests;
  private readonly listeners = new Listeners<OverlayState>();
  private controller = new AbortController();
  private host: LayerHost | null = null;
  private density: Density | null = null;
  private densityError: string | null = null;
  private densityPicture: HTMLCanvasElement | null = null;
  private picture: Picture | null = null;
  private costMs = 0;
  private shown = 0;
  private mode: OverlayMode = "cells";
  private held = false;
  private version = 0;
  private told = "";
  private settings: OverlaySettings = { visible: true, opacity: 1, hidden: new Set() };

  constructor(private readonly options: NucleiLayerOptions) {
    const { width, height } = options.slide;
    this.requests = new CellRequests({
      source: options.cells,
      bounds: { x: 0, y: 0, width, height },
      ...(options.limit === undefined ? {} : { limit: options.limit }),
      ...(options.debounceMs === undefined ? {} : { debounceMs: options.debounceMs }),
      onChange: () => this.changed(),
    });
  }

  attached(host: LayerHost): void {
    this.host = host;
    this.controller = new AbortController();
    if (this.options.density !== null && this.density === null) void this.loadDensity(this.options.density);
  }

  detached(): void {
    this.host = null;
    this.controller.abort();
    this.requests.cancel();
  }

  setSettings(settings: OverlaySettings): void {
    if (settings.hidden !== this.settings.hidden) this.densityPicture = null;
    this.settings = settings;
    this.changed();
  }

  /** Switched off while a key is held, without changing the settings. */
  holdOff(off: boolean): void {
    if (this.held === off) return;
    this.held = off;
    this.changed();
  }

  getState(): OverlayState {
    const { current, busy, error } = this.requests;
    return {
      mode: this.mode,
      loading: busy || (this.options.density !== null && this.density === null && this.densityError === null),
      error: error ?? this.densityError,
      shown: this.mode === "cells" ? this.shown : 0,
      total: this.mode === "cells" ? (current?.cells.totalInBox ?? 0) : 0,
      thinned: this.mode === "cells" && current !== null && !current.complete,
    };
  }

  onState(listener: (state: OverlayState) => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  /** The nucleus at a place, as far as it is drawn now. */
  cellAt(point: Point): CellFacts | null {
    const set = this.requests.current;
    if (this.mode !== "cells" || set === null || !this.isOn()) return null;
    const index = set.index.at(point);
    return index === null ? null : cellFacts(set.cells, index);
  }

  draw(context: CanvasRenderingContext2D, frame: Frame): void {
    if (!this.isOn() || frame.size.width === 0 || frame.size.height === 0) {
      this.requests.cancel();
      return;
    }
    this.mode = chooseMode({
      resolution: frame.view.resolution,
      umPerPx: this.options.umPerPx,
      expected: this.density === null ? null : estimateInBox(this.density, frame.box),
      limit: this.requests.limit,
      before: this.mode,
    });
    context.globalAlpha = this.settings.opacity;
    if (this.mode === "density") {
      this.requests.cancel();
      this.drawDensity(context, frame);
    } else {
      if (!frame.moving) this.requests.want(frame.box, this.around(frame.box));
      this.drawCells(context, frame);
    }
    context.globalAlpha = 1;
    this.tellState();
  }

  private isOn(): boolean {
    return this.settings.visible && !this.held && this.settings.opacity > 0;
  }

  /** As much of the neighbourhood as fits under the limit, so that a small pan needs no request. */
  private around(box: Box): Box {
    const density = this.density;
    const share = AROUND.find(
      (room) => density === null || estimateInBox(density, expandBox(box, room)) <= this.requests.limit * 0.95,
    );
    return expandBox(box, share ?? 0);
  }

  private drawCells(context: CanvasRenderingContext2D, frame: Frame): void {
    const set = this.requests.current;
    if (set === null) return;
    const key = this.pictureKey(frame);
    if (this.picture?.key !== key && (!frame.moving || this.picture === null || this.costMs < LIVE_MS)) {
      this.paintPicture(frame, key);
    }
    const picture = this.picture;
    if (picture === null) return;
    const ratio = frame.pixelRatio;
    const t = compose(frame.transform, invert(picture.transform));
    context.setTransform(ratio * t.a, ratio * t.b, ratio * t.c, ratio * t.d, ratio * t.e, ratio * t.f);
    const { width, height } = framed(frame.size);
    context.drawImage(picture.canvas, 0, 0, width, height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  private pictureKey({ view, size, pixelRatio }: Frame): string {
    const { centre, resolution, rotationDeg, flipped } = view;
    const place = [centre.x, centre.y, resolution, rotationDeg, Number(flipped)];
    return [...place, size.width, size.height, pixelRatio, this.version].join(" ");
  }

  private paintPicture(frame: Frame, key: string): void {
    const set = this.requests.current;
    if (set === null) return;
    const size = framed(frame.size);
    const canvas = this.picture?.canvas ?? document.createElement("canvas");
    canvas.width = Math.round(size.width * frame.pixelRatio);
    canvas.height = Math.round(size.height * frame.pixelRatio);
    const context = canvas.getContext("2d");
    if (context === null) return;
    const began = performance.now();
    const transform = viewTransform(frame.view, size);
    context.setTransform(frame.pixelRatio, 0, 0, frame.pixelRatio, 0, 0);
    this.shown = drawNuclei(context, set.cells, transform, visible(frame.view, size), {
      hidden: this.settings.hidden,
      meanRadiusPx: set.index.meanRadiusPx,
    });
    this.costMs = performance.now() - began;
    this.picture = { canvas, transform, key };
  }

  private drawDensity(context: CanvasRenderingContext2D, frame: Frame): void {
    const density = this.density;
    if (density === null) return;
    this.densityPicture ??= rasterCanvas(density, this.settings.hidden);
    if (this.densityPicture === null) return;
    const ratio = frame.pixelRatio;
    const { a, b, c, d, e, f } = frame.transform;
    context.setTransform(ratio * a, ratio * b, ratio * c, ratio * d, ratio * e, ratio * f);
    context.imageSmoothingEnabled = true;
    context.drawImage(
      this.densityPicture,
      density.originX,
      density.originY,
      density.columns * density.binPx,
      density.rows * density.binPx,
    );
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  private async loadDensity(source: (signal: AbortSignal) => Promise<ArrayBuffer>): Promise<void> {
    const { signal } = this.controller;
    try {
      this.density = decodeDensity(await source(signal));
      this.densityError = null;
    } catch (error) {
      if (signal.aborted) return;
      this.densityError = error instanceof Error ? error.message : "the density could not be fetched";
    }
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    this.host?.requestRender();
    this.tellState();
  }

  private tellState(): void {
    const state = this.getState();
    const text = JSON.stringify(state);
    if (text === this.told) return;
    this.told = text;
    this.listeners.tell(state);
  }
}

function framed(size: Size): Size {
  return { width: size.width * (1 + 2 * MARGIN), height: size.height * (1 + 2 * MARGIN) };
}

function visible(view: View, size: Size): Box {
  const reach = (Math.hypot(size.width, size.height) / 2) * view.resolution;
  return { x: view.centre.x - reach, y: view.centre.y - reach, width: 2 * reach, height: 2 * reach };
}

function rasterCanvas(density: Density, hidden: ReadonlySet<DisplayClass>): HTMLCanvasElement | null {
  if (density.rows === 0 || density.columns === 0) return null;
  const canvas = document.createElement("canvas");
  canvas.width = density.columns;
  canvas.height = density.rows;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.putImageData(new ImageData(densityPixels(density, hidden), density.columns, density.rows), 0, 0);
  return canvas;
}
