import type { Her2Sentence } from "../../api/reading-types";
import { H_PARTS, HER2_PARTS, her2ByPercentages, type ReadingForm } from "../../state/reading-form";
import { onlySentence } from "./her2-sentence";
import { counted } from "./ki67-count";

export interface DigitEffect {
  change: Partial<ReadingForm>;
  /** The field that the next key goes to. */
  focus: string | null;
}

/** What one digit does to a form whose fields do not have the keyboard; null for nothing. */
export function digitEffect(
  form: ReadingForm,
  scheme: string,
  digit: string,
  reasons: readonly string[],
  sentences: readonly Her2Sentence[],
): DigitEffect | null {
  const inputs = (more: Record<string, string>, focus: string | null): DigitEffect => ({ change: { inputs: { ...form.inputs, ...more } }, focus });
  if (!form.scoreable) {
    const reason = reasons[Number(digit) - 1];
    return reason === undefined ? null : { change: { reason }, focus: null };
  }
  if (scheme === "ki-67") return digit === "1" || digit === "0" ? inputs(counted(form.inputs, digit === "1"), null) : null;
  if (scheme === "her2-ihc" && !her2ByPercentages(form)) {
    const category = ["0", "1+", "2+", "3+"][Number(digit)];
    return category === undefined ? null : inputs({ category, sentence: onlySentence(sentences, category) }, "sentence");
  }
  const names: readonly string[] = { "h-score": H_PARTS, allred: ["percent"], "her2-ihc": HER2_PARTS }[scheme] ?? [];
  const field = names.find((name) => (form.inputs[name] ?? "") === "") ?? names[0];
  return field === undefined ? null : inputs({ [field]: digit }, field);
}
