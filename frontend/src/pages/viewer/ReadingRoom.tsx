import { Alert } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useSearchParams } from "react-router";
import { useAllBatchResults, useBatches } from "../../api/queries/batches";
import { useResult, useRun } from "../../api/queries/runs";
import { type OpenedSlide, thumbnailUrl, useCreateField, useFieldsOfView } from "../../api/queries/slides";
import type { FieldOfView, Slide, SlideSpecimen, Study } from "../../api/types";
import { useBoundCommands } from "../../components/commands/CommandProvider";
import { HeaderControls } from "../../components/shell/slots";
import { Trail } from "../../components/shell/Trail";
import { SlideViewer } from "../../components/viewer/SlideViewer";
import { useSession } from "../../components/viewer/use-session";
import { viewerCommands } from "../../components/viewer/viewer-commands";
import type { ViewerSession } from "../../components/viewer/viewer-session";
import { readViewQuery } from "../../geometry/view-query";
import { preferences } from "../../state/preferences";
import { mayKnowOfRuns } from "../study/roles";
import { CaseStrip } from "./CaseStrip";
import { nextFieldName } from "./field-name";
import { coreBox, useMaps, useNucleiOverlay, useRegions } from "./overlay";
import { PanelToggle } from "./PanelToggle";
import classes from "./reading-room.module.css";
import { useRenewal } from "./renewal";
import { SidePanel } from "./SidePanel";
import { useViewInAddress } from "./view-in-address";

export interface ReadingRoomProps {
  slide: Slide;
  opened: OpenedSlide;
  study: Study;
}

const NO_FIELDS: FieldOfView[] = [];

