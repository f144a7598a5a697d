import { useEffect, useRef, useState, type PointerEvent } from "react";
import type { Size } from "../../geometry/points";
import { loadOverviewImage } from "../../layers/overview-image";
import { drawOverview, overviewSize, viewOutline } from "../../layers/overview";
import type { Viewer, ViewerPresentation } from "../../viewer/viewer";
import classes from "./viewer.module.css";

const ROOM: Size = { width: 190, height: 150 };

export interface OverviewMapProps {
  readonly viewer: Viewer;
  readonly presentation: ViewerPresentation;
  readonly thumbnailUrl: string | null;
}

/** The whole slide in small with the current view; a click or a drag goes there. */
export function OverviewMap({ viewer, presentation, thumbnailUrl }: OverviewMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, setPicture] = useState<CanvasImageSource | null>(null);
  const slide: Size = { width: presentation.width_px, height: presentation.height_px };
  const size = overviewSize(slide, ROOM);

  useEffect(() => {
    const controller = new AbortController();
    void loadOverviewImage(presentation, thumbnailUrl, controller.signal).then((loaded) => {
      if (!controller.signal.aborted) setPicture(loaded);
    });
    return () => controller.abort();
  }, [presentation, thumbnailUrl]);

  useEffect(() => {
    let frame = 0;
    const paint = (): void => {
      const context = canvas.current?.getContext("2d") ?? null;
      if (context === null) return;
      const ratio = globalThis.devicePixelRatio || 1;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const whole: Size = { width: presentation.width_px, height: presentation.height_px };
      const small = overviewSize(whole, ROOM);
      drawOverview(context, small, picture, viewOutline(viewer.getView(), viewer.getSize(), whole, small));
    };
    const queue = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(paint);
    };
    queue();
    const stops = [viewer.onViewChange(queue), viewer.onSizeChange(queue)];
    return () => {
      cancelAnimationFrame(frame);
      stops.forEach((stop) => stop());
    };
  }, [viewer, presentation, picture]);

  const go = (event: PointerEvent<HTMLCanvasElement>): void => {
    const bounds = event.currentTarget.getBoundingClientRect();
    viewer.setView({
      centre: {
        x: ((event.clientX - bounds.left) / bounds.width) * slide.width,
        y: ((event.clientY - bounds.top) / bounds.height) * slide.height,
      },
    });
  };
  const ratio = globalThis.devicePixelRatio || 1;
  return (
    <figure className={classes.overviewFigure} aria-label="Overview of the slide with the part that is on the screen">
      <canvas
        ref={canvas}
        className={classes.overview}
        width={Math.round(size.width * ratio)}
        height={Math.round(size.height * ratio)}
        style={{ width: size.width, height: size.height }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event);
        }}
      />
    </figure>
  );
}
