import { Group, Text } from "@mantine/core";
import type { Batch, RunState } from "../../api/types";
import { grouped } from "../common/words";
import classes from "./runs.module.css";

const SHOWN: readonly RunState[] = ["done", "running", "failed", "cancelled"];

/** "12 of 64 done, 1 running, 50 waiting, 1 failed": what is nought is left out, except what is done. */
export function batchWords({ counts, total }: Pick<Batch, "counts" | "total">): string {
  const others: [number, string][] = [
    [counts.running, "running"],
    [counts.queued, "waiting"],
    [counts.failed, "failed"],
    [counts.cancelled, "cancelled"],
  ];
  return [`${grouped(counts.done)} of ${grouped(total)} done`, ...others.filter(([count]) => count > 0).map(([count, word]) => `${grouped(count)} ${word}`)].join(", ");
}

/** How far the cores of a batch have come: a bar of the same height in every state, and the numbers in words. */
export function BatchProgress({ batch, now = "" }: { batch: Batch; now?: string }) {
  const said = batchWords(batch);
  return (
    <div>
      <div className={classes.batchBar} role="progressbar" aria-label={said} aria-valuemin={0} aria-valuemax={batch.total} aria-valuenow={batch.total - batch.counts.queued - batch.counts.running}>
        {SHOWN.map((state) => (
          <div key={state} className={classes.batchPart} data-state={state} style={{ width: `${(100 * batch.counts[state]) / Math.max(1, batch.total)}%` }} />
        ))}
      </div>
      <Group justify="space-between" mt={4} wrap="nowrap" gap="md">
        <Text size="sm" className="duo-number" data-testid="batch-words">
          {said}
        </Text>
        <Text size="xs" c="dimmed" truncate="end" className="duo-number">
          {now}
        </Text>
      </Group>
    </div>
  );
}
