/** Days as the server and date inputs write them: "2026-09-30", without a time zone. */

const SHOWN = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });

/** "30 Sept 2026" */
export function dayText(day: string): string {
  return SHOWN.format(new Date(`${day}T00:00:00Z`));
}

/** The local day of a moment, for a date input; empty where there is none. */
export function dayOf(iso: string | null): string {
  if (iso === null) return "";
  const moment = new Date(iso);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The last moment of a local day, as the server takes it; null for an empty input: no deadline. */
export function endOfDay(day: string): string | null {
  return day === "" ? null : new Date(`${day}T23:59:59`).toISOString();
}
