import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import type { View } from "../../geometry/affine";
import type { Display, TileStatus, Viewer, ViewerPresentation } from "../../viewer/viewer";

export type CreateViewer = (target: HTMLElement) => Viewer;

/**
 * Makes the viewer once its element is there; destroys it with the element, or when `create` is another function.
 * Put the returned callback into the element's `ref`.
 */
export function useCreatedViewer(create: CreateViewer): [Viewer | null, (element: HTMLElement | null) => () => void] {
  const [viewer, setViewer] = useState<Viewer | null>(null);
  const place = useCallback(
    (element: HTMLElement | null) => {
      const created = element === null ? null : create(element);
      setViewer(created);
      return () => {
        setViewer(null);
        created?.destroy();
      };
    },
    [create],
  );
  return [viewer, place];
}

/** The slide that the viewer has open; follows it. */
export function useOpened(viewer: Viewer | null): ViewerPresentation | null {
  return useSyncExternalStore(
    useCallback((told: () => void) => viewer?.onViewChange(told) ?? (() => undefined), [viewer]),
    () => viewer?.presentation ?? null,
  );
}

/** The viewer's view; follows it. */
export function useView(viewer: Viewer): View {
  const snapshot = useMemo(() => stable(() => viewer.getView(), sameView), [viewer]);
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

/** One fact of the tiles' status; follows only that. */
export function useTileStatus<T extends string | boolean>(viewer: Viewer, fact: (status: TileStatus) => T): T {
  return useSyncExternalStore(
    useCallback((told: () => void) => viewer.onTileStatus(told), [viewer]),
    () => fact(viewer.getTileStatus()),
  );
}

/** A snapshot that keeps its identity while nothing in it changed, as useSyncExternalStore demands. */
export function stable<T>(read: () => T, same: (a: T, b: T) => boolean): () => T {
  let kept: T | null = null;
  return () => {
    const now = read();
    if (kept === null || !same(kept, now)) kept = now;
    return kept;
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
