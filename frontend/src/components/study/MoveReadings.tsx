import { Button, Group, Paper, Select, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useReassign } from "../../api/queries/assigning";
import type { Id, Study } from "../../api/types";
import { fieldError } from "../common/form-errors";
import { FormProblem } from "../common/FormProblem";
import { counted } from "../common/words";

/** Gives chosen assignments, or all that a reader who is away has not signed, to somebody else. */
export function MoveReadings({ study, readers, chosen, from, onMoved }: {
  study: Study;
  readers: { value: Id; label: string }[];
  chosen: Id[];
  from: Id;
  onMoved: () => void;
}) {
  const move = useReassign(study.id);
  const [to, setTo] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  if (chosen.length === 0 && from === "") return null;
  const name = readers.find(({ value }) => value === from)?.label ?? "this reader";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (to === null || reason.trim() === "") return;
    move.mutate(
      { ...(chosen.length > 0 ? { assignments: chosen } : { reader: from }), to, reason: reason.trim() },
      { onSuccess: () => { setReason(""); onMoved(); } },
    );
  };
  return (
    <Paper withBorder p="sm" mb="sm" component="form" onSubmit={submit} aria-label="Reassign">
      <Stack gap={8}>
        <Group gap="sm" align="flex-start">
          <Text size="sm" mt={7} fw={550}>
            {chosen.length > 0 ? `Give ${counted(chosen.length, "chosen assignment")} to` : `Give all that ${name} has not signed to`}
          </Text>
          <Select aria-label="New reader" placeholder="Reader" w={200} data={readers.filter(({ value }) => value !== from)} value={to} onChange={setTo} error={fieldError(move.error, "to")} />
          <TextInput aria-label="Reason" placeholder="Reason, e.g. on leave until June" w={300} maxLength={400} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={fieldError(move.error, "reason")} />
          <Button type="submit" variant="default" loading={move.isPending} disabled={to === null || reason.trim() === ""}>
            Reassign
          </Button>
          {move.isSuccess && (
            <Text size="sm" c="dimmed" mt={7} role="status">
              Done.
            </Text>
          )}
        </Group>
        <FormProblem error={move.error} fields={["to", "reason"]} />
      </Stack>
    </Paper>
  );
}
