import { ActionIcon, Button, Divider, Group, Stack, Text, Title, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconArrowForwardUp } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { ApiError, request } from "../../api/client";
import { keys } from "../../api/keys";
import { type CoreGrid, useSaveCores } from "../../api/queries/cores";
import type { Slide } from "../../api/types";
import { Disclosure } from "../../components/common/Disclosure";
import { FormProblem } from "../../components/common/FormProblem";
import { coreName, counted } from "../../components/common/words";
import type { Size } from "../../geometry/points";
import { type CoreMap, problemsOf, renumber } from "../../state/core-map";
import { CasesCsv } from "./CasesCsv";
import { CoreFields } from "./CoreFields";
import { CoreList } from "./CoreList";
import classes from "./core-map.module.css";
import { GridSources } from "./GridSources";
import type { CoreMapEditor } from "./use-core-map";
import { coresOfMap, mapOfFound, mapOfGrid } from "./wire";

/** Save, the chosen core, all cores, and where a grid and its cases may come from. */
export function CoreMapPanel({ slide, grid, editor, size }: { slide: Slide; grid: CoreGrid; editor: CoreMapEditor; size: Size }) {
  const save = useSaveCores(slide.id);
  const problems = problemsOf(editor.map, size, coreName);
  // Of the grid these edits began with, not of what others have saved since.
  const version = useRef(grid.version);
  const client = useQueryClient();
  const take = (saved: CoreGrid): void => {
    version.current = saved.version;
    editor.saved(mapOfGrid(saved));
  };
  const reload = async (): Promise<void> => {
    save.reset();
    take(await client.fetchQuery({ queryKey: keys.cores(slide.id), queryFn: () => request<CoreGrid>(`/api/slides/${slide.id}/cores`), staleTime: 0 }));
  };
  return (
    <aside className={classes.panel} aria-label="Core map">
      <Stack gap="md">
        <div className={classes.head}>
          <Group justify="space-between" wrap="nowrap" mb="sm">
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
            <Button fullWidth loading={save.isPending} disabled={!editor.isChanged || problems.length > 0} onClick={() => save.mutate({ cores: coresOfMap(editor.map), version: version.current }, { onSuccess: take })}>
              Save {counted(editor.map.length, "core")}
            </Button>
            <Text size="xs" c="dimmed" mt={6} role="status">
              {problems.length > 0 ? `${problems[0]?.text}${problems.length > 1 ? ` And ${problems.length - 1} more.` : ""}` : editor.isChanged ? "Not saved yet." : savedText(editor.map)}
            </Text>
            <FormProblem error={save.error} />
            {save.error instanceof ApiError && save.error.status === 412 && (
              <Button size="compact-sm" variant="default" mt={6} onClick={() => void reload()}>
                Drop my changes and load what is saved
              </Button>
            )}
          </div>
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
          <GridSources slide={slide} grid={grid} onUse={(found) => editor.edit((map) => mapOfFound(found, map))} onCopied={take} />
        </Disclosure>
        <Disclosure label="Assign cases from a CSV">
          <CasesCsv editor={editor} />
        </Disclosure>
        <Disclosure label="Keys, while the slide has the focus">
          <ToolKeys />
        </Disclosure>
      </Stack>
    </aside>
  );
}

function savedText(map: CoreMap): string {
  const codes = map.map((core) => core.caseCode).filter((code) => code !== "");
  const bare = map.length - codes.length;
  return `Saved: ${counted(map.length, "core")} of ${counted(new Set(codes).size, "case")}${bare > 0 ? `, ${bare} without a case` : ""}.`;
}

const TOOL_KEYS: [keys: string, does: string][] = [
  ["N P", "next, previous core"],
  ["← → ↑ ↓", "move it; with Shift by one screen pixel"],
  ["[ ]", "smaller, larger"],
  ["M", "missing or not"],
  ["A", "add a core in the middle of the view"],
  ["Del", "delete it"],
  ["Esc", "choose none"],
];

function ToolKeys() {
  return TOOL_KEYS.map(([keys, does]) => (
    <Group key={keys} gap="sm" wrap="nowrap">
      <Text size="xs" w={70} style={{ flex: "none" }}>
        {keys}
      </Text>
      <Text size="xs" c="dimmed">
        {does}
      </Text>
    </Group>
  ));
}