/** Tissue in the middle, the case's other slides at the left, what is known and done at the right. */
export function ReadingRoom({ slide, opened, study }: ReadingRoomProps) {
  const [params, setParams] = useSearchParams();
  const { filmstripOpen, panelOpen } = useSyncExternalStore(preferences.subscribe, preferences.get);
  const renewal = useRenewal(opened.id);
  const [session, setSession] = useState<ViewerSession | null>(null);
  const [chromeHidden, setChromeHidden] = useState(false);
  const [drawing, setDrawing] = useState(false);
  const [field, setField] = useState<string | null>(null);
  const fields = useFieldsOfView(slide.id);
  const createField = useCreateField(slide.id);
  const specimen = opened.specimens.find((item) => item.id === params.get("specimen")) ?? opened.specimens[0] ?? null;
  const sees = mayKnowOfRuns(study.my_roles, study.protocol?.readers_per_specimen ?? 2);
  const run = useRun(sees ? params.get("run") : null).data ?? null;
  // The overlay shows what the panel has revealed: the panel's own cached answer, asked for once.
  const result = useResult(run?.has_result ? run.id : null);
  const overlay = useNucleiOverlay(result.data ?? null);
  const maps = useMaps(result.data ?? null);
  // The one that is named, else the slide's latest: whoever comes back finds what was started.
  const isArray = opened.specimens.some((item) => item.kind === "core");
  const latest = useBatches({ slide: slide.id, page_size: 1 }, sees && isArray).data?.results[0]?.id ?? null;
  const batch = sees ? (params.get("batch") ?? latest) : null;
  const scores = useAllBatchResults(batch).data ?? null;
  const regions = useRegions(opened, fields.data?.results ?? NO_FIELDS, scores);
  const initialView = useMemo(
    () => readViewQuery(new URLSearchParams(window.location.search), { width: opened.width_px, height: opened.height_px }),
    [opened],
  );
  const onViewChange = useViewInAddress();
  const setAll = useCallback(
    (values: Record<string, string | null>) =>
      setParams(
        () => {
          // From the address itself: the view is written there past the router.
          const next = new URLSearchParams(window.location.search);
          for (const [name, value] of Object.entries(values)) {
            if (value === null) next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  useViewOfCore(session, params.has("specimen") ? specimen : null, initialView.centre !== undefined);
  const chooseCore = useCallback(
    (id: string) => {
      const score = scores?.find((one) => one.specimen === id);
      setAll({ specimen: id, run: score?.run ?? null });
    },
    [scores, setAll],
  );
  const toolGone = useCallback(() => setDrawing(false), []);
  const draw = (): void => {
    if (!session) return;
    setDrawing(true);
    session.drawRectangle((box) => {
      setDrawing(false);
      createField.mutate(
        { name: nextFieldName(fields.data?.results ?? []), x_px: box.x, y_px: box.y, width_px: box.width, height_px: box.height },
        {
          onSuccess: (made) => setField(made.id),
          onError: (error) => notifications.show({ color: "red", title: "The field of view was not saved", message: error.message }),
        },
      );
    });
  };
  const cases = new Set(opened.specimens.map((item) => item.case?.id));
  const crumbs = [
    { label: "Studies", to: "/studies" },
    { label: study.name, to: `/studies/${study.id}?tab=slides` },
    ...(specimen?.case && cases.size === 1 ? [{ label: `Case ${specimen.case.code}`, to: `/cases/${specimen.case.id}` }] : []),
    { label: `${slide.name} · ${slide.marker}` },
  ];
  const mayDraw = study.my_roles.includes("technician") || study.my_roles.includes("administrator");
  return (
    <div className={classes.room} data-fill>
      <Trail crumbs={crumbs} />
      <HeaderControls>
        {specimen?.case && <PanelToggle side="left" open={filmstripOpen} />}
        <PanelToggle side="right" open={panelOpen} />
      </HeaderControls>
      {session && <ViewerKeys session={session} name={slide.name} onToolGone={toolGone} onChrome={setChromeHidden} />}
      {filmstripOpen && !chromeHidden && <CaseStrip current={slide.id} caseId={specimen?.case?.id ?? null} />}
      <div className={classes.tissue}>
        {renewal.ended && (
          <Alert color="amber" variant="default" className={classes.ended} title="This slide is no longer open to you">
            {renewal.ended.detail}
          </Alert>
        )}
        <SlideViewer
          presentation={opened}
          initialView={initialView}
          onViewChange={onViewChange}
          renewAccess={renewal.renew}
          overlay={overlay}
          maps={maps}
          heat={scores !== null && scores.length > 0}
          onCore={chooseCore}
          regions={regions}
          chosenRegion={field ?? (specimen?.kind === "core" ? specimen.id : null)}
          thumbnailUrl={slide.has_thumbnail ? thumbnailUrl(slide.id) : null}
          onSession={setSession}
        />
      </div>
      {panelOpen && !chromeHidden && (
        <SidePanel
          slide={slide}
          opened={opened}
          study={study}
          specimen={specimen}
          fields={fields.data?.results ?? NO_FIELDS}
          run={sees ? params.get("run") : null}
          onRun={(id) => setAll({ run: id })}
          onSpecimen={chooseCore}
          onDraw={session && mayDraw ? draw : null}
          drawing={drawing}
          field={field}
          onField={setField}
          batch={batch}
          batchResults={scores}
          onBatch={(id) => setAll({ batch: id })}
        />
      )}
    </div>
  );
}

/** Shows the core that was chosen; the one the page opened with only where the address says no place of its own. */
function useViewOfCore(session: ViewerSession | null, core: SlideSpecimen | null, hasPlace: boolean): void {
  const shown = useRef<string | null>(null);
  useEffect(() => {
    const box = core === null ? null : coreBox(core);
    if (session === null || core === null || box === null || shown.current === core.id) return;
    const isFirst = shown.current === null;
    shown.current = core.id;
    if (!isFirst || !hasPlace) session.viewer.fit(box);
  }, [session, core, hasPlace]);
}

/** The viewer's commands for as long as the viewer stands. */
function ViewerKeys({ session, name, onToolGone, onChrome }: {
  session: ViewerSession;
  name: string;
  onToolGone: () => void;
  onChrome: (hidden: boolean) => void;
}) {
  useBoundCommands(useMemo(() => viewerCommands(session, name), [session, name]));
  const { tool, chromeHidden } = useSession(session);
  useEffect(() => onChrome(chromeHidden), [chromeHidden, onChrome]);
  useEffect(() => {
    if (tool === null) onToolGone();
  }, [tool, onToolGone]);
  return null;
}
