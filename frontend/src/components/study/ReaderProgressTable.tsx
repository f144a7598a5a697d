import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import type { ReaderProgress } from "../../api/administration";
import type { Id } from "../../api/types";
import { Time } from "../common/Time";
import { Bar } from "./Bar";
import { dayText } from "./days";
import { DeadlineCell } from "./DeadlineCell";
import { byNeed, percentSigned } from "./progress";
import { purposeText } from "./words";

export function ReaderProgressTable({ study, readers }: { study: Id; readers: ReaderProgress[] }) {
  const longest = Math.max(1, ...readers.map((reader) => reader.assigned));
  return (
    <Table aria-label="Readers" verticalSpacing={7}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={190}>Reader</Table.Th>
          <Table.Th w={150}>Purpose</Table.Th>
          <Table.Th>Signed, draft, deferred</Table.Th>
          <Table.Th ta="right" w={150}>Signed</Table.Th>
          <Table.Th ta="right" w={70}>Drafts</Table.Th>
          <Table.Th ta="right" w={84}>Deferred</Table.Th>
          <Table.Th ta="right" w={84}>Overdue</Table.Th>
          <Table.Th w={150}>Due</Table.Th>
          <Table.Th w={130}>Last signed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {byNeed(readers).map((reader) => (
          <Table.Tr key={`${reader.id}-${reader.purpose}-${reader.series}`}>
            <Table.Td>
              <Anchor component={Link} to={`/studies/${study}?tab=assignments&reader=${reader.id}`} c="inherit" fw={550} size="sm">
                {reader.name}
              </Anchor>
              {reader.away_until && (
                <Text size="xs" c="dimmed">
                  away until {dayText(reader.away_until)}
                </Text>
              )}
            </Table.Td>
            <Table.Td>{purposeText(reader.purpose, reader.series)}</Table.Td>
            <Table.Td>
              <div style={{ width: `${(100 * reader.assigned) / longest}%` }}>
                <Bar parts={[{ part: "signed", value: reader.signed }, { part: "drafts", value: reader.drafts }, { part: "deferred", value: reader.deferred }]} whole={reader.assigned} />
              </div>
            </Table.Td>
            <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
              {reader.signed} / {reader.assigned}
              <Text span size="xs" c="dimmed">
                {" "}
                {percentSigned(reader)} %
              </Text>
            </Table.Td>
            <Table.Td ta="right">{reader.drafts}</Table.Td>
            <Table.Td ta="right">{reader.deferred}</Table.Td>
            <Table.Td ta="right">
              {reader.overdue > 0 ? (
                <Text span size="sm" fw={650} c="light-dark(var(--mantine-color-amber-8), var(--mantine-color-amber-4))">
                  {reader.overdue}
                </Text>
              ) : (
                0
              )}
            </Table.Td>
            <Table.Td>
              <DeadlineCell study={study} reader={reader} />
            </Table.Td>
            <Table.Td>
              <Time iso={reader.last_signed_at} relative />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
