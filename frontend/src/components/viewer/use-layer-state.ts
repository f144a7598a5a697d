import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Unsubscribe } from "../../viewer/viewer";
import { stable } from "./use-viewer";

/** A layer that tells what it is doing. */
export interface TellingLayer<State> {
  getState(): State;
  onState(listener: (state: State) => void): Unsubscribe;
}

/** What an overlay shows now; null without one. */
export function useLayerState<State>(layer: TellingLayer<State> | null): State | null {
  const snapshot = useMemo(() => stable<State | null>(() => layer?.getState() ?? null, same), [layer]);
  return useSyncExternalStore(
    useCallback((told: () => void) => layer?.onState(told) ?? (() => undefined), [layer]),
    snapshot,
  );
}

function same<State>(a: State | null, b: State | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
