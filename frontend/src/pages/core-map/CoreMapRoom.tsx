import { ActionIcon, Button, Divider, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { useSaveCores } from "../../api/queries/cores";
import { lineErrors } from "../../api/line-errors";
import { type OpenedSlide, renewPresentation, thumbnailUrl } from "../../api/queries/slides";
import type { Slide, Study } from "../../api/types";
import type { BoundCommand } from "../../commands/types";
import { useBoundCommands } from "../../components/commands/CommandProvider";
import { Disclosure } from "../../components/common/Disclosure";
import { FormProblem } from "../../components/common/FormProblem";
import { coreName, counted } from "../../components/common/words";
import { Trail } from "../../components/shell/Trail";
import { SlideViewer } from "../../components/viewer/SlideViewer";
import { viewerCommands } from "../../components/viewer/viewer-commands";
import type { ViewerSession } from "../../components/viewer/viewer-session";
import { type CoreMap, problemsOf, renumber } from "../../state/core-map";
import { CirclesTool } from "../../tools/circles-tool";
import { CasesCsv } from "./CasesCsv";
import { CoreFields } from "./CoreFields";
import { CoreList } from "./CoreList";
import classes from "./core-map.module.css";
import { GridSources } from "./GridSources";
import { type CoreMapEditor, useCoreMap } from "./use-core-map";
import { coresOfMap, regionsOfMap } from "./wire";

/** The slide with its circles at the left, the core and the grid at the right. Saved all at once. */
export function CoreMapRoom({ slide, opened, study, saved, onCopied }: {
  slide: Slide;
  opened: OpenedSlide;
  study: Study;
  saved: CoreMap;
  onCopied: () => void;
}) {
  const size = useMemo(() => ({ width: opened.width_px, height: opened.height_px }), [opened]);
  const editor = useCoreMap(saved, size);
  const [session, setSession] = useState<ViewerSession | null>(null);
  const regions = useMemo(() => regionsOfMap(editor.map), [editor.map]);
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
          chosenRegion={editor.chosen?.key ?? null}
          thumbnailUrl={slide.has_thumbnail ? thumbnailUrl(slide.id) : null}
          onSession={setSession}
        />
      </div>
      <Panel slide={slide} editor={editor} size={size} onCopied={onCopied} />
    </div>
  );
}

function Panel({ slide, editor, size, onCopied }: {
  slide: Slide;
  editor: CoreMapEditor;
  size: { width: number; height: number };
  onCopied: () => void;
}) {
  const save = useSaveCores(slide.id);
  const problems = problemsOf(editor.map, size, coreName);
  const cases = new Set(editor.map.map((core) => core.caseCode).filter((code) => code !== ""));
  return (
    <aside className={classes.panel} aria-label="Core map">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <Title order={1} size="h3">
            Core map
          </Title>
          <Group gap={4}>
            <Tooltip label="Undo · Ctrl Z">
              <ActionIcon variant="subtle" color="gray" aria-label="Undo" disabled={!editor.canUndo} onClick={editor.undo}>
                <IconArrowBackUp size={18} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Redo · Ctrl Shift Z">
              <ActionIcon variant="subtle" color="gray" aria-label="Redo" disabled={!editor.canRedo} onClick={editor.redo}>
                <IconArrowForwardUp size={18} />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
        <div>
          <Button fullWidth loading={save.isPending} disabled={!editor.isChanged || problems.length > 0} onClick={() => save.mutate(coresOfMap(editor.map), { onSuccess: editor.saved })}>
            Save {counted(editor.map.length, "core")}
          </Button>
          <Text size="xs" c="dimmed" mt={6} role="status">
            {problems.length > 0 ? `${problems[0]?.text}${problems.length > 1 ? ` And ${problems.length - 1} more.` : ""}` : editor.isChanged ? "Not saved yet." : `Saved: ${counted(editor.map.length, "core")} of ${counted(cases.size, "case")}.`}
          </Text>
          <FormProblem error={save.error} />
          {lineErrors(save.error).map(({ line, message }) => (
            <Text key={line} size="xs" c="red">
              Core {line}: {message}
            </Text>
          ))}
        </div>
        <CoreFields editor={editor} />
        {editor.map.length > 0 && <CoreList editor={editor} problems={problems} />}
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => editor.edit(renumber)} disabled={editor.map.length === 0}>
            Number rows and columns anew
          </Button>
        </Group>
        <Divider />
        <Disclosure label="Find or copy a grid" open={editor.map.length === 0}>
          <GridSources slide={slide} onUse={(map) => editor.edit(() => map)} onCopied={onCopied} />
        </Disclosure>
        <Disclosure label="Assign cases from a CSV">
          <CasesCsv editor={editor} />
        </Disclosure>
      </Stack>
    </aside>
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
