import { useEffect, useRef } from "react";
import type { View } from "../../geometry/affine";
import { writeViewQuery } from "../../geometry/view-query";
import type { Display } from "../../viewer/viewer";

const PAUSE_MS = 300;

/**
 * Writes the view to the address when it comes to rest, so that a reload or a link restores it. It goes round the
 * router on purpose: a pan must not render the page again, and adds nothing to the history.
 */
export function useViewInAddress(): (view: View, display: Display) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useRef((view: View, display: Display) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const params = writeViewQuery(new URLSearchParams(window.location.search), view, display.stain);
      window.history.replaceState(window.history.state, "", `${window.location.pathname}?${params.toString()}`);
    }, PAUSE_MS);
  }).current;
}
