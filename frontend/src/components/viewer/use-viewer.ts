import { useCallback, useEffect, useState, useSyncExternalStore, type RefObject } from "react";
import type { View } from "../../geometry/affine";
import type { Display, TileStatus, Viewer } from "../../viewer/viewer";

export type CreateViewer = (target: HTMLElement) => Viewer;

/** Makes the viewer once its element is there and destroys it with the component. */
export function useCreatedViewer(target: RefObject<HTMLElement | null>, create: CreateViewer): Viewer | null {
  const [viewer, setViewer] = useState<Viewer | null>(null);
  useEffect(() => {
    const element = target.current;
    if (element === null) return undefined;
    const created = create(element);
    setViewer(created);
    return () => {
      setViewer(null);
      created.destroy();
    };
    // `create` is taken at mount: a new function must not throw the viewer away.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [target]);
  return viewer;
}

/** The viewer's view; follows it. */
export function useView(viewer: Viewer): View {
  const snapshot = useStableSnapshot(() => viewer.getView(), sameView);
  return useSyncExternalStore(
    useCallback((told: () => void) => viewer.onViewChange(told), [viewer]),
    snapshot,
  );
}

export function useDisplay(viewer: Viewer): Display {
  return useSyncExternalStore(
    useCallback((told: () => void) => viewer.onDisplayChange(told), [viewer]),
    () => viewer.getDisplay(),
  );
}

export function useTileStatus(viewer: Viewer): TileStatus {
  const snapshot = useStableSnapshot(() => viewer.getTileStatus(), sameStatus);
  return useSyncExternalStore(
    useCallback((told: () => void) => viewer.onTileStatus(told), [viewer]),
    snapshot,
  );
}

/** A snapshot that keeps its identity while nothing in it changed, as useSyncExternalStore demands. */
function useStableSnapshot<T>(read: () => T, same: (a: T, b: T) => boolean): () => T {
  const [kept] = useState<{ value: T | null }>({ value: null });
  return () => {
    const now = read();
    if (kept.value !== null && same(kept.value, now)) return kept.value;
    kept.value = now;
    return now;
  };
}

function sameView(a: View, b: View): boolean {
  return (
    a.centre.x === b.centre.x &&
    a.centre.y === b.centre.y &&
    a.resolution === b.resolution &&
    a.rotationDeg === b.rotationDeg &&
    a.flipped === b.flipped
  );
}

function sameStatus(a: TileStatus, b: TileStatus): boolean {
  return a.loading === b.loading && a.failed === b.failed && a.trouble === b.trouble;
}
