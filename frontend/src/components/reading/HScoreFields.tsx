import { SegmentedControl, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { CLASS_STYLES } from "../../geometry/classes";
import { plain } from "../../state/percent";
import { H_PARTS, P53_PATTERNS, parts } from "../../state/reading-form";
import { hScore } from "../../state/scores";
import { StackedBar } from "../runs/ClassBars";
import type { FieldsProps } from "./fields";
import { PercentField } from "./PercentField";
import classes from "./reading.module.css";

const LETTERS = { w: "weak", m: "moderate", s: "strong" };

/** Three percentages; the rest is negative, and the H-score counts along. */
export function HScoreFields({ form, marker, onInput, problems, keys }: FieldsProps) {
  const filled = parts(form, H_PARTS);
  const [weak = 0, moderate = 0, strong = 0] = filled.map((part) => part ?? 0);
  const score = hScore(weak, moderate, strong, marker);
  const isEmpty = filled.every((part) => part === null);
  const style = (name: string) => CLASS_STYLES.find(({ key }) => key === name);
  return (
    <>
      {H_PARTS.map((name) => (
        <PercentField
          key={name}
          name={name}
          label={name}
          hint={`${name} · ${name.charAt(0).toUpperCase()}`}
          value={form.inputs[name] ?? ""}
          onChange={(value) => onInput({ [name]: value })}
          keys={{ ...keys, letters: LETTERS }}
          problem={problems[name]}
          over={score.over > 0}
          colour={style(name)?.colour}
          letter={style(name)?.letter}
        />
      ))}
      <div className={classes.rest}>
        <span className={classes.percentLabel}>
          <span className={classes.swatch} style={{ background: style("negative")?.colour }} aria-hidden>
            N
          </span>
          negative
        </span>
        <output aria-label="Negative, the rest to 100 %">{score.over > 0 ? "—" : plain(score.rest)}</output>
        <span className={classes.unit}>%</span>
        <div className={classes.bar} aria-hidden>
          <div style={{ width: `${Math.max(0, score.rest) / 100}%`, background: style("negative")?.colour }} />
        </div>
      </div>
      <div style={{ margin: "10px 0 2px" }}>
        <StackedBar
          percentages={{ negative: Math.max(0, score.rest) / 100, weak: weak / 100, moderate: moderate / 100, strong: strong / 100 }}
        />
      </div>
      <div className={classes.total} aria-live="polite">
        <Text fw={550}>H-score</Text>
        {score.over > 0 ? (
          <span className={classes.over} role="alert">
            <IconAlertTriangle size={18} aria-hidden />
            {plain(score.over)} % over 100
          </span>
        ) : (
          <span className={classes.totalValue} data-empty={isEmpty || undefined} data-testid="h-score">
            {isEmpty ? "—" : plain(score.value ?? 0)}
          </span>
        )}
      </div>
      <Text size="sm" c="dimmed" className={classes.category}>
        {isEmpty || score.category === "" ? "" : `${marker} ${score.category}`}
      </Text>
      {marker === "p53" && <P53Pattern value={form.inputs.pattern ?? ""} onChange={(pattern) => onInput({ pattern })} />}
    </>
  );
}

function P53Pattern({ value, onChange }: { value: string; onChange: (pattern: string) => void }) {
  return (
    <div>
      <Text size="sm" mb={4}>
        Pattern (if you name one)
      </Text>
      <SegmentedControl
        fullWidth
        size="xs"
        orientation="vertical"
        aria-label="p53 pattern"
        value={value}
        onChange={onChange}
        data={[{ value: "", label: "not named" }, ...P53_PATTERNS.map((pattern) => ({ value: pattern, label: pattern }))]}
      />
    </div>
  );
}
