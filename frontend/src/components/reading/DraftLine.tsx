import { Button, Group, Stack, Text } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { type DraftSaver, draftWords } from "../../state/draft-saver";
import type { ReadingForm } from "../../state/reading-form";
import { formInWords } from "./form-words";

/** The draft's state in words. It keeps its line, so that nothing jumps. */
export function DraftLine({ saver }: { saver: DraftSaver }) {
  const state = useSyncExternalStore(saver.subscribe, saver.get);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const bad = state.kind === "offline" || state.kind === "conflict" || state.kind === "refused";
  return (
    <Text size="xs" mih={18} c={bad ? "light-dark(var(--mantine-color-amber-9), var(--mantine-color-amber-3))" : "dimmed"} role="status" data-testid="draft-state">
      {draftWords(state, Math.max(now, state.kind === "saved" ? state.at : 0))}
    </Text>
  );
}

export interface Conflict {
  readonly theirs: ReadingForm;
  readonly version: number;
}

/** Two forms of the same specimen, side by side: which one goes on? */
export function DraftConflict({ mine, conflict, onKeep }: { mine: ReadingForm; conflict: Conflict; onKeep: (form: ReadingForm) => void }) {
  const side = (title: string, form: ReadingForm, action: string) => (
    <Stack gap={4} style={{ flex: 1 }}>
      <Text size="xs" fw={600}>
        {title}
      </Text>
      <Text size="xs" style={{ whiteSpace: "pre-line" }} mih={48}>
        {formInWords(form)}
      </Text>
      <Button size="compact-sm" variant="default" onClick={() => onKeep(form)}>
        {action}
      </Button>
    </Stack>
  );
  return (
    <section
      aria-label="Two versions of this form"
      style={{ border: "1px solid var(--mantine-color-amber-6)", borderRadius: 8, padding: 10, marginBottom: 12 }}
    >
      <Text size="sm" fw={600} mb={6}>
        This form was saved in another window
      </Text>
      <Group align="flex-start" gap="sm" wrap="nowrap">
        {side("Here", mine, "Keep this one")}
        {side("There", conflict.theirs, "Take that one")}
      </Group>
    </section>
  );
}
