import { Skeleton, Table, Text } from "@mantine/core";
import { toNumber } from "../../api/numbers";
import { useQualification } from "../../api/queries/quality";
import type { Study } from "../../api/types";
import { Empty } from "../common/Empty";
import { Problem } from "../common/Problem";
import { placeText } from "./words";

/** The specimens whose answer is known. Readers must agree with enough of them before their first reading. */
export function QualificationList({ study }: { study: Study }) {
  const items = useQualification(study.id);
  if (items.isPending) return <Skeleton h={160} />;
  if (items.isError) return <Problem error={items.error} what="The qualification set could not be loaded" retry={() => void items.refetch()} />;
  if (items.data.length === 0) {
    return <Empty title="No qualification set">A set of specimens with known answers. It is written by a program or from a file, through the API (PUT /api/studies/…/qualification).</Empty>;
  }
  return (
    <Table aria-label="Qualification set" maw={860} verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Specimen</Table.Th>
          <Table.Th w={100}>Marker</Table.Th>
          <Table.Th w={110} ta="right">Value</Table.Th>
          <Table.Th w={170}>Category</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.data.map((item) => (
          <Table.Tr key={item.specimen}>
            <Table.Td>{placeText(item) || item.specimen}</Table.Td>
            <Table.Td>{item.marker ?? ""}</Table.Td>
            <Table.Td ta="right">{item.scoreable ? (toNumber(item.value) ?? "—") : "—"}</Table.Td>
            <Table.Td>{item.scoreable ? item.category || <Text span c="dimmed">—</Text> : "not scoreable"}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
