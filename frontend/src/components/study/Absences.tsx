import { Button, Group, Select, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Absence, ReaderProgress } from "../../api/administration";
import { useAbsences, useEndAbsence, useRecordAbsence } from "../../api/queries/calendar";
import type { Id } from "../../api/types";
import { fieldError } from "../common/form-errors";
import { FormProblem } from "../common/FormProblem";
import { Pager } from "../common/Pager";
import { Problem } from "../common/Problem";
import { dayText } from "./days";

/** Who is away, now or later. What they hold stays theirs until it is moved. */
export function Absences({ study, readers }: { study: Id; readers: ReaderProgress[] }) {
  const [page, setPage] = useState(1);
  const absences = useAbsences(study, page);
  const people = new Map(readers.map(({ id, name }) => [id, name]));
  return (
    <section aria-label="Absences">
      <Title order={2} size="h3" mb={4}>
        Absences
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Nothing is given to a reader who is away. What they hold stays theirs until you reassign it.
      </Text>
      {absences.isError && <Problem error={absences.error} what="The absences could not be loaded" retry={() => void absences.refetch()} />}
      {absences.data && absences.data.results.length > 0 && (
        <>
          <Table aria-label="Absences" maw={640} verticalSpacing={4} mb="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Reader</Table.Th>
                <Table.Th>First day</Table.Th>
                <Table.Th>Last day</Table.Th>
                <Table.Th aria-label="Strike out" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {absences.data.results.map((absence) => (
                <Row key={absence.id} study={study} absence={absence} />
              ))}
            </Table.Tbody>
          </Table>
          <Pager count={absences.data.count} page={page} onPage={setPage} noun="absences" />
        </>
      )}
      {people.size > 0 && <NewAbsenceForm study={study} people={[...people].map(([value, label]) => ({ value, label }))} />}
    </section>
  );
}

function Row({ study, absence }: { study: Id; absence: Absence }) {
  const end = useEndAbsence(study);
  return (
    <Table.Tr>
      <Table.Td>{absence.reader.name}</Table.Td>
      <Table.Td>{dayText(absence.first_day)}</Table.Td>
      <Table.Td>{dayText(absence.last_day)}</Table.Td>
      <Table.Td ta="right">
        <Button size="xs" variant="default" loading={end.isPending} aria-label={`Strike out the absence of ${absence.reader.name} from ${dayText(absence.first_day)}`} onClick={() => end.mutate(absence.id)}>
          Strike out
        </Button>
        <FormProblem error={end.error} fields={[]} />
      </Table.Td>
    </Table.Tr>
  );
}

function NewAbsenceForm({ study, people }: { study: Id; people: { value: Id; label: string }[] }) {
  const record = useRecordAbsence(study);
  const [reader, setReader] = useState<string | null>(null);
  const [first, setFirst] = useState("");
  const [last, setLast] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reader === null) return;
    record.mutate({ reader, first_day: first, last_day: last }, { onSuccess: () => { setReader(null); setFirst(""); setLast(""); } });
  };
  return (
    <form onSubmit={submit} aria-label="Record an absence">
      <Stack gap={8}>
        <Group gap="sm" align="flex-end">
          <Select label="Reader" w={200} data={people} value={reader} onChange={setReader} error={fieldError(record.error, "reader")} />
          <TextInput type="date" label="First day away" value={first} onChange={(event) => setFirst(event.currentTarget.value)} error={fieldError(record.error, "first_day")} />
          <TextInput type="date" label="Last day away" min={first} value={last} onChange={(event) => setLast(event.currentTarget.value)} error={fieldError(record.error, "last_day")} />
          <Button type="submit" variant="default" loading={record.isPending} disabled={reader === null || first === "" || last === ""}>
            Record
          </Button>
        </Group>
        <FormProblem error={record.error} fields={["reader", "first_day", "last_day"]} />
      </Stack>
    </form>
  );
}
