import { Anchor, Button, Group, Skeleton, Table, Text, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useCallback } from "react";
import { Link } from "react-router";
import { useCases } from "../../api/queries/studies";
import type { Case, Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { PAGE_SIZE, Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { SearchField } from "../../components/common/SearchField";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { counted } from "../../components/common/words";
import { slidesOf } from "../../components/slides/slides-of";
import { Thumbnail } from "../../components/slides/Thumbnail";

const byCode = new Intl.Collator("en", { numeric: true });

export function CasesTab({ study }: { study: Study }) {
  const [filters, setFilters] = useUrlFilters({ search: "", page: "1", sort: "code" });
  const cases = useCases(study.id, { search: filters.search, page: pageOf(filters.page) });
  const search = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  const results = cases.data?.results ?? [];
  // Sorting here is honest only while the whole list is on the page; longer lists come in the order of their codes.
  const sortable = (cases.data?.count ?? 0) <= PAGE_SIZE;
  const rows = sortable ? sortCases(results, filters.sort) : results;
  return (
    <>
      <Group justify="space-between" mb="sm">
        <SearchField label="Search case codes" value={filters.search} onChange={search} />
        {cases.data && (
          <Text size="sm" c="dimmed" className="duo-number">
            {counted(cases.data.count, "case")}
          </Text>
        )}
      </Group>
      {cases.isError && <Problem error={cases.error} what="The cases could not be loaded" retry={() => void cases.refetch()} />}
      {cases.isPending && (
        <div aria-busy="true">
          {["a", "b", "c", "d", "e", "f"].map((key) => (
            <Skeleton key={key} h={64} mb={6} />
          ))}
        </div>
      )}
      {cases.data && rows.length === 0 && (
        <Empty
          title={filters.search ? `No case matches “${filters.search}”` : "No cases yet"}
          action={
            filters.search ? (
              <Button variant="default" onClick={() => setFilters({ search: "" })}>
                Show all cases
              </Button>
            ) : (
              <Button component={Link} to={`/studies/${study.id}?tab=slides`} variant="default">
                Go to the slides
              </Button>
            )
          }
        >
          {filters.search
            ? "The search looks at case codes."
            : "A case is one patient's pseudonym. It appears here when a technician registers its first slide."}
        </Empty>
      )}
      {rows.length > 0 && (
        <Table highlightOnHover aria-label="Cases">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={200}>
                <SortHeader label="Case" name="code" sort={filters.sort} enabled={sortable} onSort={(sort) => setFilters({ sort })} />
              </Table.Th>
              <Table.Th>Slides</Table.Th>
              <Table.Th w={120} ta="right">
                <SortHeader label="Specimens" name="specimens" sort={filters.sort} enabled={sortable} onSort={(sort) => setFilters({ sort })} />
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((item) => (
              <CaseRow key={item.id} item={item} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {cases.data && <Pager count={cases.data.count} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="cases" />}
    </>
  );
}

export function sortCases(cases: readonly Case[], sort: string): Case[] {
  const down = sort.startsWith("-") ? -1 : 1;
  const name = sort.replace("-", "");
  return cases.toSorted((a, b) => {
    const order = name === "specimens" ? a.specimens.length - b.specimens.length : 0;
    return down * (order || byCode.compare(a.code, b.code));
  });
}

function SortHeader({ label, name, sort, enabled, onSort }: {
  label: string;
  name: string;
  sort: string;
  enabled: boolean;
  onSort: (sort: string) => void;
}) {
  if (!enabled) return <>{label}</>;
  const mine = sort.replace("-", "") === name;
  const down = sort.startsWith("-");
  const Icon = down ? IconArrowDown : IconArrowUp;
  return (
    <UnstyledButton
      fz="inherit"
      fw="inherit"
      onClick={() => onSort(mine && !down ? `-${name}` : name)}
      aria-label={`Sort by ${label.toLowerCase()}${mine ? `, now ${down ? "descending" : "ascending"}` : ""}`}
    >
      <Group gap={4} wrap="nowrap" component="span">
        {label}
        <Icon size={14} aria-hidden style={{ visibility: mine ? "visible" : "hidden" }} />
      </Group>
    </UnstyledButton>
  );
}

function CaseRow({ item }: { item: Case }) {
  const slides = slidesOf(item);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/cases/${item.id}`} fw={550} c="inherit">
          {item.code}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Group gap="sm">
          {slides.slice(0, 8).map(({ slide, cores }) => (
            <Anchor
              key={slide.id}
              component={Link}
              to={`/slides/${slide.id}`}
              c="inherit"
              underline="never"
              aria-label={`Open slide ${slide.name}, ${slide.marker}`}
            >
              <Group gap={8} wrap="nowrap">
                <div style={{ width: 62 }}>
                  <Thumbnail slide={slide} height={44} />
                </div>
                <div>
                  <Text size="sm">{slide.marker}</Text>
                  <Text size="xs" c="dimmed">
                    {cores > 0 ? counted(cores, "core") : slide.name}
                  </Text>
                </div>
              </Group>
            </Anchor>
          ))}
          {slides.length > 8 && (
            <Text size="sm" c="dimmed">
              and {slides.length - 8} more
            </Text>
          )}
        </Group>
      </Table.Td>
      <Table.Td ta="right">{item.specimens.length}</Table.Td>
    </Table.Tr>
  );
}
