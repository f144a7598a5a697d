import { Alert, Text } from "@mantine/core";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { OpenedAssignment } from "../../api/queries/reading";
import { useWholeWorklist } from "../../api/queries/worklist";
import type { Assignment, WorklistItem } from "../../api/reading-types";
import { GRID_COMMANDS } from "../../commands/reading";
import { useBoundCommands, useCommands } from "../../components/commands/CommandProvider";
import { CoreGrid, GRID_COLUMNS } from "../../components/reading/CoreGrid";
import { ReferencePanel } from "../../components/reading/ReferencePanel";
import classes from "../../components/reading/reading.module.css";
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
  /** Where the reader is: another specimen than the one shown while that one still opens. */
  current: string;
  person: string;
  /** The reader has just gone to another specimen. */
  onLeave: () => void;
}

const NO_ITEMS: WorklistItem[] = [];

/** Tissue in the middle, the form at the right; the slide's cores at the left where it has several. */
export function ReadRoom({ assignment, opened, current, person, onLeave }: ReadRoomProps) {
  const { panelOpen, filmstripOpen } = useSyncExternalStore(preferences.subscribe, preferences.get);
  const renewal = useRenewal(opened.presentation.id);
  const [session, setSession] = useState<ViewerSession | null>(null);
  const [chromeHidden, setChromeHidden] = useState(false);
  const [reference, setReference] = useState(false);
  const items = useWholeWorklist(assignment).data ?? NO_ITEMS;
  const here = useMemo(() => items.find((item) => item.id === current) ?? assignment, [items, current, assignment]);
  const isOpening = current !== assignment.id;
  const go = useNeighbours(items, here, assignment, onLeave);
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
    const at = cores.findIndex((core) => core.id === current);
    const to = cores[stepInGrid(at, cores.length, GRID_COLUMNS, direction)];
    if (at >= 0 && to !== undefined && to.id !== current) go.to(to.id);
  };
  const leave = useCallback(() => document.querySelector<HTMLElement>("[role='application']")?.focus(), []);
  return (
    <div className={roomClasses.room} data-fill>
      <Trail
        crumbs={[
          { label: assignment.study.name, to: `/worklist?study=${assignment.study.id}` },
          { label: `${here.alias} · ${here.marker}` },
        ]}
      />
      <HeaderControls>
        {isGrid && <PanelToggle side="left" open={filmstripOpen} />}
        <PanelToggle side="right" open={panelOpen} />
      </HeaderControls>
      {session && <ViewerKeys session={session} name={assignment.alias} isGrid={isGrid} onChrome={setChromeHidden} />}
      {isGrid && <GridKeys move={move} />}
      {reference && !chromeHidden && <ReferencePanel assignment={assignment} onClose={() => setReference(false)} />}
      {isGrid && filmstripOpen && !chromeHidden && !reference && (
        <CoreGrid cores={cores} current={current} onGo={go.to} onHover={go.prefetch} />
      )}
      <div className={roomClasses.tissue} style={isOpening ? { opacity: 0.35 } : undefined} aria-busy={isOpening}>
        {renewal.ended && (
          <Alert color="amber" variant="default" className={roomClasses.ended} title="This specimen is no longer open to you">
            {renewal.ended.detail}
          </Alert>
        )}
        <SlideViewer presentation={opened.presentation} renewAccess={renewal.renew} spotlight={spotlight} onSession={setSession} />
      </div>
      {panelOpen && !chromeHidden && isOpening && <OpeningPanel name={here.alias} />}
      {panelOpen && !chromeHidden && !isOpening && (
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
            showReference: () => setReference((shown) => !shown),
            fit,
            ...(isGrid ? { arrow: (key: string) => arrowMoves(key, move) } : {}),
          }}
        />
      )}
    </div>
  );
}

/** Holds the form's place; says something only where opening takes longer than a glance. */
function OpeningPanel({ name }: { name: string }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <aside className={classes.panel} aria-label="Score">
      <Text size="sm" c="dimmed" p="md" role="status">
        {slow ? `Opening ${name}…` : ""}
      </Text>
    </aside>
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
