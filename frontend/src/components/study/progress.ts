/** Sums of a study's progress. Counts of work, never of what was said. Pure. */

import type { ReaderProgress } from "../../api/administration";

export interface Totals {
  assigned: number;
  signed: number;
  drafts: number;
  deferred: number;
  overdue: number;
}

export function totalsOf(readers: readonly ReaderProgress[]): Totals {
  const sum = (name: keyof Totals): number => readers.reduce((total, reader) => total + reader[name], 0);
  return { assigned: sum("assigned"), signed: sum("signed"), drafts: sum("drafts"), deferred: sum("deferred"), overdue: sum("overdue") };
}

/** Whole percents, never 100 before the last one is signed, never 0 once the first is. */
export function percentSigned({ assigned, signed }: Pick<Totals, "assigned" | "signed">): number {
  if (assigned === 0) return 0;
  if (signed === assigned) return 100;
  return signed === 0 ? 0 : Math.min(99, Math.max(1, Math.round((100 * signed) / assigned)));
}

/** Whoever is most behind first: overdue, then open work; then by name. */
export function byNeed(readers: readonly ReaderProgress[]): ReaderProgress[] {
  return readers.toSorted((a, b) => b.overdue - a.overdue || b.assigned - b.signed - (a.assigned - a.signed) || a.name.localeCompare(b.name));
}

/** A deadline that is over; what has none is never late. */
export const isPast = (due: string | null, now: number = Date.now()): boolean => due !== null && Date.parse(due) < now;
