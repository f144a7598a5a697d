import { CloseButton, Text } from "@mantine/core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { View } from "../../geometry/affine";
import type { ViewQuery } from "../../geometry/view-query";
import { MapLayer, type MapLayerOptions, type MapState } from "../../layers/map-layer";
import { NucleiLayer, type OverlayState } from "../../layers/nuclei-layer";
import type { CellSource } from "../../layers/cell-requests";
import { RegionsLayer, type Region } from "../../layers/regions-layer";
import { ScaleBarLayer } from "../../layers/scale-bar-layer";
import { SpotlightLayer, type Spotlight } from "../../layers/spotlight-layer";
import { OpenLayersViewer } from "../../viewer/openlayers-viewer";
import type { Display, Viewer, ViewerPresentation } from "../../viewer/viewer";
import { CellTooltip } from "./CellTooltip";
import { HeatLegend } from "./HeatLegend";
import { OverlayLegend, type ClassCounts } from "./OverlayLegend";
import { OverviewMap } from "./OverviewMap";
import { TileNotice } from "./TileNotice";
import { useSession, useToolKeys } from "./use-session";
import { useLayerState } from "./use-layer-state";
import { useCreatedViewer, useOpened, type CreateViewer } from "./use-viewer";
import { ViewerSession } from "./viewer-session";
import { ViewerStatus } from "./ViewerStatus";
import { ViewerToolbar } from "./ViewerToolbar";
import classes from "./viewer.module.css";

/** The nuclei of one result. Keep the object's identity while the result is the same. */
export interface NucleiOverlay {
  readonly cells: CellSource;
  readonly density: ((signal: AbortSignal) => Promise<ArrayBuffer>) | null;
  readonly counts: ClassCounts;
  readonly title?: string;
}

export interface SlideViewerProps {
  readonly presentation: ViewerPresentation;
  /** The view to begin with, as read from the page's address. */
  readonly initialView?: ViewQuery;
  readonly onViewChange?: (view: View, display: Display) => void;
  /** Renews the tile cookie when the server refuses a tile. */
  readonly renewAccess?: () => Promise<void>;
  readonly overlay?: NucleiOverlay | null;
  /** Masks and stain-intensity maps of the same result. Keep the object's identity while the result is the same. */
  readonly maps?: MapLayerOptions | null;
  /** Whether circles are coloured by their H-score: brings the legend for it. */
  readonly heat?: boolean;
  readonly regions?: readonly Region[];
  /** A core's circle was clicked. */
  readonly onCore?: (id: string) => void;
  readonly chosenRegion?: string | null;
  /** The circle that is read; the rest is dimmed. Keep the object's identity while it is the same. */
  readonly spotlight?: Spotlight | null;
  readonly thumbnailUrl?: string | null;
  /** Off where the page puts them into places of its own. */
  readonly showToolbar?: boolean;
  readonly showLegend?: boolean;
  readonly onHelp?: () => void;
  /** The viewer, and what its keys and tools need, once it stands; null when it goes. */
  readonly onViewer?: (viewer: Viewer | null) => void;
  readonly onSession?: (session: ViewerSession | null) => void;
  readonly createViewer?: CreateViewer;
}

const TISSUE_LABEL = "Slide. Arrow keys move, plus and minus zoom, question mark lists all keys.";

/** A slide on the screen with its tools. Fills its parent, which needs a height. */
export function SlideViewer(props: SlideViewerProps) {
  const { presentation, initialView, onViewChange, renewAccess, onViewer, onSession, createViewer } = props;
  const latest = useRef({ renewAccess, initialView });
  useEffect(() => {
    latest.current = { renewAccess, initialView };
  });
  const create = useCallback<CreateViewer>(
    (target) =>
      createViewer?.(target) ??
      new OpenLayersViewer(target, {
        renewAccess: () => latest.current.renewAccess?.() ?? Promise.reject(new Error("access cannot be renewed here")),
      }),
    [createViewer],
  );
  const [viewer, stage] = useCreatedViewer(create);
  const session = useMemo(() => (viewer === null ? null : new ViewerSession(viewer)), [viewer]);
  const opened = useOpened(viewer);
  useToolKeys(session);

  useEffect(() => {
    // The same slide again (refetched) must not throw the view away.
    if (viewer === null || viewer.presentation?.id === presentation.id) return;
    viewer.open(presentation);
    const { stain, ...view } = latest.current.initialView ?? {};
    viewer.setView(view);
    if (stain !== undefined) viewer.setDisplay({ stain });
  }, [viewer, presentation]);

  useEffect(() => {
    onViewer?.(viewer);
    return () => onViewer?.(null);
  }, [viewer, onViewer]);

  useEffect(() => {
    onSession?.(session);
    return () => onSession?.(null);
  }, [session, onSession]);

  useEffect(() => () => session?.close(), [session]);

  useEffect(() => {
    if (viewer === null || opened === null || onViewChange === undefined) return undefined;
    const tell = (): void => onViewChange(viewer.getView(), viewer.getDisplay());
    const stops = [viewer.onViewChange(tell), viewer.onDisplayChange(tell)];
    return () => stops.forEach((stop) => stop());
  }, [viewer, opened, onViewChange]);

  return (
    <div className={classes.root}>
      {session !== null && opened !== null && props.showToolbar !== false && (
        <Toolbar session={session} onHelp={props.onHelp} />
      )}
      <div className={classes.stage}>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- an application region takes keys itself */}
        <div ref={stage} className={classes.tissue} tabIndex={0} role="application" aria-label={TISSUE_LABEL} />
        {session !== null && opened !== null && <Stage {...props} session={session} presentation={opened} />}
      </div>
    </div>
  );
}

