/** The scoring form as it stands while it is filled in: what was typed, checked only when it is to be signed. */

import { isNumber, parseCount, parsePercent, plain, WHOLE } from "./percent";
import { asksForControl } from "./scores";

export type Confidence = "" | "low" | "medium" | "high";
export type InternalControl = "" | "present" | "absent" | "not_seen";

export interface ReadingForm {
  readonly scoreable: boolean;
  readonly reason: string;
  /** As typed, by the scheme's names. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly comment: string;
  readonly confidence: Confidence;
  readonly internalControl: InternalControl;
}

export const EMPTY_FORM: ReadingForm = { scoreable: true, reason: "", inputs: {}, comment: "", confidence: "", internalControl: "" };

export const H_PARTS = ["weak", "moderate", "strong"] as const;
export const HER2_PARTS = ["intense_complete", "moderate_complete", "faint_incomplete", "intense_incomplete"] as const;
export const P53_PATTERNS = ["wild-type", "overexpressed", "null", "cytoplasmic"] as const;
/** How HER2 is given: by the category with its sentence, or by percentages. Never sent. */
const HER2_BY = "by";

export const her2ByPercentages = (form: ReadingForm): boolean => form.inputs[HER2_BY] === "percentages";
export const her2By = (by: "category" | "percentages"): Record<string, string> => ({ [HER2_BY]: by });

/** Reads a draft as the server kept it. What is not of the form's shape falls back to empty. */
export function formFromDraft(draft: unknown): ReadingForm {
  if (typeof draft !== "object" || draft === null) return EMPTY_FORM;
  const from = draft as Record<string, unknown>;
  const text = (name: string): string => (typeof from[name] === "string" ? from[name] : "");
  const inputs = typeof from.inputs === "object" && from.inputs !== null ? Object.entries(from.inputs) : [];
  return {
    scoreable: from.scoreable !== false,
    reason: text("reason"),
    inputs: Object.fromEntries(inputs.filter((entry): entry is [string, string] => typeof entry[1] === "string")),
    comment: text("comment"),
    confidence: oneOf(["low", "medium", "high"], text("confidence")),
    internalControl: oneOf(["present", "absent", "not_seen"], text("internalControl")),
  };
}

function oneOf<T extends string>(known: readonly T[], value: string): T | "" {
  return known.find((one) => one === value) ?? "";
}

export const isEmptyForm = (form: ReadingForm): boolean => sameForm(form, EMPTY_FORM);

export function sameForm(a: ReadingForm, b: ReadingForm): boolean {
  const filled = (form: ReadingForm): string =>
    JSON.stringify({ ...form, inputs: Object.entries(form.inputs).filter(([, value]) => value !== "").toSorted(([x], [y]) => (x < y ? -1 : 1)) });
  return filled(a) === filled(b);
}

/** Percentages of the form in hundredths by name; null where a field is empty or wrong. */
export function parts(form: ReadingForm, names: readonly string[]): (number | null)[] {
  return names.map((name) => {
    const parsed = parsePercent(form.inputs[name] ?? "");
    return isNumber(parsed) ? parsed.hundredths : null;
  });
}

/** Hundredths over 100 % of what is filled in so far. */
export function overBy(form: ReadingForm, names: readonly string[]): number {
  return Math.max(0, parts(form, names).reduce<number>((sum, part) => sum + (part ?? 0), 0) - WHOLE);
}

/** Percent positive in hundredths as the scheme's form says it; null while it does not say. */
export function percentPositive(form: ReadingForm, scheme: string): number | null {
  if (!form.scoreable) return null;
  if (scheme === "allred") return parts(form, ["percent"])[0] ?? null;
  if (scheme !== "h-score") return null;
  const filled = parts(form, H_PARTS);
  return filled.includes(null) ? null : filled.reduce<number>((sum, part) => sum + (part ?? 0), 0);
}

export const asksControl = (form: ReadingForm, scheme: string, marker: string): boolean => asksForControl(marker, percentPositive(form, scheme));

export interface ScoreBody {
  scoreable: boolean;
  reason: string;
  inputs: Record<string, string>;
  comment: string;
}

export type Checked = { readonly body: ScoreBody } | { readonly problems: Readonly<Record<string, string>> };

/** What is sent, or what is wrong by field. The server checks again and has the last word. An amendment has no details. */
export function checkForm(form: ReadingForm, scheme: string, marker: string, withDetails = true): Checked {
  const comment = form.comment.trim();
  if (!form.scoreable) {
    if (form.reason === "") return { problems: { reason: "Say why it is not scoreable." } };
    if (form.reason === "other" && comment === "") return { problems: { comment: "Say in a comment why it is not scoreable." } };
    return { body: { scoreable: false, reason: form.reason, inputs: {}, comment } };
  }
  const problems: Record<string, string> = {};
  const inputs = CHECKS[scheme]?.(form, marker, problems) ?? {};
  if (withDetails && asksControl(form, scheme, marker) && form.internalControl === "") {
    problems.internal_control = "ER from 0 to 10 %: say how the internal control stained.";
  }
  if (Object.keys(problems).length > 0) return { problems };
  return { body: { scoreable: true, reason: "", inputs, comment } };
}

type Check = (form: ReadingForm, marker: string, problems: Record<string, string>) => Record<string, string>;

const CHECKS: Record<string, Check> = { "h-score": checkHScore, allred: checkAllred, "her2-ihc": checkHer2, "ki-67": checkKi67 };

function checkPercents(form: ReadingForm, names: readonly string[], problems: Record<string, string>): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const name of names) {
    const parsed = parsePercent(form.inputs[name] ?? "");
    if (parsed === null) problems[name] = "Needed; 0 where there is none.";
    else if (isNumber(parsed)) inputs[name] = plain(parsed.hundredths);
    else problems[name] = parsed.problem;
  }
  const over = overBy(form, names);
  if (over > 0) for (const name of names) problems[name] ??= `${plain(over)} over 100 together.`;
  return inputs;
}

