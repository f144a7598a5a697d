import { Progress, Text } from "@mantine/core";
import type { Run } from "../../api/types";
import { grouped } from "../common/words";

/** The worker's phases, for people. An unknown one is shown as it came. */
const PHASES: Record<string, string> = {
  starting: "Opening the slide",
  overview: "Looking at the whole for tissue and stain",
  tissue: "Finding the tissue",
  stain: "Measuring the stains",
  scoring: "Finding and scoring nuclei",
  nuclei: "Finding nuclei",
  writing: "Writing the cells",
  finishing: "Writing the result",
};

export function phaseWords(run: Pick<Run, "state" | "phase" | "attempt">): string {
  if (run.state === "queued") return run.attempt > 0 ? "Waiting to be taken up again" : "Waiting for a worker";
  if (run.state === "cancelled") return "Cancelled before it was done";
  if (run.state === "done") return "Done";
  return PHASES[run.phase] ?? (run.phase || "Starting");
}

/** The share done, 0–100; null while there is no total yet. */
export function percentDone(run: Pick<Run, "state" | "progress_done" | "progress_total">): number | null {
  if (run.state === "done") return 100;
  if (run.progress_total <= 0) return null;
  return Math.min(100, Math.max(0, (100 * run.progress_done) / run.progress_total));
}

/** A bar with words; takes the same height in every state. */
export function RunProgress({ run }: { run: Run }) {
  const percent = percentDone(run);
  const active = run.state === "queued" || run.state === "running";
  const count = run.state === "running" && run.progress_total > 0 ? ` · ${grouped(run.progress_done)} of ${grouped(run.progress_total)} tiles` : "";
  return (
    <div>
      <Progress
        value={percent ?? (active ? 4 : 0)}
        size="sm"
        color={active || run.state === "done" ? "teal" : "gray"}
        aria-label={`Progress: ${percent === null ? phaseWords(run) : `${Math.round(percent)} %`}`}
      />
      <Text size="xs" c="dimmed" mt={4} className="duo-number" truncate="end">
        {phaseWords(run)}
        {count}
      </Text>
    </div>
  );
}
