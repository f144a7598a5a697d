import { Stack, Text } from "@mantine/core";
import { schemeName } from "../common/words";
import type { Column } from "./columns";
import classes from "./comparison.module.css";
import { ScoreBar } from "./ScoreBar";

/** Readers, algorithms and the decision side by side; the same thing is at the same height everywhere. */
export function ComparisonTable({ columns, scheme }: { columns: Column[]; scheme: string }) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table} style={{ minWidth: columns.length * 220 }}>
        <caption className="duo-hidden">{schemeName(scheme)}: readers, algorithms and the decision</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" data-who={column.kind} style={{ "--who": column.colour } as React.CSSProperties}>
                <Text fw={600} size="sm">
                  {column.title}
                </Text>
                <Text size="xs" c="dimmed" fw={400}>
                  {column.under}
                </Text>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {columns.map((column) => (
              <td key={column.key}>
                <div data-testid={column.kind === "decision" ? "decision" : undefined} className={/\d/.test(column.number) ? classes.number : classes.words}>{column.number}</div>
                <Text size="sm" mih={20}>
                  {column.category}
                </Text>
              </td>
            ))}
          </tr>
          <tr>
            {columns.map((column) => (
              <td key={column.key}>
                <ScoreBar bar={column.bar} none={column.noBar} />
              </td>
            ))}
          </tr>
          <tr>
            {columns.map((column) => (
              <td key={column.key}>
                <Stack gap={6}>{column.details}</Stack>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
