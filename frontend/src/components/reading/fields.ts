import type { Her2Sentence } from "../../api/reading-types";
import type { ReadingForm } from "../../state/reading-form";
import type { FieldKeys } from "./PercentField";

/** What every scheme's part of the form gets. */
export interface FieldsProps {
  form: ReadingForm;
  marker: string;
  onInput: (inputs: Record<string, string>) => void;
  /** By field; shown once signing was tried, and by the server. */
  problems: Readonly<Record<string, string>>;
  keys: FieldKeys;
  rules: Readonly<Record<string, string>>;
  sentences: readonly Her2Sentence[];
}

/** Puts the keyboard into a field of the form by its name. */
export function focusField(root: HTMLElement | null, name: string): boolean {
  const field = root?.querySelector<HTMLElement>(`[data-input="${name}"]`);
  const input = field?.matches("input,textarea,button") ? field : field?.querySelector<HTMLElement>("input:checked,input,button,textarea");
  input?.focus();
  return input !== undefined && input !== null;
}
