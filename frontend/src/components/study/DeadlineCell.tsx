import { Button, Group, Popover, Stack, TextInput, UnstyledButton } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { ReaderProgress } from "../../api/administration";
import { useSetDeadline } from "../../api/queries/calendar";
import type { Id } from "../../api/types";
import { fieldError } from "../common/form-errors";
import { FormProblem } from "../common/FormProblem";
import { Time } from "../common/Time";
import { dayOf, endOfDay } from "./days";
import classes from "./study.module.css";
import { purposeText } from "./words";

/** Until when the reader is to be done; pressing it moves the deadline. */
export function DeadlineCell({ study, reader }: { study: Id; reader: ReaderProgress }) {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus withArrow position="bottom-end" width={280}>
      <Popover.Target>
        <UnstyledButton
          className={classes.deadline}
          aria-label={`Deadline of ${reader.name}, ${purposeText(reader.purpose, reader.series)}`}
          onClick={() => setOpened(!opened)}
        >
          {reader.due_at ? <Time iso={reader.due_at} /> : "Set a deadline"}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <DeadlineForm study={study} reader={reader} onDone={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function DeadlineForm({ study, reader, onDone }: { study: Id; reader: ReaderProgress; onDone: () => void }) {
  const set = useSetDeadline(study);
  const [day, setDay] = useState(dayOf(reader.due_at));
  const send = (due_at: string | null): void =>
    set.mutate({ reader: reader.id, purpose: reader.purpose, series: reader.series, due_at }, { onSuccess: onDone });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send(endOfDay(day));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <TextInput type="date" label="To be done by the end of" required withAsterisk={false} data-autofocus value={day} onChange={(event) => setDay(event.currentTarget.value)} error={fieldError(set.error, "due_at")} />
        <FormProblem error={set.error} fields={["due_at"]} />
        <Group gap={8}>
          <Button type="submit" size="xs" loading={set.isPending} disabled={day === ""}>
            Set
          </Button>
          {reader.due_at && (
            <Button size="xs" variant="default" disabled={set.isPending} onClick={() => send(null)}>
              No deadline
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
