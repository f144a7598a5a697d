import { Divider, Group, Skeleton, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { useModelCards, useRuns } from "../../api/queries/runs";
import type { Id, Run } from "../../api/types";
import { Problem } from "../common/Problem";
import { Time } from "../common/Time";
import { coreName } from "../common/words";
import { RunDetail } from "./RunDetail";
import { RunStateChip } from "./RunStateChip";
import { StartRun, type StartRunProps } from "./StartRun";
import classes from "./runs.module.css";

export interface RunsPanelProps extends StartRunProps {
  slide: Id;
  mayStart: boolean;
  chosen: Id | null;
  onChoose: (run: Id | null) => void;
}

/** Runs on this slide: start one, follow it, look at its result. */
export function RunsPanel(props: RunsPanelProps) {
  const specimen = props.specimen?.kind === "core" ? props.specimen.id : undefined;
  const runs = useRuns({ slide: props.slide, specimen });
  const list = runs.data?.results ?? [];
  const chosen = list.find((run) => run.id === props.chosen) ?? null;
  return (
    <Stack gap="md" component="section" aria-label="Runs">
      {chosen && (
        <Stack gap="xs">
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <MethodName run={chosen} />
            <RunStateChip state={chosen.state} />
          </Group>
          <RunDetail key={chosen.id} run={chosen} />
          <Divider mt="xs" />
        </Stack>
      )}
      {runs.isPending && <Skeleton h={96} />}
      {runs.isError && <Problem error={runs.error} what="The runs could not be loaded" retry={() => void runs.refetch()} />}
      {props.mayStart && (
        <div>
          <Title order={3} mb="xs">
            Score this specimen
          </Title>
          <StartRun {...props} />
        </div>
      )}
      {runs.data && (
        <div>
          <Title order={3} mb={6}>
            Runs
          </Title>
          {list.length === 0 ? (
            <Text size="sm" c="dimmed">
              No run has been started here.
            </Text>
          ) : (
            <ul className={classes.list}>
                {list.map((run) => (
                  <li key={run.id}>
                    <UnstyledButton className={classes.row} aria-pressed={run.id === props.chosen} onClick={() => props.onChoose(run.id === props.chosen ? null : run.id)}>
                      <div style={{ flex: 1, minWidth: 0 }}>
                        <Text size="sm" fw={550} truncate="end" className="duo-number">
                          {run.algorithm.toUpperCase()} {run.algorithm_version} · {run.preset}
                        </Text>
                        <Text size="xs" c="dimmed" truncate="end">
                          <Time iso={run.created_at} relative /> · {whereOf(run, props)}
                        </Text>
                      </div>
                      <RunStateChip state={run.state} />
                    </UnstyledButton>
                  </li>
                ))}
              </ul>
          )}
        </div>
      )}
    </Stack>
  );
}

function whereOf(run: Run, props: RunsPanelProps): string {
  if (run.field_of_view) return props.fields.find((field) => field.id === run.field_of_view)?.name ?? "field of view";
  const core = props.cores.find((item) => item.id === run.specimen);
  return core ? `core ${coreName(core.row, core.column)}` : "whole section";
}

function MethodName({ run }: { run: Run }) {
  const cards = useModelCards();
  const card = cards.data?.find((item) => item.key === run.algorithm);
  return (
    <Text size="sm" fw={550}>
      {card?.name ?? run.algorithm.toUpperCase()}
    </Text>
  );
}
