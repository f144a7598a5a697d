import { Button, Skeleton, Stack, Table, Text } from "@mantine/core";
import type { QualificationItem, ReaderStanding } from "../../api/administration";
import { toNumber } from "../../api/numbers";
import { useQualification, useSetQualification } from "../../api/queries/quality";
import type { Study } from "../../api/types";
import { Empty } from "../common/Empty";
import { FormProblem } from "../common/FormProblem";
import { Problem } from "../common/Problem";
import { AddQualificationItem } from "./AddQualificationItem";
import { without } from "./qualification";
import { placeText } from "./words";

/** The specimens whose answer is known. Readers must agree with enough of them before their first reading. */
export function QualificationList({ study }: { study: Study }) {
  const set = useQualification(study.id);
  if (set.isPending) return <Skeleton h={160} />;
  if (set.isError) return <Problem error={set.error} what="The qualification set could not be loaded" retry={() => void set.refetch()} />;
  const { items, readers } = set.data;
  return (
    <Stack gap="lg">
      {items.length === 0 ? (
        <Empty title="No qualification set">Add specimens with known answers; they are then read by nobody else in the study.</Empty>
      ) : (
        <Items study={study} items={items} />
      )}
      {!study.locked_at && <AddQualificationItem study={study} items={items} />}
      {readers.length > 0 && <Standings readers={readers} items={items.length} />}
    </Stack>
  );
}

function Items({ study, items }: { study: Study; items: readonly QualificationItem[] }) {
  const save = useSetQualification(study.id);
  return (
    <div>
      <Table aria-label="Qualification set" maw={860} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Specimen</Table.Th>
            <Table.Th w={100}>Marker</Table.Th>
            <Table.Th w={110} ta="right">Value</Table.Th>
            <Table.Th w={170}>Category</Table.Th>
            <Table.Th w={100} aria-label="Remove" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Table.Tr key={item.specimen}>
              <Table.Td>{placeText(item)}</Table.Td>
              <Table.Td>{item.marker}</Table.Td>
              <Table.Td ta="right">{item.scoreable ? (toNumber(item.value) ?? "—") : "—"}</Table.Td>
              <Table.Td>{item.scoreable ? item.category || <Text span c="dimmed">—</Text> : "not scoreable"}</Table.Td>
              <Table.Td ta="right">
                {!study.locked_at && (
                  <Button size="compact-sm" variant="default" disabled={save.isPending} aria-label={`Remove ${placeText(item)}`} onClick={() => save.mutate(without(items, item.specimen))}>
                    Remove
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <FormProblem error={save.error} />
    </div>
  );
}

function Standings({ readers, items }: { readers: readonly ReaderStanding[]; items: number }) {
  return (
    <Table aria-label="Readers’ qualification" maw={640} verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Reader</Table.Th>
          <Table.Th w={120} ta="right">Answered</Table.Th>
          <Table.Th w={160} ta="right">Agreed</Table.Th>
          <Table.Th w={120}>Standing</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {readers.map((reader) => (
          <Table.Tr key={reader.id}>
            <Table.Td>{reader.name}</Table.Td>
            <Table.Td ta="right">
              {reader.done} of {items}
            </Table.Td>
            <Table.Td ta="right">{reader.agreed === null ? "—" : `${reader.agreed}, needed ${reader.needed}`}</Table.Td>
            <Table.Td>{reader.passed ? "passed" : reader.agreed === null ? "not done" : "not passed"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
