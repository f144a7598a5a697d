import { Alert, Stack, Table, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { Allocation } from "../../api/administration";
import { Disclosure } from "../common/Disclosure";
import { counted } from "../common/words";
import { byReason, longestLoad } from "./allocation";
import { Bar } from "./Bar";

/** What an allocation would give to whom, before anything is given. */
export function AllocationPreview({ allocation, made }: { allocation: Allocation; made: boolean }) {
  const longest = longestLoad(allocation.readers);
  return (
    <Stack gap="sm" component="section" aria-label={made ? "What was assigned" : "Preview"}>
      <Text size="sm" role="status">
        {made ? "Assigned: " : "This would assign "}
        {counted(allocation.specimens, "specimen")}, {allocation.per_specimen === 1 ? "one reading each" : `${allocation.per_specimen} readings each`}.
      </Text>
      <Table aria-label="Load of each reader" verticalSpacing={6} maw={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={220}>Reader</Table.Th>
            <Table.Th>Load</Table.Th>
            <Table.Th ta="right" w={70}>New</Table.Th>
            <Table.Th ta="right" w={130} style={{ whiteSpace: "nowrap" }}>Held already</Table.Th>
            <Table.Th ta="right" w={70}>Cap</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {allocation.readers.map((reader) => (
            <Table.Tr key={reader.id}>
              <Table.Td>{reader.name}</Table.Td>
              <Table.Td>
                <Bar parts={[{ part: "held", value: reader.held }, { part: "count", value: reader.count }]} whole={longest} line={reader.cap} />
              </Table.Td>
              <Table.Td ta="right">{reader.count}</Table.Td>
              <Table.Td ta="right">{reader.held}</Table.Td>
              <Table.Td ta="right">{reader.cap ?? "—"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {allocation.unassignable.length > 0 && (
        <Alert color="amber" variant="outline" icon={<IconAlertTriangle aria-hidden />} title={`${counted(allocation.unassignable.length, "specimen")} cannot be assigned`} maw={760}>
          <Stack gap={4}>
            {byReason(allocation.unassignable).map(({ why, specimens }) => (
              <Disclosure key={why} label={`${why} (${specimens.length})`}>
                <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  {specimens.join(", ")}
                </Text>
              </Disclosure>
            ))}
          </Stack>
        </Alert>
      )}
    </Stack>
  );
}
