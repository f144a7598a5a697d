/** Undo and redo of whole values. A change that is still going on (a drag) is shown but not yet kept. Pure. */

export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** What is on the screen while a change goes on; null when none does. */
  readonly passing: T | null;
}

const MOST = 200;

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [], passing: null });

export const shown = <T>(history: History<T>): T => history.passing ?? history.present;

export const preview = <T>(history: History<T>, value: T): History<T> => ({ ...history, passing: value });

/** Keeps a value; what was undone before it is gone. The same value again keeps nothing. */
export function keep<T>(history: History<T>, value: T): History<T> {
  if (value === history.present) return { ...history, passing: null };
  return { past: [...history.past, history.present].slice(-MOST), present: value, future: [], passing: null };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return { ...history, passing: null };
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], passing: null };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future: rest, passing: null };
}
