import { Group, Pagination, Text } from "@mantine/core";

export const PAGE_SIZE = 50;

/** Shown only where there is more than one page; says how many there are in all. */
export function Pager({ count, page, onPage, noun }: {
  count: number;
  page: number;
  onPage: (page: number) => void;
  noun: string;
}) {
  const pages = Math.max(1, Math.ceil(count / PAGE_SIZE));
  if (pages === 1) return null;
  return (
    <Group justify="space-between" mt="md">
      <Text size="sm" c="dimmed" className="duo-number">
        {count.toLocaleString("en-GB")} {noun}
      </Text>
      <Pagination
        total={pages}
        value={Math.min(page, pages)}
        onChange={onPage}
        size="sm"
        getControlProps={(control) => ({ "aria-label": `${control} page` })}
        getItemProps={(item) => ({ "aria-label": `Page ${item}` })}
      />
    </Group>
  );
}
