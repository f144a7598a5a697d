const DAY_MS = 86_400_000;
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

export interface Due {
  words: string;
  isOverdue: boolean;
}

/** "overdue by 3 days", "due today", "due in 5 days", then the date; null where nothing is due. */
export function dueWords(iso: string | null, now: number = Date.now()): Due | null {
  if (iso === null || Number.isNaN(Date.parse(iso))) return null;
  const due = Date.parse(iso);
  const days = Math.round((startOfDay(due) - startOfDay(now)) / DAY_MS);
  if (due < now) return { words: days === 0 ? "overdue since today" : `overdue by ${inDays(-days)}`, isOverdue: true };
  if (days === 0) return { words: "due today", isOverdue: false };
  if (days <= 14) return { words: days === 1 ? "due tomorrow" : `due in ${inDays(days)}`, isOverdue: false };
  return { words: `due ${DATE.format(due)}`, isOverdue: false };
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

const inDays = (days: number): string => (days === 1 ? "1 day" : `${days} days`);
