import { apply } from "../geometry/affine";
import { boxCentre, boxCorners, intersectBoxes, type Box, type Point } from "../geometry/points";
import { drawLabel } from "../viewer/draw";
import type { CanvasLayer, Frame, LayerHost } from "../viewer/viewer";

/** Fields of view (rectangles) and specimens (core circles) on the slide. */
export interface RectangleRegion {
  readonly id: string;
  readonly kind: "field_of_view";
  readonly label: string;
  readonly box: Box;
  readonly isControl: boolean;
}

export interface CircleRegion {
  readonly id: string;
  readonly kind: "core";
  readonly label: string;
  readonly centre: Point;
  readonly radiusPx: number;
  readonly isMissing: boolean;
  /** Fills the circle: the heat view of scores that were revealed. */
  readonly fill?: string;
}

export type Region = RectangleRegion | CircleRegion;

export const REGIONS_LAYER = "regions";
const HALO = "rgba(12, 12, 14, 0.65)";
const COLOUR = "#E9ECEF";
const CONTROL_COLOUR = "#2DD4BF";
const CHOSEN_COLOUR = "#5EEAD4";
const FILL_ALPHA = 0.72;
/** A circle with a larger radius on the screen (CSS px) is looked into: its tissue counts then, not its colour. */
const FILL_TO_PX = 110;
/** A label needs this much room (CSS px) beside its region. */
const LABEL_FROM_PX = 28;

export class RegionsLayer implements CanvasLayer {
  readonly id = REGIONS_LAYER;
  readonly zIndex = 30;
  private regions: readonly Region[] = [];
  private chosen: string | null = null;
  private host: LayerHost | null = null;

  attached(host: LayerHost): void {
    this.host = host;
  }

  detached(): void {
    this.host = null;
  }

  setRegions(regions: readonly Region[], chosen: string | null): void {
    this.regions = regions;
    this.chosen = chosen;
    this.host?.requestRender();
  }

  /** The region at a place (slide frame), the smallest first; null for none. */
  regionAt(point: Point): Region | null {
    const hits = this.regions.filter((region) => holds(region, point));
    return hits.toSorted((a, b) => areaOf(a) - areaOf(b))[0] ?? null;
  }

  draw(context: CanvasRenderingContext2D, frame: Frame): void {
    const scale = 1 / frame.view.resolution;
    for (const region of this.regions) {
      if (intersectBoxes(boundsOf(region), frame.box) === null) continue;
      const chosen = region.id === this.chosen;
      const path = new Path2D();
      if (region.kind === "core") {
        const centre = apply(frame.transform, region.centre);
        path.arc(centre.x, centre.y, region.radiusPx * scale, 0, 2 * Math.PI);
      } else {
        const corners = boxCorners(region.box).map((corner) => apply(frame.transform, corner));
        corners.forEach(({ x, y }, index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)));
        path.closePath();
      }
      if (region.kind === "core" && region.fill !== undefined && !chosen && region.radiusPx * scale <= FILL_TO_PX) {
        context.globalAlpha = FILL_ALPHA;
        context.fillStyle = region.fill;
        context.fill(path);
        context.globalAlpha = 1;
      }
      context.setLineDash([]);
      context.lineWidth = chosen ? 5 : 3.5;
      context.strokeStyle = HALO;
      context.stroke(path);
      context.setLineDash(region.kind === "core" && region.isMissing ? [5, 5] : []);
      context.lineWidth = chosen ? 2.5 : 1.5;
      context.strokeStyle = chosen ? CHOSEN_COLOUR : colourOf(region);
      context.stroke(path);
      context.setLineDash([]);
      this.label(context, frame, region, scale);
    }
  }

  private label(context: CanvasRenderingContext2D, frame: Frame, region: Region, scale: number): void {
    if (region.label === "" || boundsOf(region).width * scale < LABEL_FROM_PX) return;
    const at = apply(frame.transform, labelPlace(region, frame));
    const text = region.kind === "core" && region.isMissing ? `${region.label} (missing)` : region.label;
    drawLabel(context, text, { x: at.x, y: at.y - 16 });
  }
}

/** The point of the region that is highest on the screen: its label stands above it at every rotation. */
function labelPlace(region: Region, frame: Frame): Point {
  if (region.kind === "core") {
    const { b, d } = frame.transform;
    const length = Math.hypot(b, d);
    return {
      x: region.centre.x - (b / length) * region.radiusPx,
      y: region.centre.y - (d / length) * region.radiusPx,
    };
  }
  const middle = boxCentre(region.box);
  const [first, second, third, fourth] = boxCorners(region.box);
  const sides = [
    [first, second],
    [second, third],
    [third, fourth],
    [fourth, first],
  ] as const;
  const middles = sides.map(([from, to]) => ({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }));
  const heightOf = (point: Point): number => apply(frame.transform, point).y;
  return middles.reduce((best, point) => (heightOf(point) < heightOf(best) ? point : best), middle);
}

function colourOf(region: Region): string {
  return region.kind === "field_of_view" && region.isControl ? CONTROL_COLOUR : COLOUR;
}

function boundsOf(region: Region): Box {
  if (region.kind === "field_of_view") return region.box;
  const { centre, radiusPx } = region;
  return { x: centre.x - radiusPx, y: centre.y - radiusPx, width: 2 * radiusPx, height: 2 * radiusPx };
}

function areaOf(region: Region): number {
  const { width, height } = boundsOf(region);
  return width * height;
}

function holds(region: Region, point: Point): boolean {
  if (region.kind === "core") {
    return Math.hypot(point.x - region.centre.x, point.y - region.centre.y) <= region.radiusPx;
  }
  const { x, y, width, height } = region.box;
  return point.x >= x && point.y >= y && point.x <= x + width && point.y <= y + height;
}
