import { ActionIcon, Alert, Tooltip } from "@mantine/core";
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand } from "@tabler/icons-react";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { useSearchParams } from "react-router";
import type { OpenedSlide } from "../../api/queries/slides";
import type { Slide, Study } from "../../api/types";
import { SlideViewer } from "../../components/viewer/SlideViewer";
import { readViewQuery } from "../../geometry/view-query";
import { HeaderControls } from "../../components/shell/slots";
import { Trail } from "../../components/shell/Trail";
import { preferences } from "../../state/preferences";
import { CaseStrip } from "./CaseStrip";
import { useRenewal } from "./renewal";
import classes from "./reading-room.module.css";
import { SidePanel } from "./SidePanel";
import { useViewInAddress } from "./view-in-address";

export interface ReadingRoomProps {
  slide: Slide;
  opened: OpenedSlide;
  study: Study;
}

/** Tissue in the middle, the case's other slides at the left, what is known and done at the right. */
export function ReadingRoom({ slide, opened, study }: ReadingRoomProps) {
  const [params, setParams] = useSearchParams();
  const { filmstripOpen, panelOpen } = useSyncExternalStore(preferences.subscribe, preferences.get);
  const renewal = useRenewal(opened.id);
  const specimen = opened.specimens.find((item) => item.id === params.get("specimen")) ?? opened.specimens[0] ?? null;
  const cases = [...new Set(opened.specimens.map((item) => item.case?.code).filter((code) => code !== undefined))];
  const initialView = useMemo(
    () => readViewQuery(new URLSearchParams(window.location.search), { width: opened.width_px, height: opened.height_px }),
    [opened],
  );
  const onViewChange = useViewInAddress();
  const setParam = useCallback(
    (name: string, value: string | null) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          if (value === null) next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  const crumbs = [
    { label: "Studies", to: "/studies" },
    { label: study.name, to: `/studies/${study.id}?tab=slides` },
    ...(specimen?.case && cases.length === 1 ? [{ label: `Case ${specimen.case.code}`, to: `/cases/${specimen.case.id}` }] : []),
    { label: `${slide.name} · ${slide.marker}` },
  ];
  return (
    <div className={classes.room}>
      <Trail crumbs={crumbs} />
      <HeaderControls>
        <PanelToggle side="left" open={filmstripOpen} />
        <PanelToggle side="right" open={panelOpen} />
      </HeaderControls>
      {filmstripOpen && <CaseStrip current={slide.id} caseId={specimen?.case?.id ?? null} />}
      <div className={classes.tissue}>
        {renewal.ended && (
          <Alert color="amber" className={classes.ended} title="This slide is no longer open to you">
            {renewal.ended.detail}
          </Alert>
        )}
        <SlideViewer presentation={opened} initialView={initialView} onViewChange={onViewChange} renewAccess={renewal.renew} />
      </div>
      {panelOpen && (
        <SidePanel
          slide={slide}
          opened={opened}
          study={study}
          specimen={specimen}
          run={params.get("run")}
          onRun={(run) => setParam("run", run)}
          onSpecimen={(id) => setParam("specimen", id)}
          onDraw={null}
          drawing={false}
          field={null}
          onField={() => {}}
        />
      )}
    </div>
  );
}

export function PanelToggle({ side, open }: { side: "left" | "right"; open: boolean }) {
  const what = side === "left" ? "the case’s slides" : "the panel";
  const label = `${open ? "Hide" : "Show"} ${what}`;
  const Icon =
    side === "left"
      ? open ? IconLayoutSidebarLeftCollapse : IconLayoutSidebarLeftExpand
      : open ? IconLayoutSidebarRightCollapse : IconLayoutSidebarRightExpand;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        aria-pressed={open}
        onClick={() => preferences.set(side === "left" ? { filmstripOpen: !open } : { panelOpen: !open })}
      >
        <Icon size={19} />
      </ActionIcon>
    </Tooltip>
  );
}
