import { H_PARTS, HER2_PARTS, isEmptyForm, type ReadingForm } from "../../state/reading-form";

const NAMES: Record<string, string> = {
  intense_complete: "intense, complete",
  moderate_complete: "weak to moderate, complete",
  faint_incomplete: "faint, incomplete",
  intense_incomplete: "intense, incomplete",
};

export const inputName = (name: string): string => NAMES[name] ?? name;

/** The order of the forms: a database keeps its own. */
const ORDER: readonly string[] = [...H_PARTS, "pattern", "percent", "intensity", "category", "sentence", ...HER2_PARTS, "positive", "counted", "counting"];
const PERCENTAGES = new Set<string>([...H_PARTS, ...HER2_PARTS, "percent"]);

/** Inputs as pairs to show, in the order of the form. */
export function inputPairs(inputs: Readonly<Record<string, string>>): [name: string, value: string][] {
  return Object.entries(inputs)
    .filter(([name, value]) => value !== "" && name !== "by")
    .toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .map(([name, value]) => [inputName(name), PERCENTAGES.has(name) ? `${value} %` : value]);
}

/** A form in a few short lines, for comparing two of them. */
export function formInWords(form: ReadingForm): string {
  if (isEmptyForm(form)) return "nothing filled in";
  const lines = form.scoreable ? inputPairs(form.inputs).map(([name, value]) => `${name} ${value}`) : [`not scoreable: ${form.reason || "no reason yet"}`];
  if (form.comment !== "") lines.push(`“${form.comment.slice(0, 120)}”`);
  if (form.confidence !== "") lines.push(`confidence ${form.confidence}`);
  if (form.internalControl !== "") lines.push(`internal control ${form.internalControl.replace("_", " ")}`);
  return lines.join("\n");
}
