import { useCallback, useEffect, useRef } from "react";
import type { View } from "../../geometry/affine";
import type { ViewQuery } from "../../geometry/view-query";
import { OpenLayersViewer } from "../../viewer/openlayers-viewer";
import type { Display, Viewer, ViewerPresentation } from "../../viewer/viewer";
import { useCreatedViewer, type CreateViewer } from "./use-viewer";
import classes from "./viewer.module.css";

export interface SlideViewerProps {
  readonly presentation: ViewerPresentation;
  /** The view to begin with, as read from the page's address. */
  readonly initialView?: ViewQuery;
  readonly onViewChange?: (view: View, display: Display) => void;
  /** Renews the tile cookie when the server refuses a tile. */
  readonly renewAccess?: () => Promise<void>;
  /** The viewer once it stands, null when it goes. */
  readonly onViewer?: (viewer: Viewer | null) => void;
  readonly createViewer?: CreateViewer;
}

/** A slide on the screen. Fills its parent, which needs a height. */
export function SlideViewer({
  presentation,
  initialView,
  onViewChange,
  renewAccess,
  onViewer,
  createViewer,
}: SlideViewerProps) {
  const stage = useRef<HTMLDivElement>(null);
  const renew = useRef(renewAccess);
  renew.current = renewAccess;
  const create = useCallback<CreateViewer>(
    (target) =>
      createViewer?.(target) ??
      new OpenLayersViewer(target, {
        renewAccess: () => renew.current?.() ?? Promise.reject(new Error("access cannot be renewed here")),
      }),
    [createViewer],
  );
  const viewer = useCreatedViewer(stage, create);

  useEffect(() => {
    if (viewer === null) return;
    viewer.open(presentation);
    if (initialView !== undefined) {
      const { stain, ...view } = initialView;
      viewer.setView(view);
      if (stain !== undefined) viewer.setDisplay({ stain });
    }
    // The address is followed once, when the slide is opened; afterwards it follows the view.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [viewer, presentation.id]);

  useEffect(() => {
    onViewer?.(viewer);
  }, [viewer, onViewer]);

  useEffect(() => {
    if (viewer === null || onViewChange === undefined) return undefined;
    const tell = () => onViewChange(viewer.getView(), viewer.getDisplay());
    const stops = [viewer.onViewChange(tell), viewer.onDisplayChange(tell)];
    return () => stops.forEach((stop) => stop());
  }, [viewer, onViewChange]);

  return (
    <div className={classes.root}>
      <div
        ref={stage}
        className={classes.stage}
        tabIndex={0}
        role="application"
        aria-label="Slide"
      />
    </div>
  );
}
