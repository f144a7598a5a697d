import { Button, Checkbox, Group, Select, Skeleton, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { AssignedReading } from "../../api/administration";
import { useAssigned, useWithdrawAssignment } from "../../api/queries/assigning";
import { useMembers } from "../../api/queries/people";
import type { Study } from "../../api/types";
import { ConfirmForm } from "../common/ConfirmInPlace";
import { Empty } from "../common/Empty";
import { Pager } from "../common/Pager";
import { Problem } from "../common/Problem";
import { Time } from "../common/Time";
import { pageOf, useUrlFilters } from "../common/url-state";
import { counted, isReadingRole } from "../common/words";
import { MoveReadings } from "./MoveReadings";
import { isPast } from "./progress";
import { ASSIGNMENT_STATE_WORDS, placeText, PURPOSE_WORDS, purposeText } from "./words";

const options = (words: Record<string, string>): { value: string; label: string }[] => Object.entries(words).map(([value, label]) => ({ value, label }));

/** Who holds what. States only: what was said stays with the readers. */
export function AssignedList({ study }: { study: Study }) {
  const [filters, setFilters] = useUrlFilters({ reader: "", state: "", purpose: "", page: "1" });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const members = useMembers(study.id);
  const list = useAssigned(study.id, { reader: filters.reader, state: filters.state, purpose: filters.purpose, page: pageOf(filters.page) });
  const readers = uniqueReaders(members.data?.results ?? []);
  const rows = list.data?.results ?? [];
  const movable = rows.filter(isMovable);
  const filter = (change: Partial<typeof filters>): void => {
    setChosen(new Set());
    setFilters(change);
  };
  const toggle = (id: string): void =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const filtered = filters.reader !== "" || filters.state !== "" || filters.purpose !== "";
  return (
    <section aria-label="Assignments">
      <Group justify="space-between" mb="sm" align="flex-end">
        <Title order={2} size="h3">
          Assignments
        </Title>
        <Group gap="sm">
          <Select aria-label="Reader" placeholder="All readers" clearable w={190} data={readers} value={filters.reader || null} onChange={(reader) => filter({ reader: reader ?? "" })} />
          <Select aria-label="Purpose" placeholder="All purposes" clearable w={170} data={options(PURPOSE_WORDS)} value={filters.purpose || null} onChange={(purpose) => filter({ purpose: purpose ?? "" })} />
          <Select aria-label="State" placeholder="All states" clearable w={140} data={options(ASSIGNMENT_STATE_WORDS)} value={filters.state || null} onChange={(state) => filter({ state: state ?? "" })} />
          {list.data && (
            <Text size="sm" c="dimmed" className="duo-number" w={120} ta="right">
              {counted(list.data.count, "assignment")}
            </Text>
          )}
        </Group>
      </Group>
      <MoveReadings study={study} readers={readers} chosen={[...chosen]} from={filters.reader} onMoved={() => setChosen(new Set())} />
      {list.isPending && <Skeleton h={320} />}
      {list.isError && <Problem error={list.error} what="The assignments could not be loaded" retry={() => void list.refetch()} />}
      {list.data && rows.length === 0 && (
        <Empty title={filtered ? "No assignment matches" : "Nothing is assigned yet"}>
          {filtered ? "Choose another reader, purpose or state." : "Choose marker and readers above, look at the preview, then assign."}
        </Empty>
      )}
      {rows.length > 0 && (
        <Table aria-label="Assignments" highlightOnHover verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={36}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all on this page that can be moved"
                  disabled={movable.length === 0}
                  checked={movable.length > 0 && movable.every((row) => chosen.has(row.id))}
                  indeterminate={chosen.size > 0 && !movable.every((row) => chosen.has(row.id))}
                  onChange={(event) => setChosen(event.currentTarget.checked ? new Set(movable.map((row) => row.id)) : new Set())}
                />
              </Table.Th>
              <Table.Th>Specimen</Table.Th>
              <Table.Th w={80}>Marker</Table.Th>
              <Table.Th w={180}>Reader</Table.Th>
              <Table.Th w={160}>Purpose</Table.Th>
              <Table.Th w={100}>State</Table.Th>
              <Table.Th w={230}>Due</Table.Th>
              <Table.Th w={110} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <AssignedRow key={row.id} study={study} row={row} chosen={chosen.has(row.id)} onToggle={() => toggle(row.id)} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {list.data && <Pager count={list.data.count} page={pageOf(filters.page)} onPage={(page) => { setChosen(new Set()); setFilters({ page: String(page) }); }} noun="assignments" />}
    </section>
  );
}

const isMovable = (row: AssignedReading): boolean => row.state === "waiting" || row.state === "deferred";

function uniqueReaders(members: { user: { id: string; username: string; display_name: string }; role: Study["my_roles"][number] }[]): { value: string; label: string }[] {
  const found = new Map(members.filter(({ role }) => isReadingRole(role)).map(({ user }) => [user.id, user.display_name || user.username]));
  return [...found].map(([value, label]) => ({ value, label })).toSorted((a, b) => a.label.localeCompare(b.label));
}

function AssignedRow({ study, row, chosen, onToggle }: { study: Study; row: AssignedReading; chosen: boolean; onToggle: () => void }) {
  const withdraw = useWithdrawAssignment(study.id);
  const [asked, setAsked] = useState(false);
  const where = placeText(row) || row.specimen;
  const movable = isMovable(row);
  return (
    <>
      <Table.Tr>
        <Table.Td>{movable && <Checkbox size="xs" aria-label={`Choose ${where}, ${row.reader.name}`} checked={chosen} onChange={onToggle} />}</Table.Td>
        <Table.Td>{where}</Table.Td>
        <Table.Td>{row.marker ?? ""}</Table.Td>
        <Table.Td>{row.reader.name}</Table.Td>
        <Table.Td>{purposeText(row.purpose, row.series)}</Table.Td>
        <Table.Td>{ASSIGNMENT_STATE_WORDS[row.state]}</Table.Td>
        <Table.Td>
          <Time iso={row.due_at} />
          {movable && isPast(row.due_at) && (
            <Text span size="xs" c="light-dark(var(--mantine-color-amber-8), var(--mantine-color-amber-4))" fw={600}>
              {" "}
              overdue
            </Text>
          )}
        </Table.Td>
        <Table.Td ta="right">
          {movable && (
            <Button size="compact-sm" variant="default" aria-expanded={asked} aria-label={`Withdraw ${where} from ${row.reader.name}`} onClick={() => setAsked(!asked)}>
              Withdraw
            </Button>
          )}
        </Table.Td>
      </Table.Tr>
      {asked && movable && (
        <Table.Tr>
          <Table.Td />
          <Table.Td colSpan={7}>
            <ConfirmForm
              size="compact-sm"
              label={`Withdraw ${where}`}
              confirm="Withdraw"
              says={`${row.reader.name} no longer sees it. The draft, if there is one, is kept but not shown.`}
              reason="Why"
              busy={withdraw.isPending}
              error={withdraw.error}
              onConfirm={(reason, close) => withdraw.mutate({ id: row.id, reason }, { onSuccess: close })}
              onClose={() => setAsked(false)}
            />
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
