import { SegmentedControl, Text } from "@mantine/core";
import { parts } from "../../state/reading-form";
import { allred } from "../../state/scores";
import type { FieldsProps } from "./fields";
import { PercentField } from "./PercentField";
import classes from "./reading.module.css";

const INTENSITIES = ["0 none", "1 weak", "2 moderate", "3 strong"];

/** Percent positive and the average intensity; both scores and their sum. */
export function AllredFields({ form, onInput, problems, keys }: FieldsProps) {
  const [percent = null] = parts(form, ["percent"]);
  const intensity = form.inputs.intensity ?? "";
  const score = percent === null || intensity === "" ? null : allred(percent, Number(intensity));
  return (
    <>
      <PercentField
        name="percent"
        label="positive"
        value={form.inputs.percent ?? ""}
        onChange={(value) => onInput({ percent: value })}
        keys={keys}
        problem={problems.percent}
      />
      <div data-input="intensity">
        <Text size="sm" mb={4}>
          Average intensity of the positive nuclei
        </Text>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Average intensity"
          value={intensity}
          onChange={(value) => onInput({ intensity: value })}
          data={INTENSITIES.map((label, value) => ({ value: String(value), label }))}
        />
        <Text className={classes.note} component="div" role={problems.intensity ? "alert" : undefined}>
          {problems.intensity ?? ""}
        </Text>
      </div>
      <div className={classes.total} aria-live="polite">
        <Text fw={550}>Allred</Text>
        <span className={classes.totalValue} data-empty={score === null || undefined} data-testid="allred">
          {score === null ? "—" : `${score.proportion} + ${intensity} = ${score.total}`}
        </span>
      </div>
      <Text size="sm" c="dimmed" className={classes.category}>
        {score === null ? "" : score.category}
        {score?.clash ? " by Allred, yet fewer than 1 % are positive: negative by ASCO/CAP" : ""}
      </Text>
    </>
  );
}
