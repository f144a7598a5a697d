/** From the fields of the assignment form to what the server takes, and from its answer to what is drawn. Pure. */

import type { AllocationRequest, Design, ReaderLoad, Unassignable } from "../../api/administration";
import { toNumber } from "../../api/numbers";
import type { Id, Member, Role } from "../../api/types";

export interface AllocationDraft {
  purpose: "primary" | "re_read" | "qa" | "qualification";
  /** "" while none is chosen. */
  marker: string;
  /** Empty: all slides of the marker. */
  slides: Id[];
  readers: Id[];
  design: Design;
  cap: number | string;
  series: number | string;
}

/** Who may be given readings of a purpose: QA second reads go to QA readers, everything else to pathologists. */
export function readersFor(purpose: AllocationDraft["purpose"], members: readonly Member[]): { id: Id; name: string }[] {
  const role: Role = purpose === "qa" ? "qa_reader" : "pathologist";
  return members
    .filter((member) => member.role === role)
    .map(({ user }) => ({ id: user.id, name: user.display_name || user.username }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** What keeps the form from being sent, as a sentence; null when nothing does. */
export function missingIn(draft: AllocationDraft): string | null {
  if (draft.purpose !== "qa" && draft.purpose !== "qualification" && draft.marker === "") return "Choose the marker.";
  if (draft.readers.length === 0) return "Choose at least one reader.";
  if (draft.cap !== "" && !isCount(draft.cap)) return "The cap is a whole number of specimens, or empty for none.";
  if (draft.purpose === "re_read" && !(isCount(draft.series) && Number(draft.series) >= 2)) return "A re-read is series 2 or later.";
  return null;
}

const isCount = (value: number | string): boolean => {
  const number = toNumber(value);
  return number !== null && Number.isInteger(number) && number >= 1;
};

export function allocationRequest(draft: AllocationDraft): AllocationRequest {
  return {
    purpose: draft.purpose,
    readers: draft.readers,
    design: draft.design,
    ...(draft.marker !== "" && draft.purpose !== "qualification" ? { marker: draft.marker } : {}),
    ...(draft.slides.length > 0 ? { slides: draft.slides } : {}),
    ...(draft.cap !== "" ? { cap: Number(draft.cap) } : {}),
    ...(draft.purpose === "re_read" ? { series: Number(draft.series) } : {}),
  };
}

/** The longest bar: whoever will hold most. A cap far above it does not shorten the bars. */
export function longestLoad(readers: readonly ReaderLoad[]): number {
  return Math.max(1, ...readers.map((reader) => reader.held + reader.count));
}

/** Specimens that cannot be assigned, under the reason they share; the most frequent first. */
export function byReason(unassignable: readonly Unassignable[]): { why: string; specimens: Id[] }[] {
  const groups = new Map<string, Id[]>();
  for (const { why, specimen } of unassignable) groups.set(why, [...(groups.get(why) ?? []), specimen]);
  return [...groups].map(([why, specimens]) => ({ why, specimens })).toSorted((a, b) => b.specimens.length - a.specimens.length);
}