function Toolbar({ session, onHelp }: { readonly session: ViewerSession; readonly onHelp: (() => void) | undefined }) {
  const { chromeHidden } = useSession(session);
  if (chromeHidden) return null;
  return <ViewerToolbar session={session} {...(onHelp === undefined ? {} : { onHelp })} />;
}

type StageProps = SlideViewerProps & { readonly session: ViewerSession };

/** What lies over the tissue: layers, notices, legend, overview, status. */
function Stage({
  session,
  presentation,
  overlay = null,
  maps = null,
  heat = false,
  regions = [],
  chosenRegion = null,
  spotlight = null,
  onCore,
  thumbnailUrl = null,
  showLegend = true,
}: StageProps) {
  const { viewer } = session;
  const { chromeHidden, overviewShown, tool, announcement } = useSession(session);
  const shownKind = session.shownKind();
  const [noWebGLSeen, setNoWebGLSeen] = useState(false);
  const nuclei = useMemo(
    () =>
      overlay === null
        ? null
        : new NucleiLayer({
            cells: overlay.cells,
            density: overlay.density,
            slide: { width: presentation.width_px, height: presentation.height_px },
            umPerPx: presentation.um_per_px,
          }),
    [overlay, presentation],
  );
  const overlayState = useLayerState<OverlayState>(nuclei);
  const map = useMemo(() => (maps === null ? null : new MapLayer(maps)), [maps]);
  const mapState = useLayerState<MapState>(map);
  const noWebGL = viewer.capabilities.stainSeparationUnavailable;

  useEffect(() => {
    const layer = new ScaleBarLayer(presentation.um_per_px);
    viewer.addLayer(layer);
    return () => viewer.removeLayer(layer.id);
  }, [viewer, presentation]);

  const [regionsLayer] = useState(() => new RegionsLayer());
  useEffect(() => {
    viewer.addLayer(regionsLayer);
    return () => viewer.removeLayer(regionsLayer.id);
  }, [viewer, regionsLayer]);
  useEffect(() => regionsLayer.setRegions(regions, chosenRegion), [regionsLayer, regions, chosenRegion]);

  useEffect(() => {
    if (spotlight === null) return undefined;
    const layer = new SpotlightLayer(spotlight);
    viewer.addLayer(layer);
    return () => viewer.removeLayer(layer.id);
  }, [viewer, spotlight]);

  useEffect(() => {
    if (onCore === undefined) return undefined;
    return viewer.onClick((slide) => {
      const region = regionsLayer.regionAt(slide);
      if (region?.kind === "core" && region.id !== chosenRegion) onCore(region.id);
    });
  }, [viewer, regionsLayer, onCore, chosenRegion]);

  useEffect(() => {
    if (nuclei === null) return undefined;
    viewer.addLayer(nuclei);
    session.setNuclei(nuclei);
    return () => {
      session.setNuclei(null);
      viewer.removeLayer(nuclei.id);
    };
  }, [viewer, session, nuclei]);

  useEffect(() => {
    if (map === null) return undefined;
    viewer.addLayer(map);
    session.setMap(map);
    return () => {
      session.setMap(null);
      viewer.removeLayer(map.id);
    };
  }, [viewer, session, map]);

  return (
    <>
      <TileNotice viewer={viewer} />
      {noWebGL !== null && !noWebGLSeen && (
        <div className={classes.noWebGL} role="note">
          <Text size="sm">{noWebGL}</Text>
          <CloseButton size="sm" aria-label="Close this notice" onClick={() => setNoWebGLSeen(true)} />
        </div>
      )}
      {tool !== null && <div className={classes.hint}>{tool.hint}</div>}
      <output className={classes.visuallyHidden}>{announcement}</output>
      {nuclei !== null && <CellTooltip viewer={viewer} layer={nuclei} />}
      {!chromeHidden && overlay !== null && showLegend && (
        <div className={classes.legendPlace}>
          <OverlayLegend
            session={session}
            counts={overlay.counts}
            representation={maps?.representation ?? null}
            maps={mapState}
            onRetry={() => map?.retry()}
            {...(overlay.title === undefined ? {} : { title: overlay.title })}
          />
        </div>
      )}
      {!chromeHidden && heat && overlay === null && (
        <div className={classes.legendPlace}>
          <HeatLegend />
        </div>
      )}
      {!chromeHidden && overviewShown && (
        <div className={classes.overviewPlace}>
          <OverviewMap viewer={viewer} presentation={presentation} thumbnailUrl={thumbnailUrl} />
        </div>
      )}
      {!chromeHidden && <ViewerStatus viewer={viewer} presentation={presentation} overlay={shownKind === "nuclei" ? overlayState : null} />}
    </>
  );
}
