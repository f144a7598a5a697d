import { useEffect, useRef } from "react";
import { isTyping } from "../../commands/shortcuts";

/** Digits typed anywhere go to the form. True = taken. Never while something else is typed into, nor with Alt or Ctrl. */
export function useDigits(take: (digit: string) => boolean): void {
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (!/^[0-9]$/.test(event.key) || isTyping(event.target)) return;
      if (document.querySelector("[role='dialog'][aria-modal='true']") !== null) return;
      if (latest.current(event.key)) event.preventDefault();
    };
    window.addEventListener("keydown", down);
    return () => window.removeEventListener("keydown", down);
  }, []);
}
