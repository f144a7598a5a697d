/** From a comparison's data to the words and numbers on the screen. Pure. */

import type { Comparison, ComparisonState, Inputs, Said, ShownEvent, ShownReading } from "../../api/comparison-types";
import { toNumber } from "../../api/numbers";

export const STATE_WORDS: Record<ComparisonState, string> = {
  decided: "Decided",
  discordant: "Waiting for an adjudicator",
  revealed: "Looked at",
};

export const REASON_WORDS: Record<string, string> = {
  no_tumour: "no tumour",
  too_little_tumour: "tumour occupies 15 % of the core or less",
  fold: "tissue folded",
  out_of_focus: "out of focus",
  missing_core: "the core is missing",
  control_failed: "the control failed",
  other: "another reason (see the comment)",
};

export const STAGE_WORDS: Record<ShownReading["stage"], string> = {
  unaided: "without the algorithm",
  aided: "with the algorithm in view",
  revised: "revised after the algorithm was shown",
};

export const KIND_WORDS: Record<"mean" | "agreed" | "provisional" | "adjudicated", string> = {
  mean: "Mean of the readings",
  agreed: "The readings agree",
  provisional: "One reading alone: provisional",
  adjudicated: "The adjudicator’s reading",
};

const UNIT: Record<string, string> = { "ki-67": " %" };

/** One decimal where there is one; "—" where there is no number, never 0. */
export function numberText(value: unknown, scheme: string): string {
  const number = toNumber(value);
  return number === null ? "—" : `${Number(number.toFixed(1))}${UNIT[scheme] ?? ""}`;
}

/** The large words of a score: the number, else the category (HER2), else that it is not scoreable. */
export function headline(said: Said, scheme: string): string {
  if (!said.scoreable) return "Not scoreable";
  return toNumber(said.value) === null ? said.category || "—" : numberText(said.value, scheme);
}

/** The category under a number; empty where it is the headline itself or there is none. */
export function subline(said: Said, scheme: string): string {
  if (!said.scoreable) return REASON_WORDS[said.reason] ?? said.reason;
  return headline(said, scheme) === said.category ? "" : said.category;
}

/** "Reader A" and, where there are several of one reader, which: the series of a re-read, the stage. */
export function whoText(reading: ShownReading, all: readonly ShownReading[]): string {
  const series = reading.series > 1 ? `, re-read ${reading.series - 1}` : "";
  const same = all.filter((other) => other.who === reading.who && other.series === reading.series);
  return `${reading.who}${series}${same.length > 1 ? `, ${reading.stage === "revised" ? "revised" : "unaided"}` : ""}`;
}

/** Readings that count in the comparison: the first series, unaided where both exist. */
export function counted(readings: readonly ShownReading[]): ShownReading[] {
  return readings.filter((reading) => reading.purpose === "primary" && reading.series === 1 && reading.stage !== "revised");
}

/** "|Δ| 15 ≤ 40", "|Δ| 55 > 40"; null where there is no difference of numbers. */
export function differenceText({ difference, tolerance, scheme }: Pick<Comparison, "difference" | "tolerance" | "scheme">): string | null {
  const apart = toNumber(difference);
  if (apart === null) return null;
  const most = toNumber(tolerance);
  const text = `|Δ| ${numberText(apart, scheme)}`;
  return most === null ? text : `${text} ${apart > most ? ">" : "≤"} ${numberText(most, scheme)}`;
}

/** Whether the readers give the same category; null with fewer than two of them. */
export function sameCategory(readings: readonly ShownReading[]): boolean | null {
  const said = counted(readings);
  if (said.length < 2) return null;
  return new Set(said.map((reading) => (reading.scoreable ? reading.category : "not scoreable"))).size === 1;
}

/** What was decided and by which rule, in a sentence. */
export function decisionSentence(comparison: Comparison): string {
  const { consensus, scheme, discordant } = comparison;
  if (consensus) {
    const score = !consensus.scoreable
      ? `not scoreable (${REASON_WORDS[consensus.reason] ?? consensus.reason})`
      : [toNumber(consensus.value) === null ? "" : numberText(consensus.value, scheme), consensus.category].filter(Boolean).join(", ");
    return `Decided: ${score}. ${sentence(consensus.rule)} Rule version ${consensus.rule_version}.`;
  }
  if (counted(comparison.readings).length === 0) return "Nobody’s reading is shown here.";
  if (!discordant) return "Not decided yet.";
  return `Discordant: ${whyDiscordant(comparison)}. An adjudicator who was neither reader decides.`;
}

function whyDiscordant({ readings, difference, tolerance, scheme }: Comparison): string {
  const said = counted(readings);
  if (new Set(said.map((reading) => reading.scoreable)).size > 1) return "not all readers found it scoreable";
  if (sameCategory(readings) === false) return `the categories differ (${[...new Set(said.map((reading) => reading.category))].join(", ")})`;
  return `the readings differ by ${numberText(difference, scheme)}, more than ${numberText(tolerance, scheme)}`;
}

/** A rule as the server keeps it, begun with a capital and ended with a full stop. */
export function sentence(rule: string): string {
  const text = rule.trim();
  if (text === "") return "";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}

const INPUT_WORDS: Record<string, string> = {
  percent: "% positive",
  intense_complete: "intense complete",
  moderate_complete: "weak to moderate complete",
  faint_incomplete: "faint incomplete",
  intense_incomplete: "intense incomplete",
};

/** What was entered beside the percentages of the bar: "pattern wild-type", "positive 45, counted 500". */
export function inputsText(inputs: Inputs): string {
  const shown = Object.entries(inputs).filter(([name, value]) => value !== "" && name !== "category" && !["weak", "moderate", "strong"].includes(name));
  return shown.map(([name, value]) => `${INPUT_WORDS[name] ?? name} ${value}`).join(", ");
}

/** All that was entered: "weak 20, moderate 35, strong 15". */
export const allInputsText = (inputs: Inputs): string =>
  Object.entries(inputs)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${INPUT_WORDS[name] ?? name} ${value}`)
    .join(", ");

export const EVENT_WORDS: Record<ShownEvent["what"], string> = {
  signed: "signed the reading",
  revised: "signed a revised reading",
  amended: "signed an amendment",
  consensus: "The consensus was made",
};

export const eventText = ({ what, who }: ShownEvent): string => (who === "" ? EVENT_WORDS[what] : `${who} ${EVENT_WORDS[what]}`);
