import { Alert } from "@mantine/core";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { OpenedAssignment } from "../../api/queries/reading";
import { useWholeWorklist } from "../../api/queries/worklist";
import type { Assignment, WorklistItem } from "../../api/reading-types";
import { GRID_COMMANDS } from "../../commands/reading";
import { useBoundCommands, useCommands } from "../../components/commands/CommandProvider";
import { CoreGrid, GRID_COLUMNS } from "../../components/reading/CoreGrid";
import { ReferenceDrawer } from "../../components/reading/ReferenceDrawer";
import { HeaderControls } from "../../components/shell/slots";
import { Trail } from "../../components/shell/Trail";
import { SlideViewer } from "../../components/viewer/SlideViewer";
import { useSession } from "../../components/viewer/use-session";
import { type ViewerCommand, viewerCommands } from "../../components/viewer/viewer-commands";
import type { ViewerSession } from "../../components/viewer/viewer-session";
import { preferences } from "../../state/preferences";
import { type Direction, stepInGrid } from "../../state/worklist-order";
import { PanelToggle } from "../viewer/PanelToggle";
import roomClasses from "../viewer/reading-room.module.css";
import { useRenewal } from "../viewer/renewal";
import { ReadPanel } from "./ReadPanel";
import { useMagnificationUsed } from "./magnification-used";
import { usePlace } from "./place";
import { useNeighbours } from "./neighbours";

export interface ReadRoomProps {
  assignment: Assignment;
  opened: OpenedAssignment;
  person: string;
}

const NO_ITEMS: WorklistItem[] = [];

/** Tissue in the middle, the form at the right; the slide's cores at the left where it has several. */
export function ReadRoom({ assignment, opened, person }: ReadRoomProps) {
  const { panelOpen, filmstripOpen } = useSyncExternalStore(preferences.subscribe, preferences.get);
  const renewal = useRenewal(opened.presentation.id);
  const [session, setSession] = useState<ViewerSession | null>(null);
  const [chromeHidden, setChromeHidden] = useState(false);
  const [reference, setReference] = useState(false);
  const items = useWholeWorklist(assignment).data ?? NO_ITEMS;
  const go = useNeighbours(items, assignment);
  const { spotlight, fit } = usePlace(session, opened, assignment.id);
  const magnification = useMagnificationUsed(session, assignment.id);
  const cores = useMemo(
    () =>
      items
        .filter((item) => item.presentation_group === assignment.presentation_group && item.is_core)
        .toSorted((a, b) => a.position - b.position),
    [items, assignment.presentation_group],
  );
  const isGrid = cores.length > 1;
  const move = (direction: Direction): void => {
    const at = cores.findIndex((core) => core.id === assignment.id);
    const to = cores[stepInGrid(at, cores.length, GRID_COLUMNS, direction)];
    if (at >= 0 && to !== undefined && to.id !== assignment.id) go.to(to.id);
  };
  const leave = useCallback(() => document.querySelector<HTMLElement>("[role='application']")?.focus(), []);
  return (
    <div className={roomClasses.room} data-fill>
      <Trail
        crumbs={[
          { label: "Worklist", to: "/worklist" },
          { label: assignment.study.name, to: `/worklist?study=${assignment.study.id}` },
          { label: `${assignment.alias} · ${assignment.marker}` },
        ]}
      />
      <HeaderControls>
        {isGrid && <PanelToggle side="left" open={filmstripOpen} />}
        <PanelToggle side="right" open={panelOpen} />
      </HeaderControls>
      {session && <ViewerKeys session={session} name={assignment.alias} isGrid={isGrid} onChrome={setChromeHidden} />}
      {isGrid && <GridKeys move={move} />}
      {isGrid && filmstripOpen && !chromeHidden && (
        <CoreGrid cores={cores} current={assignment.id} onGo={go.to} onHover={go.prefetch} />
      )}
      <div className={roomClasses.tissue}>
        {renewal.ended && (
          <Alert color="amber" variant="default" className={roomClasses.ended} title="This specimen is no longer open to you">
            {renewal.ended.detail}
          </Alert>
        )}
        <SlideViewer presentation={opened.presentation} renewAccess={renewal.renew} spotlight={spotlight} onSession={setSession} />
      </div>
      {panelOpen && !chromeHidden && (
        <ReadPanel
          key={`${assignment.id}/${assignment.reading?.id ?? "open"}`}
          assignment={assignment}
          person={person}
          desk={{
            details: magnification,
            leave,
            next: go.next,
            previous: go.previous,
            prepareNext: go.prepareNext,
            onSigned: go.afterSigning,
            showReference: () => setReference(true),
            fit,
            ...(isGrid ? { arrow: (key: string) => arrowMoves(key, move) } : {}),
          }}
        />
      )}
      <ReferenceDrawer assignment={assignment} opened={reference} onClose={() => setReference(false)} />
    </div>
  );
}

const ARROWS: Record<string, Direction> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

function arrowMoves(key: string, move: (direction: Direction) => void): boolean {
  const direction = ARROWS[key];
  if (direction !== undefined) move(direction);
  return direction !== undefined;
}

/** The viewer's commands for as long as the viewer stands. */
function ViewerKeys({ session, name, isGrid, onChrome }: {
  session: ViewerSession;
  name: string;
  isGrid: boolean;
  onChrome: (hidden: boolean) => void;
}) {
  useBoundCommands(useMemo(() => roomCommands(session, name, isGrid), [session, name, isGrid]));
  const { chromeHidden } = useSession(session);
  useEffect(() => onChrome(chromeHidden), [chromeHidden, onChrome]);
  return null;
}

/** The viewer's, without the keys that mean something of the reading here: F fits the specimen, arrows change the core. */
function roomCommands(session: ViewerSession, name: string, isGrid: boolean): ViewerCommand[] {
  return viewerCommands(session, name).map((command) => {
    if (command.id === "viewer.fit") return { ...command, keys: [] };
    if (isGrid && command.id.startsWith("viewer.pan.")) return { ...command, keys: command.keys.filter((keys) => keys.startsWith("Shift+")) };
    return command;
  });
}

function GridKeys({ move }: { move: (direction: Direction) => void }) {
  useCommands(GRID_COMMANDS, { move });
  return null;
}
