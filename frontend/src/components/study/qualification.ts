/** From the set as it stands and what is entered to what the server takes. Pure. */

import type { NewQualificationItem, QualificationItem } from "../../api/administration";
import type { Id } from "../../api/types";

/** What is entered of each scheme's expected answer, in the order of the fields. */
export const EXPECTED_FIELDS: Record<string, readonly { name: string; label: string }[]> = {
  "h-score": [{ name: "weak", label: "% weak" }, { name: "moderate", label: "% moderate" }, { name: "strong", label: "% strong" }],
  allred: [{ name: "percent", label: "% positive" }, { name: "intensity", label: "Intensity 0–3" }],
  "ki-67": [{ name: "positive", label: "Positive" }, { name: "counted", label: "Counted" }],
};

/** An item as it stands, to be sent again: the set is replaced as a whole. */
export function asItStands(item: QualificationItem): NewQualificationItem {
  if (!item.scoreable) return { specimen: item.specimen, scoreable: false };
  return { specimen: item.specimen, scoreable: true, value: item.value === null ? null : String(Number(item.value)), category: item.category };
}

export function without(items: readonly QualificationItem[], specimen: Id): NewQualificationItem[] {
  return items.filter((item) => item.specimen !== specimen).map(asItStands);
}

export interface Expected {
  specimen: Id;
  scoreable: boolean;
  scheme: string;
  inputs: Record<string, string>;
  category: string;
}

/** What is expected of one more specimen. HER2 is by category; everything else by what a reader would enter. */
export function asExpected({ specimen, scoreable, scheme, inputs, category }: Expected): NewQualificationItem {
  if (!scoreable) return { specimen, scoreable };
  if (scheme === "her2-ihc") return { specimen, scoreable, value: null, category };
  const fields = EXPECTED_FIELDS[scheme] ?? [];
  return { specimen, scoreable, inputs: Object.fromEntries(fields.map(({ name }) => [name, (inputs[name] ?? "").trim()])) };
}

export function isComplete({ scoreable, scheme, inputs, category }: Expected): boolean {
  if (!scoreable) return true;
  if (scheme === "her2-ihc") return category !== "";
  const fields = EXPECTED_FIELDS[scheme] ?? [];
  return fields.length > 0 && fields.every(({ name }) => (inputs[name] ?? "").trim() !== "");
}
