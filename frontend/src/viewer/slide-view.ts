import OlView from "ol/View.js";
import Projection from "ol/proj/Projection.js";
import { normaliseDegrees } from "../geometry/affine";
import { CLOSEST_RESOLUTION, farthestResolution, type ViewerPresentation } from "./viewer";

/** OpenLayers' view of one slide: level-0 px with y turned round, zoom from far off to 8× beyond 1:1, free rotation. */
export function slideView({ id, width_px: width, height_px: height }: ViewerPresentation): OlView {
  const extent = [0, -height, width, 0];
  const farthest = farthestResolution({ width, height });
  return new OlView({
    projection: new Projection({ code: `slide-${id}`, units: "pixels", extent }),
    center: [width / 2, -height / 2],
    resolution: 1,
    minResolution: CLOSEST_RESOLUTION,
    maxResolution: farthest,
    zoomFactor: zoomFactor(farthest / CLOSEST_RESOLUTION),
    extent,
    constrainOnlyCenter: true,
    smoothExtentConstraint: false,
    smoothResolutionConstraint: false,
    constrainResolution: false,
    constrainRotation: false,
    multiWorld: true,
  });
}

/**
 * OpenLayers cuts the range of resolutions down to whole zoom steps: a step near 2 of which a whole number fits keeps
 * both ends. The last factor keeps rounding from losing one step.
 */
function zoomFactor(range: number): number {
  const steps = Math.max(1, Math.round(Math.log2(range)));
  return range ** (1 / steps) * (1 - 1e-12);
}

/** The turn nearest to `from` that shows `to`, so that 350° → 0° goes on by 10° and not back. */
export function shortestTurn(from: number, to: number): number {
  return from + Math.atan2(Math.sin(to - from), Math.cos(to - from));
}

/** Radians carried to degrees leave 89.99999999: no one asked for that. */
export function tidyDegrees(degrees: number): number {
  return normaliseDegrees(Math.round(normaliseDegrees(degrees) * 1e6) / 1e6);
}
