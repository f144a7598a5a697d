/** What the filters of the cockpit offer, and what they mean to the server. Pure. */

import type { Agreement } from "../../api/agreement-types";

export const PERIODS = [
  { value: "", label: "at any time" },
  { value: "30", label: "in the last 30 days" },
  { value: "90", label: "in the last 90 days" },
  { value: "365", label: "in the last year" },
];

const MOST_OFFERED = 60;

export function pairsOf(people: Agreement["people"], offered: boolean): { value: string; label: string }[] {
  if (!offered || people.length < 3) return [];
  const pairs = people.flatMap((first, place) =>
    people.slice(place + 1).map((second) => ({ value: `${first.key},${second.key}`, label: `${first.name} and ${second.name}` })),
  );
  return pairs.slice(0, MOST_OFFERED);
}

/** The first day of the last so many days, in UTC; empty for no limit. */
export function sinceOf(days: string, now: Date): string {
  const count = Number.parseInt(days, 10);
  if (!Number.isFinite(count) || count <= 0) return "";
  return new Date(now.getTime() - (count - 1) * 86_400_000).toISOString().slice(0, 10);
}

export function kindOf(text: string): { marker: string; scheme: string } {
  const [marker = "", scheme = ""] = text.split("|");
  return { marker, scheme };
}
