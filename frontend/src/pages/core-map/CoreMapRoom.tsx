import { useEffect, useMemo, useState } from "react";
import { type OpenedSlide, renewPresentation, thumbnailUrl } from "../../api/queries/slides";
import type { CoreGrid } from "../../api/queries/cores";
import type { Slide, Study } from "../../api/types";
import type { BoundCommand } from "../../commands/types";
import { useBoundCommands } from "../../components/commands/CommandProvider";
import { Trail } from "../../components/shell/Trail";
import { SlideViewer } from "../../components/viewer/SlideViewer";
import { viewerCommands } from "../../components/viewer/viewer-commands";
import type { ViewerSession } from "../../components/viewer/viewer-session";
import { CirclesTool } from "../../tools/circles-tool";
import classes from "./core-map.module.css";
import { CoreMapPanel } from "./CoreMapPanel";
import { type CoreMapEditor, useCoreMap } from "./use-core-map";
import { mapOfGrid, regionsOfMap } from "./wire";

/** The slide with its circles at the left, the core and the grid at the right. Saved all at once. */
export function CoreMapRoom({ slide, opened, study, grid }: { slide: Slide; opened: OpenedSlide; study: Study; grid: CoreGrid }) {
  const size = useMemo(() => ({ width: opened.width_px, height: opened.height_px }), [opened]);
  const editor = useCoreMap(useMemo(() => mapOfGrid(grid), [grid]), size);
  const [session, setSession] = useState<ViewerSession | null>(null);
  const chosen = editor.chosen?.key ?? null;
  const regions = useMemo(() => regionsOfMap(editor.map, chosen), [editor.map, chosen]);
  useCircles(session, editor);
  useLeaveWarning(editor.isChanged);
  return (
    <div className={classes.room} data-fill>
      <Trail crumbs={[{ label: "Studies", to: "/studies" }, { label: study.name, to: `/studies/${study.id}?tab=slides` }, { label: slide.name, to: `/slides/${slide.id}` }, { label: "Core map" }]} />
      {session && <Keys session={session} editor={editor} name={slide.name} />}
      <div className={classes.tissue}>
        <SlideViewer
          presentation={opened}
          renewAccess={async () => void (await renewPresentation(opened.id))}
          regions={regions}
          chosenRegion={chosen}
          thumbnailUrl={slide.has_thumbnail ? thumbnailUrl(slide.id) : null}
          onSession={setSession}
        />
      </div>
      <CoreMapPanel slide={slide} grid={grid} editor={editor} size={size} />
    </div>
  );
}

/** The circles are the tool of this page: it comes back when another one (the ruler) is done. */
function useCircles(session: ViewerSession | null, { events, map, chosen }: CoreMapEditor): void {
  useEffect(() => {
    if (session === null) return undefined;
    const tool = new CirclesTool(events);
    session.toolBox.use(tool);
    const stop = session.toolBox.onChange((active) => {
      if (active === null) session.toolBox.use(tool);
    });
    return () => {
      stop();
      session.toolBox.use(null);
    };
  }, [session, events]);
  // The grips follow the circle.
  useEffect(() => session?.viewer.requestRender(), [session, map, chosen]);
}

function Keys({ session, editor, name }: { session: ViewerSession; editor: CoreMapEditor; name: string }) {
  useBoundCommands(useMemo(() => viewerCommands(session, name), [session, name]));
  const { undo, redo } = editor;
  const own = useMemo<BoundCommand[]>(
    () => [
      { id: "cores.undo", label: "Undo", group: "Core map", keys: ["Mod+Z"], inPalette: true, disabled: () => null, run: undo },
      { id: "cores.redo", label: "Redo", group: "Core map", keys: ["Mod+Shift+Z"], inPalette: true, disabled: () => null, run: redo },
    ],
    [undo, redo],
  );
  useBoundCommands(own);
  return null;
}

/** The browser asks before a page with unsaved work is closed. */
function useLeaveWarning(changed: boolean): void {
  useEffect(() => {
    if (!changed) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [changed]);
}
