import { useCallback, useEffect, useRef } from "react";
import type { ReadingDetails } from "../../api/reading-types";
import type { ViewerSession } from "../../components/viewer/viewer-session";

/** The highest magnification at which the specimen came to rest, and how long it has been open. */
export function useMagnificationUsed(
  session: ViewerSession | null,
  assignment: string,
): () => Pick<ReadingDetails, "magnification" | "seconds_open"> {
  const highest = useRef<number | null>(null);
  const since = useRef(0);
  useEffect(() => {
    highest.current = null;
    since.current = Date.now();
    if (session === null) return undefined;
    const look = (): void => {
      const now = session.viewer.getMagnification();
      if (now !== null) highest.current = Math.max(highest.current ?? 0, now);
    };
    return session.viewer.onViewChange(({ moving }) => {
      if (!moving) look();
    });
  }, [session, assignment]);
  return useCallback(
    () => ({
      ...(highest.current === null ? {} : { magnification: Number(highest.current.toFixed(2)) }),
      seconds_open: Math.max(0.1, Math.round((Date.now() - since.current) / 100) / 10),
    }),
    [],
  );
}
