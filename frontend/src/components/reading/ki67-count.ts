import { parseCount } from "../../state/percent";

type Inputs = Readonly<Record<string, string>>;

/** Positive and negative nuclei of the two fields; what is not readable counts as none. */
export function counts(inputs: Inputs): { positive: number; negative: number } {
  const positive = parseCount(inputs.positive ?? "") ?? 0;
  const all = parseCount(inputs.counted ?? "") ?? positive;
  return { positive, negative: Math.max(0, all - positive) };
}

/** The fields after one more nucleus (`by` −1: one taken back). */
export function counted(inputs: Inputs, isPositive: boolean, by: 1 | -1 = 1): Record<string, string> {
  const now = counts(inputs);
  const positive = Math.max(0, now.positive + (isPositive ? by : 0));
  const negative = Math.max(0, now.negative + (isPositive ? 0 : by));
  return { positive: String(positive), counted: String(positive + negative) };
}
