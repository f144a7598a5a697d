import { Anchor, Button, Group, Table, Text, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";
import { Link } from "react-router";
import classes from "./agreement.module.css";
import { csvText, tabText } from "./table-text";

export interface Cell {
  text: string;
  to?: string;
  /** Outside its control limits. */
  out?: boolean;
  shown?: ReactNode;
}
export interface DataColumn {
  label: string;
  left?: boolean;
  width?: number;
}

/** A table that can be copied and saved as it stands. */
export function DataTable({ title, about, columns, rows, file }: { title: string; about?: string; columns: DataColumn[]; rows: Cell[][]; file: string }) {
  const header = columns.map(({ label }) => label);
  const texts = rows.map((row) => row.map(({ text }) => text));
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(tabText(header, texts));
    notifications.show({ message: `${title}: copied.` });
  };
  const save = (): void => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csvText(header, texts)], { type: "text/csv" }));
    link.download = `${file}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb={2} wrap="nowrap">
        <Title order={3}>{title}</Title>
        <Group gap={4} wrap="nowrap">
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => void copy()}>
            Copy
          </Button>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={save}>
            CSV
          </Button>
        </Group>
      </Group>
      {about && (
        <Text size="xs" c="dimmed" mb={6}>
          {about}
        </Text>
      )}
      <Table.ScrollContainer minWidth={columns.length * 90}>
        <Table aria-label={title} verticalSpacing={5} style={{ fontVariantNumeric: "tabular-nums" }}>
          <Table.Thead>
            <Table.Tr>
              {columns.map(({ label, left, width }) => (
                <Table.Th key={label} ta={left ? "left" : "right"} w={width}>
                  {label}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, index) => (
              <Table.Tr key={index}>
                {row.map(({ text, to, out, shown }, place) => (
                  <Table.Td key={place} ta={columns[place]?.left ? "left" : "right"} className={out ? classes.out : undefined}>
                    {to ? (
                      <Anchor component={Link} to={to} size="sm" c="inherit" underline="always">
                        {text}
                      </Anchor>
                    ) : (
                      (shown ?? text)
                    )}
                    {out && " — outside its limits"}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
