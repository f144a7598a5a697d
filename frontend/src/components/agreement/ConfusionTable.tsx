import { Table, Text } from "@mantine/core";
import type { Confusion } from "../../api/agreement-types";
import classes from "./agreement.module.css";

/** How often the first said what where the second said what. */
export function ConfusionTable({ confusion }: { confusion: Confusion }) {
  const { categories, counts, first, second } = confusion;
  return (
    <div>
      <Text size="sm" mb={4}>
        {first} (down) and {second} (across)
      </Text>
      <Table.ScrollContainer minWidth={220}>
        <Table aria-label={`${first} and ${second}`} withTableBorder withColumnBorders w="auto">
          <Table.Thead>
            <Table.Tr>
              <Table.Td />
              {categories.map((name) => (
                <Table.Th key={name} ta="right">
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {categories.map((name, row) => (
              <Table.Tr key={name}>
                <Table.Th>{name}</Table.Th>
                {categories.map((other, column) => (
                  <Table.Td key={other} className={classes.cell} data-same={row === column} data-zero={counts[row]?.[column] === 0}>
                    {counts[row]?.[column]}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
