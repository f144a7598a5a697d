import type { FrameState } from "ol/Map.js";
import Layer from "ol/layer/Layer.js";
import { viewTransform, visibleBox, type View } from "../geometry/affine";
import type { Size } from "../geometry/points";
import type { CanvasLayer } from "./viewer";

/** All layers over the tissue, drawn in their order into one canvas: one picture for the browser to put together. */
export class LayerStack {
  readonly drawn: Layer;
  private readonly canvas = document.createElement("canvas");
  private layers: readonly CanvasLayer[] = [];

  constructor(private readonly isFlipped: () => boolean) {
    this.canvas.style.position = "absolute";
    this.canvas.style.inset = "0";
    this.drawn = new Layer({ zIndex: 1, render: (state) => this.render(state) });
  }

  add(layer: CanvasLayer): void {
    this.remove(layer.id);
    this.layers = [...this.layers, layer].toSorted((a, b) => a.zIndex - b.zIndex);
    layer.attached?.({ requestRender: () => this.drawn.changed() });
    this.drawn.changed();
  }

  remove(id: string): void {
    const layer = this.layers.find((one) => one.id === id);
    if (layer === undefined) return;
    this.layers = this.layers.filter((one) => one !== layer);
    layer.detached?.();
    this.drawn.changed();
  }

  close(): void {
    for (const { id } of this.layers) this.remove(id);
    this.drawn.dispose();
  }

  private render(state: FrameState): HTMLCanvasElement {
    const [width = 0, height = 0] = state.size;
    const size: Size = { width, height };
    const ratio = state.pixelRatio;
    resize(this.canvas, size, ratio);
    const context = this.canvas.getContext("2d");
    if (context === null) return this.canvas;
    const view = viewOf(state, this.isFlipped());
    const frame = {
      view,
      size,
      pixelRatio: ratio,
      transform: viewTransform(view, size),
      box: visibleBox(view, size),
      moving: state.viewHints.some((hint) => hint > 0),
    };
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    for (const layer of this.layers) {
      context.save();
      layer.draw(context, frame);
      context.restore();
    }
    return this.canvas;
  }
}

function viewOf({ viewState: { center, resolution, rotation } }: FrameState, flipped: boolean): View {
  const [x = 0, y = 0] = center;
  return { centre: { x, y: -y }, resolution, rotationDeg: (rotation * 180) / Math.PI, flipped };
}

function resize(canvas: HTMLCanvasElement, { width, height }: Size, pixelRatio: number): void {
  const across = Math.round(width * pixelRatio);
  const down = Math.round(height * pixelRatio);
  if (canvas.width === across && canvas.height === down) return;
  canvas.width = across;
  canvas.height = down;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}
