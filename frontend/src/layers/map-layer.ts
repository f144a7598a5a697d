import { apply } from "../geometry/affine";
import { tilesInBox, type MapGrid, type MapTile } from "../geometry/map-grid";
import { paintMap, type MapKind, type Representation } from "../geometry/stain-map";
import { Listeners } from "../viewer/listeners";
import type { CanvasLayer, Frame, LayerHost, Unsubscribe } from "../viewer/viewer";
import { MapTiles, type MapSource } from "./map-tiles";

export interface MapLayerOptions {
  readonly grid: MapGrid;
  readonly representation: Representation;
  readonly source: MapSource;
  /** Whether a tumour network ran: without one there is no tumour mask and no SITI. */
  readonly hasTumour: boolean;
}

export interface MapSettings {
  /** Null: another overlay is shown. */
  readonly kind: MapKind | null;
  /** 0 … 1 */
  readonly opacity: number;
}

export interface MapState {
  readonly loading: boolean;
  readonly error: string | null;
  /** So much of the slide is in view that its tiles are not fetched. */
  readonly tooFar: boolean;
}

export const MAP_LAYER = "stain-map";
/** More tiles than this in view, and the person is asked to come closer. */
export const MOST_TILES = 16;

/** Masks and stain-intensity maps of a result over the tissue, coloured here from the stored channels. */
export class MapLayer implements CanvasLayer {
  readonly id = MAP_LAYER;
  /** Above tissue, below outlines and regions. */
  readonly zIndex = 10;

  private readonly tiles: MapTiles<CanvasImageSource>;
  private readonly listeners = new Listeners<MapState>();
  private host: LayerHost | null = null;
  private settings: MapSettings = { kind: null, opacity: 1 };
  private held = false;
  private tooFar = false;
  private told = "";

  constructor(private readonly options: MapLayerOptions) {
    this.tiles = new MapTiles({
      source: options.source,
      paint: (stored) => paintedTile(stored, this.settings.kind ?? "intensity", options.representation),
      onChange: () => this.changed(),
    });
  }

  get hasTumour(): boolean {
    return this.options.hasTumour;
  }

  attached(host: LayerHost): void {
    this.host = host;
  }

  detached(): void {
    this.host = null;
    this.tiles.cancel();
  }

  setSettings(settings: MapSettings): void {
    if (settings.kind !== this.settings.kind) this.tiles.repaint();
    this.settings = settings;
    this.changed();
  }

  /** Switched off while a key is held, without changing the settings. */
  holdOff(off: boolean): void {
    if (this.held === off) return;
    this.held = off;
    this.changed();
  }

  /** Asks again for tiles that failed. */
  retry(): void {
    this.tiles.retry();
    this.changed();
  }

  getState(): MapState {
    return { loading: this.tiles.loading, error: this.tiles.error, tooFar: this.tooFar };
  }

  onState(listener: (state: MapState) => void): Unsubscribe {
    return this.listeners.add(listener);
  }

  draw(context: CanvasRenderingContext2D, frame: Frame): void {
    if (this.settings.kind === null || this.held || this.settings.opacity <= 0 || frame.size.width === 0) return;
    const visible = tilesInBox(this.options.grid, frame.box, MOST_TILES);
    this.tooFar = visible.length > MOST_TILES;
    if (this.tooFar) this.tiles.cancel();
    else {
      if (!frame.moving) this.tiles.want(visible);
      context.globalAlpha = this.settings.opacity;
      for (const tile of visible) this.drawTile(context, frame, tile);
      context.globalAlpha = 1;
    }
    this.tellState();
  }

  private drawTile(context: CanvasRenderingContext2D, frame: Frame, { key, box }: MapTile): void {
    const picture = this.tiles.picture(key);
    if (picture === null) return;
    const ratio = frame.pixelRatio;
    const { a, b, c, d } = frame.transform;
    const { x, y } = apply(frame.transform, box);
    context.setTransform(ratio * a, ratio * b, ratio * c, ratio * d, ratio * x, ratio * y);
    // A mask has hard edges: up close its pixels are shown as they are.
    context.imageSmoothingEnabled = frame.view.resolution > 1;
    context.drawImage(picture, 0, 0, box.width, box.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  private changed(): void {
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

async function paintedTile(stored: Blob, kind: MapKind, representation: Representation): Promise<CanvasImageSource> {
  // The numbers count, not how a monitor would show them.
  const bitmap = await createImageBitmap(stored, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("this browser gives no canvas to draw on");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  paintMap(kind, representation, image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}
