import { Badge, Group, Table, Text } from "@mantine/core";
import type { ProtocolVersion } from "../../api/administration";
import { Disclosure } from "../common/Disclosure";
import { Time } from "../common/Time";
import { counted, schemeName } from "../common/words";
import { ProtocolWords } from "./ProtocolWords";

/** Every version there ever was. A reading refers to the one under which it was made, so none is ever changed. */
export function ProtocolVersions({ versions, inForce }: { versions: ProtocolVersion[]; inForce: number }) {
  return (
    <Table aria-label="Versions of the protocol" maw={980}>
      <Table.Tbody>
        {versions.map((version) => (
          <Table.Tr key={version.version}>
            <Table.Td>
              <Group gap="sm">
                <Text size="sm" fw={550}>
                  Version {version.version}
                </Text>
                {version.version === inForce && <Badge variant="default">in force</Badge>}
                {version.frozen && <Badge variant="default">frozen: reading has started</Badge>}
                {version.created_at && (
                  <Text size="sm" c="dimmed">
                    made <Time iso={version.created_at} relative />
                  </Text>
                )}
                <Text size="sm" c="dimmed">
                  {counted(version.readers_per_specimen, "reader")} · {Object.entries(version.marker_schemes).map(([marker, scheme]) => `${marker} ${schemeName(scheme)}`).join(", ") || "no markers"}
                </Text>
              </Group>
              <Disclosure label="All of it">
                <ProtocolWords protocol={version} />
              </Disclosure>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
