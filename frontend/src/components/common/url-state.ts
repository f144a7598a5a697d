/** Filters and pages live in the address, so that going back, reloading and sharing keep the place. */

import { useCallback, useEffect, useState } from "react";
import { useSearchParams } from "react-router";

export function useUrlFilters<Name extends string>(defaults: Record<Name, string>): [
  Record<Name, string>,
  (change: Partial<Record<Name, string>>) => void,
] {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(
    (Object.keys(defaults) as Name[]).map((name) => [name, params.get(name) ?? defaults[name]]),
  ) as Record<Name, string>;
  const change = useCallback(
    (next: Partial<Record<Name, string>>) => {
      setParams(
        (old) => {
          const fresh = new URLSearchParams(old);
          // Another filter means another list: begin at its first page, unless the page itself was asked for.
          if (!("page" in next)) fresh.delete("page");
          for (const [name, value] of Object.entries(next) as [Name, string][]) {
            if (value === defaults[name] || value === "") fresh.delete(name);
            else fresh.set(name, value);
          }
          return fresh;
        },
        { replace: true },
      );
    },
    // The defaults are written out at the call and never change.
    // oxlint-disable-next-line react/exhaustive-deps
    [setParams],
  );
  return [values, change];
}

export function pageOf(text: string): number {
  const page = Number.parseInt(text, 10);
  return Number.isFinite(page) && page > 0 ? page : 1;
}

/** Text that follows the address but is written to it only when typing pauses. */
export function useDebouncedText(value: string, write: (text: string) => void, pauseMs = 250): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const [written, setWritten] = useState(value);
  if (value !== written) {
    setWritten(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => write(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text, value, write, pauseMs]);
  return [text, setText];
}
