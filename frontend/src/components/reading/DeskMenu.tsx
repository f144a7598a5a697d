import { ActionIcon, Button, Group, Menu, Popover, Stack, Text, Textarea, Tooltip } from "@mantine/core";
import { IconClockPause, IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { useRequestSlide } from "../../api/queries/reading";
import type { Assignment, SlideRequestKind } from "../../api/reading-types";
import { formError } from "../common/form-errors";

const KINDS: readonly (readonly [SlideRequestKind, string, string])[] = [
  ["rescan", "Ask for a rescan", "A new image of the same slide"],
  ["recut", "Ask for a recut", "A new section of the block"],
  ["restain", "Ask for a re-stain", "A new section, stained again"],
];

/** Putting a specimen back for later, or asking the technicians for better material. */
export function DeskMenu({ assignment, onDefer, onAway }: { assignment: Assignment; onDefer: () => void; onAway: () => void }) {
  const [kind, setKind] = useState<SlideRequestKind | null>(null);
  return (
    <Group gap={2} wrap="nowrap">
      {assignment.state !== "deferred" && (
        <Tooltip label="Defer: put it back for later · D">
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Defer" onClick={onDefer}>
            <IconClockPause size={18} />
          </ActionIcon>
        </Tooltip>
      )}
      {assignment.purpose !== "qualification" && (
        <Popover opened={kind !== null} onClose={() => setKind(null)} position="top-end" width={300} trapFocus returnFocus withArrow>
          <Popover.Target>
            <div>
              <Menu position="top-end" width={240} withinPortal>
                <Menu.Target>
                  <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Ask the technicians">
                    <IconDots size={18} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  {KINDS.map(([key, label, about]) => (
                    <Menu.Item key={key} onClick={() => setKind(key)}>
                      <Text size="sm">{label}</Text>
                      <Text size="xs" c="dimmed">
                        {about}
                      </Text>
                    </Menu.Item>
                  ))}
                </Menu.Dropdown>
              </Menu>
            </div>
          </Popover.Target>
          <Popover.Dropdown aria-label="Request">
            {kind !== null && <RequestForm assignment={assignment} kind={kind} onClose={() => setKind(null)} onAway={onAway} />}
          </Popover.Dropdown>
        </Popover>
      )}
    </Group>
  );
}

function RequestForm({ assignment, kind, onClose, onAway }: { assignment: Assignment; kind: SlideRequestKind; onClose: () => void; onAway: () => void }) {
  const [note, setNote] = useState("");
  const ask = useRequestSlide(assignment.id);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate(
          { kind, note: note.trim() },
          {
            onSuccess: () => {
              onClose();
              onAway();
            },
          },
        );
      }}
    >
      <Stack gap="xs">
        <Text size="sm" fw={600}>
          {KINDS.find(([key]) => key === kind)?.[1]}
        </Text>
        <Textarea
          label="For the technicians"
          description="They see the slide and this note, not who asked. The specimen is put back meanwhile."
          autosize
          minRows={2}
          maxLength={400}
          value={note}
          error={ask.isError ? (formError(ask.error, []) ?? undefined) : undefined}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="xs" type="submit" loading={ask.isPending}>
            Send
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
