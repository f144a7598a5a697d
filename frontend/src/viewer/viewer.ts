import type { Affine, View } from "../geometry/affine";
import type { StoredLevel } from "../geometry/levels";
import type { Box, Point, Size } from "../geometry/points";
import type { StainMode } from "../geometry/view-query";

/**
 * The viewer as the rest of the page knows it: no word of the map library that draws it. Slide places are level-0
 * px (x right, y down); screen places are CSS px from the viewport's top left corner.
 */

export type Unsubscribe = () => void;

/** A slide as it is opened: the answer of `POST /api/slides/{id}/open` fits. */
export interface ViewerPresentation {
  readonly id: string;
  readonly width_px: number;
  readonly height_px: number;
  readonly um_per_px: number | null;
  readonly um_per_px_source: string | null;
  readonly objective_power: number | null;
  readonly rotation_deg: number;
  readonly flipped: boolean;
  /** Level 0 = full size first, each next one smaller. */
  readonly levels: readonly StoredLevel[];
  /** Template with {level}, {column}, {row}; {id} is the presentation's id. */
  readonly tile_url: string;
}

export interface Display {
  readonly stain: StainMode;
  /** −1 … 1, added to every channel; 0 = as scanned. */
  readonly brightness: number;
  /** −1 … 1; 0 = as scanned. */
  readonly contrast: number;
  /** 0.2 … 5, above 1 brightens the middle tones; 1 = as scanned. */
  readonly gamma: number;
}

export const DISPLAY_AS_SCANNED: Display = { stain: "original", brightness: 0, contrast: 0, gamma: 1 };

function within(value: number, low: number, high: number, fallback: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : fallback;
}

/** Numbers of a display brought into their range; NaN falls back to "as scanned". */
export function validDisplay(display: Display): Display {
  return {
    stain: display.stain,
    brightness: within(display.brightness, -1, 1, 0),
    contrast: within(display.contrast, -1, 1, 0),
    gamma: within(display.gamma, 0.2, 5, 1),
  };
}

/**
 * How the tiles are doing. `retrying`: the server answered with a fault; `offline`: it did not answer;
 * `denied`: access ended and could not be renewed; `incomplete`: some tiles do not exist.
 */
export type TileTrouble = "none" | "retrying" | "offline" | "denied" | "incomplete";

export interface TileStatus {
  readonly loading: number;
  readonly failed: number;
  readonly trouble: TileTrouble;
}

/** What a layer is given to draw one frame. */
export interface Frame {
  readonly view: View;
  /** Viewport, CSS px. The context is already scaled by the device's pixel ratio. */
  readonly size: Size;
  readonly pixelRatio: number;
  /** Slide frame → screen frame. */
  readonly transform: Affine;
  /** Everything visible, slide frame. */
  readonly box: Box;
  /** True while the view is being moved or animated: draw cheaply, a still frame follows. */
  readonly moving: boolean;
}

/** Something drawn over the tissue. */
export interface CanvasLayer {
  readonly id: string;
  /** Higher is drawn later; tissue is 0. */
  readonly zIndex: number;
  draw(context: CanvasRenderingContext2D, frame: Frame): void;
  attached?(host: LayerHost): void;
  detached?(): void;
}

export interface LayerHost {
  requestRender(): void;
}

export interface ViewerPointer {
  readonly slide: Point;
  readonly screen: Point;
  /** 0 main, 1 middle, 2 secondary. */
  readonly button: number;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly pointerType: string;
}

/** Takes pointers before the viewer pans with them; true = "mine, do not pan". */
export interface PointerHandler {
  onPointerDown(pointer: ViewerPointer): boolean;
  onPointerMove(pointer: ViewerPointer): boolean;
  onPointerUp(pointer: ViewerPointer): boolean;
}

export interface ViewerCapabilities {
  /** Null where live stain separation works; else the reason why not, as a sentence. */
  readonly stainSeparationUnavailable: string | null;
}

export interface ViewChange {
  readonly view: View;
  readonly moving: boolean;
}

export interface SetViewOptions {
  /** Move smoothly; never animated where the person asked for reduced motion. */
  readonly animate?: boolean;
}

export interface Viewer {
  readonly capabilities: ViewerCapabilities;

  /** Shows a slide, fitted and turned as the presentation says. Replaces the one shown before. */
  open(presentation: ViewerPresentation): void;
  readonly presentation: ViewerPresentation | null;
  /** Frees everything. A destroyed viewer ignores further calls. */
  destroy(): void;

  getSize(): Size;
  getView(): View;
  /** Changes what is named and keeps the rest. The centre stays on the slide, the zoom within its limits. */
  setView(view: Partial<View>, options?: SetViewOptions): void;
  onViewChange(listener: (change: ViewChange) => void): Unsubscribe;
  onSizeChange(listener: (size: Size) => void): Unsubscribe;

  /** Null where µm/px is unknown. */
  getMagnification(): number | null;
  /** False (and nothing happens) where µm/px is unknown. */
  zoomToMagnification(magnification: number): boolean;
  /** Shows all of a box, or of the slide. */
  fit(box?: Box): void;
  /** Moves the picture's viewport by CSS px: x > 0 looks further right. */
  panBy(x: number, y: number): void;
  /** factor 2 = twice as close; keeps `anchor` (screen) in place, else the centre. */
  zoomBy(factor: number, anchor?: Point): void;
  rotateBy(degrees: number): void;

  getDisplay(): Display;
  /** Takes effect on the tiles already loaded; asks for no new ones. */
  setDisplay(display: Partial<Display>): void;
  onDisplayChange(listener: (display: Display) => void): Unsubscribe;

  toScreen(slide: Point): Point;
  toSlide(screen: Point): Point;

  addLayer(layer: CanvasLayer): void;
  removeLayer(id: string): void;
  requestRender(): void;

  /** Hands pointers to a tool; null gives them back to panning. */
  setPointerHandler(handler: PointerHandler | null): void;
  setCursor(cursor: string | null): void;
  /** Where the pointer is, or null when it left. Works beside any tool. */
  onHover(listener: (pointer: ViewerPointer | null) => void): Unsubscribe;

  /** A place was clicked (or tapped) that no tool took; dragging is no click. */
  onClick(listener: (slide: Point) => void): Unsubscribe;

  getTileStatus(): TileStatus;
  onTileStatus(listener: (status: TileStatus) => void): Unsubscribe;
  /** Asks again for every tile that failed. */
  retryTiles(): void;

  /** Settles once everything visible is loaded and drawn. */
  whenDrawn(): Promise<void>;
  /** What is on the screen, tissue and layers, as PNG. */
  screenshot(): Promise<Blob>;
}

/** Limits of the zoom, level-0 px per CSS px. */
export const CLOSEST_RESOLUTION = 1 / 8;

/** The farthest zoom: the slide's longer side on 160 CSS px. */
export function farthestResolution(slide: Size): number {
  return Math.max(1, Math.max(slide.width, slide.height) / 160);
}
