import { Badge, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { MODE_WORDS, REVEAL_WORDS, schemeName } from "../../components/common/words";

/** The protocol in force, in words. */
export function ProtocolTab({ study }: { study: Study }) {
  const protocol = study.protocol;
  if (!protocol) {
    return <Empty title="No protocol yet">The protocol says which scheme each marker is scored by and how many people read each specimen.</Empty>;
  }
  const readers = protocol.readers_per_specimen;
  const rows: [string, ReactNode][] = [
    ["Version", <>{protocol.version} {protocol.frozen ? <Badge ml={8} variant="default">frozen: reading has started</Badge> : null}</>],
    ["Readers per specimen", readers === 0 ? "None: this study asks for no readings" : String(readers)],
    ...(readers > 0 ? ([["Blinding", MODE_WORDS[protocol.mode]], ["Readers see the others' results", REVEAL_WORDS[protocol.reveal_to_readers]]] as [string, ReactNode][]) : []),
    [
      "Scoring schemes",
      Object.keys(protocol.marker_schemes).length === 0
        ? "none stated"
        : Object.entries(protocol.marker_schemes).map(([marker, scheme]) => <div key={marker}>{marker}: {schemeName(scheme)}</div>),
    ],
    ["Algorithms", protocol.algorithms.length === 0 ? "none stated" : protocol.algorithms.map((key) => key.replace("@", " version ")).join(", ")],
  ];
  return (
    <>
      <Table variant="vertical" layout="fixed" maw={860} withTableBorder>
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={260} fw={500}>{name}</Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed" mt="sm">
        A protocol is frozen when the first reading starts; a later change makes a new version.
      </Text>
    </>
  );
}
