import { Loader } from "@mantine/core";
import { useEffect, useState } from "react";
import { normaliseDegrees } from "../../geometry/affine";
import { formatMagnification, formatZoomPercent, magnificationOf } from "../../geometry/magnification";
import { groupDigits } from "../../geometry/measure";
import type { Point } from "../../geometry/points";
import type { OverlayState } from "../../layers/nuclei-layer";
import type { Viewer, ViewerPresentation } from "../../viewer/viewer";
import { useTileStatus, useView } from "./use-viewer";
import classes from "./viewer.module.css";

export interface ViewerStatusProps {
  readonly viewer: Viewer;
  readonly presentation: ViewerPresentation;
  readonly overlay: OverlayState | null;
}

/** The numbers under the tissue: µm/px with its source, magnification, place, what the overlay shows. */
export function ViewerStatus({ viewer, presentation, overlay }: ViewerStatusProps) {
  const view = useView(viewer);
  const loading = useTileStatus(viewer, (status) => status.loading > 0);
  const pointer = usePointerPlace(viewer);
  const place = pointer ?? view.centre;
  const magnification = magnificationOf(view.resolution, presentation.um_per_px);
  const turn = Math.round(normaliseDegrees(view.rotationDeg)) % 360;
  return (
    <section className={classes.status} aria-label="View">
      <span>{umPerPxText(presentation)}</span>
      <span data-testid="magnification">
        {magnification === null ? formatZoomPercent(view.resolution) : formatMagnification(magnification)}
      </span>
      <span>
        <span className={classes.dim}>x</span> {groupDigits(place.x)} <span className={classes.dim}>y</span>{" "}
        {groupDigits(place.y)}
      </span>
      {turn !== 0 && <span>{turn}°</span>}
      {view.flipped && <span>mirrored</span>}
      <span className={classes.spacer} />
      {overlay !== null && <span data-testid="overlay-state">{overlayText(overlay)}</span>}
      <span className={classes.loading} aria-hidden={!loading}>
        {loading && (
          <>
            <Loader size={12} color="gray" /> loading tissue
          </>
        )}
      </span>
    </section>
  );
}

export function umPerPxText({ um_per_px: umPerPx, um_per_px_source: source }: ViewerPresentation): string {
  if (umPerPx === null) return "µm/px unknown: distances in px";
  const value = Number(umPerPx.toPrecision(4));
  return source === null || source === "unknown" ? `${value} µm/px` : `${value} µm/px (${source})`;
}

export function overlayText(overlay: OverlayState): string {
  if (overlay.error !== null) return `nuclei: ${overlay.error}`;
  if (overlay.loading) return "loading nuclei";
  if (overlay.mode === "density") return "density of nuclei: zoom in for outlines";
  if (overlay.thinned) {
    return `${groupDigits(overlay.shown)} nuclei drawn, thinned from ${groupDigits(overlay.total)}: zoom in for all`;
  }
  return `${groupDigits(overlay.shown)} nuclei`;
}

/** Where the pointer is on the slide, at most once a frame; null when it is elsewhere. */
function usePointerPlace(viewer: Viewer): Point | null {
  const [place, setPlace] = useState<Point | null>(null);
  useEffect(() => {
    let frame = 0;
    const stop = viewer.onHover((pointer) => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setPlace(pointer?.slide ?? null));
    });
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [viewer]);
  return place;
}
