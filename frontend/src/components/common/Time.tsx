import { Tooltip } from "@mantine/core";

const LOCAL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** "2026-08-20 09:12:05 UTC" */
export function utcText(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const STEPS: [limitS: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [60, "second", 1],
  [3600, "minute", 60],
  [86_400, "hour", 3600],
  [7 * 86_400, "day", 86_400],
];
const RELATIVE = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });

/** "3 minutes ago" within a week, else the local date. */
export function timeAgo(iso: string, now: number = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  for (const [limit, unit, size] of STEPS) {
    if (Math.abs(seconds) < limit) return RELATIVE.format(Math.round(seconds / size), unit);
  }
  return LOCAL.format(new Date(iso));
}

/** A time in the viewer's zone, with UTC on hover and focus. */
export function Time({ iso, relative = false }: { iso: string | null | undefined; relative?: boolean }) {
  if (!iso || Number.isNaN(Date.parse(iso))) return <span>—</span>;
  return (
    <Tooltip label={utcText(iso)}>
      <time dateTime={iso} style={{ whiteSpace: "nowrap" }}>{relative ? timeAgo(iso) : LOCAL.format(new Date(iso))}</time>
    </Tooltip>
  );
}
