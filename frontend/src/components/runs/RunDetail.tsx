import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconEye } from "@tabler/icons-react";
import { isActive, useCancelRun, useResult, useReveal } from "../../api/queries/runs";
import type { Run } from "../../api/types";
import { FormProblem } from "../common/FormProblem";
import { Problem } from "../common/Problem";
import { ResultView } from "./ResultView";
import { RunProgress } from "./RunProgress";

/** The run that is looked at: its progress, how it ended, and its result behind an act of looking. */
export function RunDetail({ run }: { run: Run }) {
  if (isActive(run)) return <Running run={run} />;
  if (run.state === "failed") {
    return (
      <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title="This run failed">
        <Text size="sm">{run.error || "The worker gave no reason."}</Text>
        <Text size="sm" mt={4}>
          The slide and earlier results are untouched. Start it again, or choose another method.
        </Text>
      </Alert>
    );
  }
  if (run.state === "cancelled") {
    return (
      <Text size="sm" c="dimmed">
        This run was cancelled. It has no result.
      </Text>
    );
  }
  return run.has_result ? <RevealedResult run={run} /> : null;
}

function Running({ run }: { run: Run }) {
  const cancel = useCancelRun();
  return (
    <Stack gap="xs">
      <RunProgress run={run} />
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed">
          You may leave this page; the run goes on.
        </Text>
        <Button size="compact-sm" variant="default" style={{ flex: "none" }} loading={cancel.isPending} onClick={() => cancel.mutate(run.id)}>
          Cancel
        </Button>
      </Group>
      <FormProblem error={cancel.error} />
    </Stack>
  );
}

/** Nothing of the result is asked for before the person says so: the looking itself is recorded. */
function RevealedResult({ run }: { run: Run }) {
  const result = useResult(run.id);
  const reveal = useReveal();
  if (result.isPending) return <Skeleton h={180} />;
  if (result.isError) return <Problem error={result.error} what="The result could not be loaded" retry={() => void result.refetch()} />;
  if (result.data) return <ResultView result={result.data} />;
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm">
        This will be recorded: you will have seen the algorithm’s score of this specimen.
      </Text>
      <Button leftSection={<IconEye size={16} aria-hidden />} loading={reveal.isPending} onClick={() => reveal.mutate(run.id)}>
        Show result
      </Button>
      <FormProblem error={reveal.error} />
    </Stack>
  );
}
