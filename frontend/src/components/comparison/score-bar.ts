/** A score as parts of 100 %, in the colours that the overlay, the plots and the reports use. Pure. */

import type { Inputs } from "../../api/comparison-types";
import { toNumber } from "../../api/numbers";
import { CLASS_STYLES } from "../../geometry/classes";

export interface BarShare {
  key: string;
  label: string;
  letter: string;
  colour: string;
  /** 0–100. */
  percent: number;
  dark: boolean;
}

const HER2 = [
  { key: "3+", input: "intense_complete", colour: "#C1121F", dark: true },
  { key: "2+", input: "moderate_complete", colour: "#EE964B", dark: false },
  { key: "2+ incomplete", input: "intense_incomplete", colour: "#EE964B", dark: false },
  { key: "1+", input: "faint_incomplete", colour: "#F4D35E", dark: false },
] as const;
const HER2_REST = "#8D99AE";

/** Null where the scheme has no parts, or they were not given. */
export function barOf(scheme: string, inputs: Inputs | Record<string, unknown> | null): BarShare[] | null {
  if (inputs === null) return null;
  if (scheme === "h-score") return classBar(inputs);
  if (scheme === "her2-ihc") return her2Bar(inputs);
  if (scheme === "ki-67") {
    const positive = toNumber(inputs.positive);
    const total = toNumber(inputs.counted);
    return positive === null || total === null || total <= 0 ? null : positivity((100 * positive) / total);
  }
  if (scheme === "allred") {
    const percent = toNumber(inputs.percent);
    return percent === null ? null : positivity(percent);
  }
  return null;
}

function classBar(inputs: Record<string, unknown>): BarShare[] | null {
  const parts = ["weak", "moderate", "strong"].map((name) => toNumber(inputs[name]));
  const [weak, moderate, strong] = parts;
  if (weak === null || moderate === null || strong === null || weak === undefined || moderate === undefined || strong === undefined) return null;
  const shares: Record<string, number> = { negative: Math.max(0, 100 - weak - moderate - strong), weak, moderate, strong };
  return CLASS_STYLES.filter((style) => style.key in shares).map((style) => ({
    key: style.key,
    label: style.label,
    letter: style.letter,
    colour: style.colour,
    percent: shares[style.key] ?? 0,
    dark: style.key === "strong",
  }));
}

function her2Bar(inputs: Record<string, unknown>): BarShare[] | null {
  const found = HER2.map((part) => ({ ...part, percent: toNumber(inputs[part.input]) }));
  if (found.every(({ percent }) => percent === null)) return null;
  const shares = found.map(({ key, colour, dark, percent }) => ({ key, label: key, letter: key, colour, dark, percent: percent ?? 0 }));
  const rest = Math.max(0, 100 - shares.reduce((sum, { percent }) => sum + percent, 0));
  return [{ key: "0", label: "0", letter: "0", colour: HER2_REST, dark: false, percent: rest }, ...shares.toReversed()];
}

/** Positive and not: the colours of the strong and the negative class. */
function positivity(percent: number): BarShare[] {
  return [
    { key: "negative", label: "negative", letter: "N", colour: "#3B82C4", dark: false, percent: 100 - percent },
    { key: "positive", label: "positive", letter: "P", colour: "#C1121F", dark: true, percent },
  ];
}

/** "negative 30 %, weak 20 %": what a bar says to those who do not see it. */
export const barText = (bar: readonly BarShare[]): string => bar.filter(({ percent }) => percent > 0).map(({ label, percent }) => `${label} ${Number(percent.toFixed(1))} %`).join(", ");
