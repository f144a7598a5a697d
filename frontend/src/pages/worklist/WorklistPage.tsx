import { Alert, Button, Group, Select, Tabs, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useCallback } from "react";
import { useNavigate } from "react-router";
import { useStudies } from "../../api/queries/studies";
import { useWorklist, useWorklistCounts } from "../../api/queries/worklist";
import type { WorklistCounts } from "../../api/reading-types";
import { Keys } from "../../components/commands/Keys";
import { SearchField } from "../../components/common/SearchField";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { isReadingRole, MARKERS } from "../../components/common/words";
import { PageBody } from "../../components/shell/PageBody";
import { Adjudications } from "./Adjudications";
import { Progress } from "./Progress";
import { WorklistItems } from "./WorklistItems";

const TABS = [
  { key: "to_read", label: "To read", query: { state: "to_read" }, count: (counts: WorklistCounts) => counts.to_read },
  { key: "drafts", label: "Drafts", query: { state: "draft" }, count: (counts: WorklistCounts) => counts.drafts },
  { key: "deferred", label: "Deferred", query: { state: "deferred" }, count: (counts: WorklistCounts) => counts.deferred },
  { key: "signed", label: "Signed", query: { state: "signed" }, count: (counts: WorklistCounts) => counts.signed },
  { key: "adjudication", label: "Adjudication", query: { purpose: "adjudication" }, count: (counts: WorklistCounts) => counts.adjudication },
  { key: "qa", label: "QA", query: { purpose: "qa" }, count: (counts: WorklistCounts) => counts.qa },
] as const;

/** A reader's first page: what is to be read, how far it is, and the way in by one key. */
export function WorklistPage() {
  const navigate = useNavigate();
  const [filters, setFilters] = useUrlFilters({ tab: "to_read", study: "", marker: "", search: "", ordering: "", page: "1" });
  const tab = TABS.find(({ key }) => key === filters.tab) ?? TABS[0];
  const page = pageOf(filters.page);
  const narrowed = { study: filters.study, marker: filters.marker, search: filters.search };
  const items = useWorklist({ ...tab.query, ...narrowed, ordering: filters.ordering, page });
  const counts = useWorklistCounts(filters.study).data;
  const draftsOnly = counts !== undefined && counts.to_read === 0 && counts.drafts > 0;
  // In the usual view the same question as the list's own: the next is known as soon as the list is.
  const first = useWorklist({ state: draftsOnly ? "draft" : "to_read", ...narrowed, search: "", ordering: "", page: 1 });
  const next = first.data?.results[0] ?? null;
  const studies = useStudies({ search: "", page: 1 }).data?.results.filter((study) => study.my_roles.some(isReadingRole)) ?? [];
  const search = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  const openNext = next === null ? null : () => void navigate(`/read/${next.id}`);
  const isNarrowed = filters.marker !== "" || filters.search !== "" || filters.study !== "";
  return (
    <PageBody
      title="Worklist"
      actions={
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} disabled={openNext === null} onClick={openNext ?? undefined} rightSection={<Keys keys={["N"]} />}>
          {draftsOnly ? "Go on with a draft" : "Read the next"}
        </Button>
      }
    >
      <Progress counts={counts} />
      <Qualification counts={counts} />
      <Group justify="space-between" align="flex-end" mb="sm" gap="sm">
        <Tabs value={tab.key} onChange={(key) => setFilters({ tab: key ?? "to_read" })} variant="default">
          <Tabs.List aria-label="What to show">
            {TABS.map(({ key, label, count }) => (
              <Tabs.Tab
                key={key}
                value={key}
                rightSection={
                  <Text span size="sm" c="dimmed" className="duo-number" miw={16} ta="right">
                    {counts ? count(counts) : ""}
                  </Text>
                }
              >
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <Group gap="xs">
          {studies.length > 1 && (
            <Select
              aria-label="Study"
              placeholder="All studies"
              clearable
              w={200}
              data={studies.map((study) => ({ value: study.id, label: study.name }))}
              value={filters.study === "" ? null : filters.study}
              onChange={(study) => setFilters({ study: study ?? "" })}
            />
          )}
          <Select
            aria-label="Marker"
            placeholder="All markers"
            clearable
            w={136}
            data={MARKERS.filter((marker) => marker !== "H&E")}
            value={filters.marker === "" ? null : filters.marker}
            onChange={(marker) => setFilters({ marker: marker ?? "" })}
          />
          <Select
            aria-label="Order"
            w={150}
            allowDeselect={false}
            data={[
              { value: "", label: "Reading order" },
              { value: "due_at", label: "Due first" },
              { value: "marker", label: "By marker" },
              { value: "alias", label: "By alias" },
            ]}
            value={filters.ordering}
            onChange={(ordering) => setFilters({ ordering: ordering ?? "" })}
          />
          <SearchField label="Search aliases" value={filters.search} onChange={search} width={180} />
        </Group>
      </Group>
      {tab.key === "adjudication" && <Adjudications waiting={counts?.adjudication ?? 0} />}
      <WorklistItems
        items={items}
        tab={tab.key}
        page={page}
        onPage={(to) => setFilters({ page: String(to) })}
        onNext={openNext}
        showAll={isNarrowed ? () => setFilters({ marker: "", search: "", study: "" }) : null}
      />
    </PageBody>
  );
}

/** How one stands with the specimens whose answer is known. */
function Qualification({ counts }: { counts: WorklistCounts | undefined }) {
  const standing = counts?.qualification;
  if (!standing || standing.needed === 0 || standing.passed) return null;
  const isDone = standing.done >= standing.needed;
  return (
    <Alert variant="default" color="amber" mb="md" p="sm" title={isDone ? "Qualification not passed yet" : "Qualification first"}>
      <Text size="sm" className="duo-number">
        {standing.done} of {standing.needed} qualification specimens signed.{" "}
        {isDone ? "The study’s administrator can tell you how to go on." : "The first reading opens once they are passed."}
      </Text>
    </Alert>
  );
}
