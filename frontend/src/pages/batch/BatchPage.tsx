import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconDownload, IconMap2 } from "@tabler/icons-react";
import { Link, useParams } from "react-router";
import { batchCsvUrl, ORDERS, type Order, useBatch, useBatchResults, useCancelBatch } from "../../api/queries/batches";
import { useModelCards, useRuns } from "../../api/queries/runs";
import { useSlide } from "../../api/queries/slides";
import { useStudy } from "../../api/queries/studies";
import type { Batch, Run, Slide } from "../../api/types";
import { FormProblem } from "../../components/common/FormProblem";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { Time } from "../../components/common/Time";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { coreName, counted } from "../../components/common/words";
import { useRoom } from "../../components/live/LiveProvider";
import { BatchProgress } from "../../components/runs/BatchProgress";
import { ResearchUse } from "../../components/runs/ClassBars";
import { CoreTable } from "../../components/runs/CoreTable";
import { RevealBatch } from "../../components/runs/RevealBatch";
import { phaseWords } from "../../components/runs/RunProgress";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";

/** A run on every core of a slide: how far it is, and, once looked at, the score of each core. */
export function BatchPage() {
  const { batchId = "" } = useParams();
  const batch = useBatch(batchId);
  useRoom(batch.data ? `study:${batch.data.study}` : null);
  if (batch.isPending) {
    return (
      <PageBody title="Batch">
        <Skeleton h={36} mb="md" />
        <Skeleton h={420} />
      </PageBody>
    );
  }
  if (batch.isError) {
    return (
      <PageBody title="Batch">
        <Problem error={batch.error} what="The batch could not be loaded" retry={() => void batch.refetch()} />
      </PageBody>
    );
  }
  return <Shown batch={batch.data} />;
}

function Shown({ batch }: { batch: Batch }) {
  const study = useStudy(batch.study);
  const slide = useSlide(batch.slide ?? undefined);
  const cards = useModelCards();
  const method = cards.data?.find((card) => card.key === batch.algorithm)?.name ?? batch.algorithm;
  const title = batch.name || (batch.slide_name ? `${batch.slide_name}: all cores` : "Batch of runs");
  const roles = study.data?.my_roles ?? [];
  const mayCancel = roles.includes("technician") || roles.includes("administrator");
  return (
    <PageBody
      title={title}
      about={
        <>
          {method}, version {batch.algorithm_version}, preset {batch.preset} · {counted(batch.total, "core")} · asked for <Time iso={batch.created_at} relative />
        </>
      }
      actions={
        <>
          {batch.slide && (
            <Button component={Link} to={`/slides/${batch.slide}?batch=${batch.id}`} variant="default" leftSection={<IconMap2 size={16} aria-hidden />}>
              Show on the slide
            </Button>
          )}
          {batch.is_active && mayCancel && <CancelRest batch={batch} />}
        </>
      }
    >
      <Trail
        crumbs={[
          { label: "Studies", to: "/studies" },
          { label: study.data?.name ?? "Study", to: `/studies/${batch.study}?tab=runs` },
          { label: title },
        ]}
      />
      <Stack gap="md">
        <Progress batch={batch} slide={slide.data ?? null} />
        <Failures batch={batch} slide={slide.data ?? null} />
        <Results batch={batch} />
      </Stack>
    </PageBody>
  );
}

function CancelRest({ batch }: { batch: Batch }) {
  const cancel = useCancelBatch();
  const left = batch.counts.queued + batch.counts.running;
  return (
    <>
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(batch.id)}>
        Cancel the remaining {left}
      </Button>
      <FormProblem error={cancel.error} />
    </>
  );
}

const nameOf = (run: Run, slide: Slide | null): string => {
  const core = slide?.specimens.find((specimen) => specimen.id === run.specimen);
  return core ? coreName(core.row, core.column) : "a core";
};

function Progress({ batch, slide }: { batch: Batch; slide: Slide | null }) {
  const running = useRuns({ batch: batch.id, state: "running" }, batch.is_active);
  const now = batch.is_active ? (running.data?.results ?? []).map((run) => `${nameOf(run, slide)}: ${phaseWords(run).toLowerCase()}`).join(" · ") : "";
  return <BatchProgress batch={batch} now={now} />;
}

function Failures({ batch, slide }: { batch: Batch; slide: Slide | null }) {
  const failed = useRuns({ batch: batch.id, state: "failed" }, batch.counts.failed > 0);
  if (batch.counts.failed === 0 || !failed.data) return null;
  return (
    <section aria-label="Failed runs">
      {failed.data.results.map((run) => (
        <Group key={run.id} gap={6} wrap="nowrap" align="flex-start">
          <IconAlertTriangle size={16} color="var(--mantine-color-red-6)" style={{ flex: "none", marginTop: 2 }} aria-hidden />
          <Text size="sm">
            <Anchor component={Link} to={`/slides/${run.slide}?specimen=${run.specimen}&run=${run.id}`} inherit>
              {nameOf(run, slide)}
            </Anchor>{" "}
            failed: {run.error || "the worker gave no reason."}
          </Text>
        </Group>
      ))}
    </section>
  );
}

function Results({ batch }: { batch: Batch }) {
  const [filters, setFilters] = useUrlFilters({ order: "core", page: "1" });
  const order: Order = ORDERS.find((one) => one === filters.order) ?? "core";
  const results = useBatchResults(batch.id, { order, page: pageOf(filters.page) });
  if (results.isError) return <Problem error={results.error} what="The results could not be loaded" retry={() => void results.refetch()} />;
  if (results.isPending) return <Skeleton h={260} />;
  const shown = results.data?.count ?? 0;
  return (
    <Stack gap="sm" component="section" aria-label="Results">
      <RevealBatch batch={batch} shown={shown} />
      {batch.counts.done === 0 && (
        <Text size="sm" c="dimmed">
          {batch.is_active ? "No core is done yet. You may leave this page; the runs go on." : "No core has a result."}
        </Text>
      )}
      {results.data && shown > 0 && (
        <>
          <Group justify="space-between">
            <Title order={2} size="h4">
              {counted(shown, "core")}
            </Title>
            <Button component="a" href={batchCsvUrl(batch.id)} download size="compact-sm" variant="default" leftSection={<IconDownload size={14} aria-hidden />}>
              CSV with provenance
            </Button>
          </Group>
          <ResearchUse text="Trained on synthetic tissue where a network scored. Research use only: not for diagnosis." />
          <div style={{ opacity: results.isPlaceholderData ? 0.6 : 1 }}>
            <CoreTable batch={batch.id} slide={batch.slide ?? ""} results={results.data.results} order={order} onOrder={(next) => setFilters({ order: next })} />
          </div>
          <Pager count={shown} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="cores" />
        </>
      )}
    </Stack>
  );
}
