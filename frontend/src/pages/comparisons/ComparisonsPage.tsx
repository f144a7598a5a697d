import { Anchor, Button, Group, Select, Skeleton, Table, Text } from "@mantine/core";
import { IconEye, IconGavel, IconCheck, IconLock } from "@tabler/icons-react";
import { useCallback } from "react";
import { Link } from "react-router";
import { COMPARISON_STATES, type ComparisonRow, type ComparisonState } from "../../api/comparison-types";
import { useComparisons } from "../../api/queries/comparisons";
import { useStudies } from "../../api/queries/studies";
import { Chip, type Tone } from "../../components/common/Chip";
import { Empty } from "../../components/common/Empty";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { SearchField } from "../../components/common/SearchField";
import { Time } from "../../components/common/Time";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { counted, MARKERS } from "../../components/common/words";
import { STATE_WORDS } from "../../components/comparison/comparison-words";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";

/** Specimens whose readings one may look at, or has looked at; no score is in the list. */
export function ComparisonsPage() {
  const [filters, setFilters] = useUrlFilters({ study: "", marker: "", state: "", search: "", page: "1" });
  const rows = useComparisons({ study: filters.study, marker: filters.marker, state: filters.state, search: filters.search, page: pageOf(filters.page) });
  const studies = useStudies({ search: "", page: 1 });
  const search = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  const filtered = Boolean(filters.study || filters.marker || filters.state || filters.search);
  const study = studies.data?.results.find((one) => one.id === filters.study);
  return (
    <PageBody title="Comparisons" about="What the readers and the algorithms said of a specimen, side by side, once the protocol reveals it.">
      {study && <Trail crumbs={[{ label: "Studies", to: "/studies" }, { label: study.name, to: `/studies/${study.id}` }, { label: "Comparisons" }]} />}
      <Group justify="space-between" mb="sm">
        <Group gap="sm">
          <SearchField label="Search case or slide" value={filters.search} onChange={search} />
          <Select aria-label="Study" placeholder="All studies" clearable searchable w={250} data={(studies.data?.results ?? []).map(({ id, name }) => ({ value: id, label: name }))} value={filters.study || null} onChange={(id) => setFilters({ study: id ?? "" })} />
          <Select aria-label="Marker" placeholder="All markers" clearable w={140} data={[...MARKERS]} value={filters.marker || null} onChange={(marker) => setFilters({ marker: marker ?? "" })} />
          <Select aria-label="State" placeholder="All states" clearable w={220} data={COMPARISON_STATES.map((value) => ({ value, label: STATE_WORDS[value] }))} value={filters.state || null} onChange={(state) => setFilters({ state: state ?? "" })} />
        </Group>
        {rows.data && (
          <Text size="sm" c="dimmed" className="duo-number">
            {counted(rows.data.count, "specimen")}
          </Text>
        )}
      </Group>
      {rows.isPending && <Skeleton h={360} />}
      {rows.isError && <Problem error={rows.error} what="The comparisons could not be loaded" retry={() => void rows.refetch()} />}
      {rows.data && rows.data.results.length === 0 && (
        <Empty
          title={filtered ? "No specimen matches" : "Nothing to compare yet"}
          action={
            filtered ? (
              <Button variant="default" onClick={() => setFilters({ study: "", marker: "", state: "", search: "" })}>
                Show all
              </Button>
            ) : undefined
          }
        >
          A specimen comes here when its readings may be looked at: by default, when all of them are in.
        </Empty>
      )}
      {rows.data && rows.data.results.length > 0 && (
        <Table aria-label="Comparisons" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={170}>Case</Table.Th>
              <Table.Th w={100}>Marker</Table.Th>
              <Table.Th>Slide</Table.Th>
              <Table.Th w={80}>Core</Table.Th>
              <Table.Th w={290}>State</Table.Th>
              <Table.Th w={190}>Decided</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.data.results.map((row) => (
              <Row key={row.specimen} row={row} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {rows.data && <Pager count={rows.data.count} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="specimens" />}
    </PageBody>
  );
}

const CHIPS: Record<ComparisonState, [Tone, typeof IconCheck]> = {
  decided: ["good", IconCheck],
  discordant: ["quiet", IconGavel],
  revealed: ["quiet", IconEye],
};

function Row({ row }: { row: ComparisonRow }) {
  const [tone, icon] = CHIPS[row.state];
  const open = row.state === "revealed" || row.can_reveal;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/comparisons/${row.specimen}`} state={{ title: `Case ${row.case} · ${row.marker}`, about: [row.slide_name, row.place].filter(Boolean).join(" · ") }} c="inherit" fw={550} size="sm">
          {row.case}
        </Anchor>
      </Table.Td>
      <Table.Td>{row.marker}</Table.Td>
      <Table.Td>{row.slide_name}</Table.Td>
      <Table.Td>{row.place ?? "—"}</Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <Chip tone={tone} icon={icon} label={STATE_WORDS[row.state]} />
          {!open && <IconLock size={15} color="var(--duo-muted)" aria-label="Not to be looked at yet" />}
        </Group>
      </Table.Td>
      <Table.Td>
        <Time iso={row.decided_at} />
      </Table.Td>
    </Table.Tr>
  );
}
