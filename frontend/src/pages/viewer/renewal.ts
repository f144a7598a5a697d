/** The tile cookie lives 60 s; it is renewed while the page is open, and at once when a tile is refused. */

import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/client";
import { renewPresentation } from "../../api/queries/slides";

export const RENEW_EVERY_MS = 40_000;
const RETRY_MS = 3_000;

export interface Renewal {
  /** One renewal at a time: many refused tiles ask once. Rejects with the server's answer. */
  renew(): Promise<void>;
  stop(): void;
}

/** `onEnded` is called when the server says that the presentation is over: no renewal follows. */
export function startRenewal(
  ask: () => Promise<unknown>,
  onEnded: (error: ApiError) => void,
  everyMs: number = RENEW_EVERY_MS,
): Renewal {
  let underway: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const again = (ms: number): void => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void renew().catch(() => {}), ms);
  };
  const renew = (): Promise<void> => {
    underway ??= ask()
      .then(() => again(everyMs))
      .catch((error: unknown) => {
        const over = error instanceof ApiError && [401, 403, 404].includes(error.status);
        if (over) {
          stopped = true;
          clearTimeout(timer);
          onEnded(error);
        } else again(RETRY_MS);
        throw error;
      })
      .finally(() => {
        underway = null;
      });
    return underway;
  };
  again(everyMs);
  return {
    renew,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Keeps a presentation's tiles readable while the component is shown. */
export function useRenewal(presentation: string): { renew: () => Promise<void>; ended: ApiError | null } {
  const [ended, setEnded] = useState<ApiError | null>(null);
  const renewal = useRef<Renewal | null>(null);
  useEffect(() => {
    const started = startRenewal(() => renewPresentation(presentation), setEnded);
    renewal.current = started;
    // A computer that slept has an old cookie: renew as soon as the page is looked at again.
    const seen = (): void => {
      if (document.visibilityState === "visible") void started.renew().catch(() => {});
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      started.stop();
    };
  }, [presentation]);
  const renew = useCallback(() => renewal.current?.renew() ?? Promise.reject(new Error("the slide was closed")), []);
  return { renew, ended };
}
