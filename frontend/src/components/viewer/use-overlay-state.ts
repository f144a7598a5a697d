import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { NucleiLayer, OverlayState } from "../../layers/nuclei-layer";
import { stable } from "./use-viewer";

/** What the nuclei overlay shows now; null without one. */
export function useOverlayState(layer: NucleiLayer | null): OverlayState | null {
  const snapshot = useMemo(() => stable(() => layer?.getState() ?? null, sameState), [layer]);
  return useSyncExternalStore(
    useCallback((told: () => void) => layer?.onState(told) ?? (() => undefined), [layer]),
    snapshot,
  );
}

function sameState(a: OverlayState | null, b: OverlayState | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
