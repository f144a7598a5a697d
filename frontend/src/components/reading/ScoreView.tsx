import { Text } from "@mantine/core";
import { toNumber } from "../../api/numbers";
import type { ScoreFields } from "../../api/reading-types";
import { inputPairs } from "./form-words";
import { StackedBar } from "../runs/ClassBars";
import classes from "./reading.module.css";

/** A decimal as it was scored, without trailing zeros. */
export function valueText(value: ScoreFields["value"]): string {
  const number = toNumber(value);
  return number === null ? "—" : String(Number(number.toFixed(4)));
}

/** The score in a few words: "H-score 135", "3+", "not scoreable: fold". */
export function scoreWords(score: ScoreFields, scheme: string, reasons: Readonly<Record<string, string>>): string {
  if (!score.scoreable) return `not scoreable: ${reasons[score.reason] ?? score.reason}`;
  const name = { "h-score": "H-score ", allred: "Allred ", "ki-67": "Ki-67 " }[scheme] ?? "";
  const unit = scheme === "ki-67" ? " %" : "";
  return score.value === null ? score.category : `${name}${valueText(score.value)}${unit}`;
}

/** A signed score as it stands: never editable. */
export function ScoreView({ score, scheme, reasons }: { score: ScoreFields; scheme: string; reasons: Readonly<Record<string, string>> }) {
  const percent = (name: string): number => toNumber(score.inputs[name]) ?? 0;
  const positive = percent("weak") + percent("moderate") + percent("strong");
  return (
    <div>
      <Text className={classes.totalValue} style={score.scoreable ? undefined : { fontSize: 18 }}>
        {scoreWords(score, scheme, reasons)}
      </Text>
      {score.scoreable && score.value !== null && score.category !== "" && (
        <Text size="sm" fw={550}>
          {score.category}
        </Text>
      )}
      {score.rule !== "" && (
        <Text size="xs" c="dimmed" mt={2}>
          {score.rule}
        </Text>
      )}
      {score.scoreable && scheme === "h-score" && "weak" in score.inputs && (
        <div style={{ margin: "8px 0" }}>
          <StackedBar percentages={{ negative: 100 - positive, weak: percent("weak"), moderate: percent("moderate"), strong: percent("strong") }} />
        </div>
      )}
      <dl className={classes.facts}>
        {inputPairs(score.inputs).map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
        {score.comment !== "" && <Pair name="Comment" value={score.comment} />}
      </dl>
    </div>
  );
}

export function Pair({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