function checkHScore(form: ReadingForm, marker: string, problems: Record<string, string>): Record<string, string> {
  const inputs = checkPercents(form, H_PARTS, problems);
  const pattern = form.inputs.pattern ?? "";
  return marker === "p53" && pattern !== "" ? { ...inputs, pattern } : inputs;
}

function checkAllred(form: ReadingForm, _marker: string, problems: Record<string, string>): Record<string, string> {
  const inputs = checkPercents(form, ["percent"], problems);
  const [percent = null] = parts(form, ["percent"]);
  const intensity = form.inputs.intensity ?? "";
  if (percent !== null && percent >= 100 && percent % 100 !== 0) problems.percent = "A whole percentage, or one below 1.";
  if (!/^[0-3]$/.test(intensity)) problems.intensity = "Choose 0, 1, 2 or 3.";
  else if (percent !== null && (percent === 0) !== (intensity === "0")) problems.intensity = "0 goes with 0 % and nothing else.";
  return { ...inputs, intensity };
}

function checkHer2(form: ReadingForm, _marker: string, problems: Record<string, string>): Record<string, string> {
  if (her2ByPercentages(form)) {
    // The unusual pattern is rare: left empty it is 0.
    const asked = { ...form, inputs: { ...form.inputs, intense_incomplete: form.inputs.intense_incomplete || "0" } };
    return checkPercents(asked, HER2_PARTS, problems);
  }
  const { category = "", sentence = "" } = form.inputs;
  if (category === "") problems.category = "Choose 0, 1+, 2+ or 3+.";
  else if (sentence === "") problems.sentence = "Choose the sentence that holds.";
  return { category, sentence };
}

function checkKi67(form: ReadingForm, _marker: string, problems: Record<string, string>): Record<string, string> {
  const { positive: typed = "", counted: typedCounted = "", counting = "global" } = form.inputs;
  const positive = parseCount(typed);
  const counted = parseCount(typedCounted);
  if (positive === null) problems.positive = "A whole number of nuclei.";
  if (counted === null || counted < 1) problems.counted = "At least one nucleus.";
  else if (positive !== null && positive > counted) problems.positive = "At most as many as were counted.";
  return { positive: typed, counted: typedCounted, counting };
}
