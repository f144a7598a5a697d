import { useEffect, useSyncExternalStore } from "react";
import type { SessionState, ViewerSession } from "./viewer-session";

export function useSession(session: ViewerSession): SessionState {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** Gives keys to the active tool before the page's shortcuts see them; never while text is typed. */
export function useToolKeys(session: ViewerSession | null): void {
  useEffect(() => {
    if (session === null) return undefined;
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isElsewhere(event)) return;
      if (session.toolBox.onKey(event)) event.preventDefault();
    };
    globalThis.addEventListener("keydown", down, { capture: true });
    return () => globalThis.removeEventListener("keydown", down, { capture: true });
  }, [session]);
}

/** Keys that belong to a field, a dialog, or (Enter) to the focused button. */
function isElsewhere(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest("input,textarea,select,[contenteditable],[role='dialog'],[role='slider'],[role='listbox'],[role='menu']")) {
    return true;
  }
  return event.key === "Enter" && target.closest("button,a,summary") !== null;
}
