import { Group, Progress, SegmentedControl, Stack, Text } from "@mantine/core";
import { parseCount } from "../../state/percent";
import { ki67 } from "../../state/scores";
import { Keys } from "../commands/Keys";
import type { FieldsProps } from "./fields";
import { counts, counted } from "./ki67-count";
import classes from "./reading.module.css";

const ENOUGH = 500;

/** Positive and counted nuclei, by two large buttons or keys, or typed. */
export function Ki67Fields({ form, onInput, problems }: FieldsProps) {
  const positive = parseCount(form.inputs.positive ?? "");
  const all = parseCount(form.inputs.counted ?? "");
  const now = counts(form.inputs);
  const score = positive === null || all === null ? null : ki67(positive, all);
  return (
    <Stack gap="xs">
      <div className={classes.counter}>
        <button type="button" className={classes.count} onClick={() => onInput(counted(form.inputs, true))} aria-label={`One more positive nucleus, ${now.positive} now`}>
          <span>positive</span>
          <strong>{now.positive}</strong>
          <Keys keys={["1"]} />
        </button>
        <button type="button" className={classes.count} onClick={() => onInput(counted(form.inputs, false))} aria-label={`One more negative nucleus, ${now.negative} now`}>
          <span>negative</span>
          <strong>{now.negative}</strong>
          <Keys keys={["0"]} />
        </button>
      </div>
      <Group justify="space-between" gap={4}>
        <Text size="sm" className="duo-number">
          {now.positive + now.negative} counted{now.positive + now.negative < ENOUGH ? `, ${ENOUGH} are wanted` : ""}
        </Text>
        <Group gap={4}>
          <Text size="xs" c="dimmed">
            take back
          </Text>
          <Keys keys={["Backspace"]} />
        </Group>
      </Group>
      <Progress value={Math.min(100, (100 * (now.positive + now.negative)) / ENOUGH)} size="sm" aria-label={`Counted of ${ENOUGH}`} />
      <Group grow gap="sm">
        {(["positive", "counted"] as const).map((name) => (
          <label key={name}>
            <Text size="sm" span>
              {name === "positive" ? "Positive nuclei" : "Counted nuclei"}
            </Text>
            <input
              className={classes.number}
              data-input={name}
              inputMode="numeric"
              autoComplete="off"
              maxLength={8}
              value={form.inputs[name] ?? ""}
              aria-invalid={problems[name] !== undefined}
              onChange={(event) => onInput({ [name]: event.currentTarget.value })}
              onFocus={(event) => event.currentTarget.select()}
            />
          </label>
        ))}
      </Group>
      <Text className={classes.note} component="div" role={problems.positive || problems.counted ? "alert" : undefined}>
        {problems.positive ?? problems.counted ?? ""}
      </Text>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="Where it was counted"
        value={form.inputs.counting ?? "global"}
        onChange={(counting) => onInput({ counting })}
        data={[
          { value: "global", label: "Global" },
          { value: "hot spot", label: "Hot spot" },
        ]}
      />
      <div className={classes.total} aria-live="polite">
        <Text fw={550}>Ki-67</Text>
        <span className={classes.totalValue} data-empty={score === null || undefined} data-testid="ki-67">
          {score === null ? "—" : `${score.percent.toFixed(1)} %`}
        </span>
      </div>
      <Text size="sm" c="dimmed" className={classes.category}>
        {score === null ? "" : `95 % interval ${score.low.toFixed(1)}–${score.high.toFixed(1)} % · ${score.category}`}
      </Text>
    </Stack>
  );
}
