import { Button, Checkbox, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { coreName } from "../../components/common/words";
import { resizeAll } from "../../state/core-map";
import type { CoreMapEditor } from "./use-core-map";

/** The chosen core in numbers: all that can be done with the hand can be typed. */
export function CoreFields({ editor }: { editor: CoreMapEditor }) {
  const core = editor.chosen;
  if (core === null) {
    return (
      <Text size="sm" c="dimmed">
        Click a circle, or press N, to choose a core.
      </Text>
    );
  }
  const number = (name: "row" | "column") => (value: number | string): void => {
    if (typeof value === "number" && Number.isInteger(value) && value >= 1) editor.change(core.key, { [name]: value });
  };
  return (
    <Stack gap="xs" component="section" aria-label={`Core ${coreName(core.row, core.column)}`}>
      <Group gap="xs" wrap="nowrap" grow>
        <NumberInput size="xs" label="Row" min={1} max={999} allowDecimal={false} value={core.row} onChange={number("row")} />
        <NumberInput size="xs" label="Column" min={1} max={999} allowDecimal={false} value={core.column} onChange={number("column")} />
        <NumberInput size="xs" label="Radius, px" min={4} decimalScale={1} value={core.radiusPx} onChange={(value) => typeof value === "number" && value >= 4 && editor.change(core.key, { radiusPx: value })} />
      </Group>
      <TextInput size="xs" label="Case" placeholder="The patient’s pseudonym" maxLength={40} value={core.caseCode} onChange={(event) => editor.change(core.key, { caseCode: event.currentTarget.value })} />
      <Checkbox size="xs" label="Missing: the core is not on the slide" checked={core.isMissing} onChange={(event) => editor.change(core.key, { isMissing: event.currentTarget.checked })} />
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={() => editor.edit((map) => resizeAll(map, core.radiusPx))}>
          All circles this size
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => editor.events.remove(core.key)}>
          Delete this core
        </Button>
      </Group>
    </Stack>
  );
}
