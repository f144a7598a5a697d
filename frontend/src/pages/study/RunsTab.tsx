import { Anchor, Button, Group, Select, Skeleton, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { useCancelRun, useModelCards, useRuns } from "../../api/queries/runs";
import { useSlide } from "../../api/queries/slides";
import type { Run, Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { FormProblem } from "../../components/common/FormProblem";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { Time } from "../../components/common/Time";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { coreName, counted, RUN_STATE_WORDS } from "../../components/common/words";
import { BatchList } from "../../components/runs/BatchList";
import { RunProgress } from "../../components/runs/RunProgress";
import { RunStateChip } from "../../components/runs/RunStateChip";

/** Every run of the study that one may know of: what was asked, where it stands. Results are looked at in the viewer. */
export function RunsTab({ study }: { study: Study }) {
  const [filters, setFilters] = useUrlFilters({ state: "", page: "1" });
  const runs = useRuns({ study: study.id, state: filters.state, page: pageOf(filters.page) });
  return (
    <>
      <BatchList study={study.id} />
      <Group justify="space-between" mb="sm">
        <Select
          aria-label="State"
          placeholder="All states"
          clearable
          w={160}
          data={Object.entries(RUN_STATE_WORDS).map(([value, label]) => ({ value, label }))}
          value={filters.state || null}
          onChange={(state) => setFilters({ state: state ?? "" })}
        />
        {runs.data && (
          <Text size="sm" c="dimmed" className="duo-number">
            {counted(runs.data.count, "run")}
          </Text>
        )}
      </Group>
      {runs.isError && <Problem error={runs.error} what="The runs could not be loaded" retry={() => void runs.refetch()} />}
      {runs.isPending && <Skeleton h={320} />}
      {runs.data && runs.data.results.length === 0 && (
        <Empty
          title={filters.state ? "No run is in this state" : "No runs yet"}
          action={
            <Button component={Link} to={`/studies/${study.id}?tab=slides`} variant="default">
              Go to the slides
            </Button>
          }
        >
          A run is one execution of an algorithm on one specimen. Start one from a slide's viewer.
        </Empty>
      )}
      {runs.data && runs.data.results.length > 0 && (
        <Table aria-label="Runs" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Specimen</Table.Th>
              <Table.Th>Method</Table.Th>
              <Table.Th w={130}>State</Table.Th>
              <Table.Th w={260}>Progress</Table.Th>
              <Table.Th w={180}>Asked for</Table.Th>
              <Table.Th w={100} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.data.results.map((run) => (
              <RunRow key={run.id} run={run} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {runs.data && <Pager count={runs.data.count} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="runs" />}
    </>
  );
}

function RunRow({ run }: { run: Run }) {
  const slide = useSlide(run.slide);
  const cards = useModelCards();
  const cancel = useCancelRun();
  const specimen = slide.data?.specimens.find((item) => item.id === run.specimen);
  const card = cards.data?.find((item) => item.key === run.algorithm);
  const where = specimen?.kind === "core" ? coreName(specimen.row, specimen.column) : run.field_of_view ? "field of view" : "whole section";
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/slides/${run.slide}?run=${run.id}`} c="inherit" fw={550} size="sm">
          {slide.data?.name ?? "Slide"}
        </Anchor>
        <Text size="xs" c="dimmed">
          {slide.data ? `${slide.data.marker} · ${where}${specimen?.case ? ` · case ${specimen.case.code}` : ""}` : "…"}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{card?.name ?? run.algorithm}</Text>
        <Text size="xs" c="dimmed">
          version {run.algorithm_version} · {run.preset}
        </Text>
      </Table.Td>
      <Table.Td>
        <RunStateChip state={run.state} />
      </Table.Td>
      <Table.Td>
        {run.state === "failed" ? (
          <Text size="xs" c="dimmed" lineClamp={2} title={run.error}>
            {run.error}
          </Text>
        ) : (
          <RunProgress run={run} />
        )}
        <FormProblem error={cancel.error} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <Time iso={run.created_at} relative />
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        {(run.state === "queued" || run.state === "running") && (
          <Button size="compact-sm" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(run.id)}>
            Cancel
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
