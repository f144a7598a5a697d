import { Alert, Table, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { LineError } from "../../api/administration";

/** What is wrong with a file, line by line, with the line itself beside it; nothing of the file was taken. */
export function LineErrors({ lines, text, summary }: { lines: LineError[]; text: string; summary: string }) {
  const source = text.split(/\r?\n/);
  return (
    <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle aria-hidden />} title={summary} p="sm">
      <div style={{ maxHeight: 220, overflowY: "auto" }}>
        <Table aria-label="Lines with problems" verticalSpacing={3}>
          <Table.Tbody>
            {lines.map(({ line, message }, index) => (
              <Table.Tr key={index}>
                <Table.Td w={76} style={{ whiteSpace: "nowrap" }}>
                  Line {line}
                </Table.Td>
                <Table.Td>
                  {message}
                  <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
                    {source[line - 1] ?? ""}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Alert>
  );
}
