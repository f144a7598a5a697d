import { apply } from "../geometry/affine";
import type { Point } from "../geometry/points";
import type { CanvasLayer, Frame } from "../viewer/viewer";

/** The one circle that is read, slide frame. */
export interface Spotlight {
  readonly centre: Point;
  readonly radiusPx: number;
}

export const SPOTLIGHT_LAYER = "spotlight";
const DIM = "rgba(12, 12, 14, 0.62)";
const HALO = "rgba(12, 12, 14, 0.75)";
const LINE = "#5EEAD4";

/** Draws the specimen's circle and dims what is not of it, so that a neighbouring core is not read by mistake. */
export class SpotlightLayer implements CanvasLayer {
  readonly id = SPOTLIGHT_LAYER;
  readonly zIndex = 20;

  constructor(private readonly place: Spotlight) {}

  draw(context: CanvasRenderingContext2D, { transform, view, size }: Frame): void {
    const { x, y } = apply(transform, this.place.centre);
    const radius = this.place.radiusPx / view.resolution;
    context.fillStyle = DIM;
    context.beginPath();
    context.rect(0, 0, size.width, size.height);
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill("evenodd");
    context.setLineDash([]);
    for (const [width, colour] of [[4.5, HALO], [1.5, LINE]] as const) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
