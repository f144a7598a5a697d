import { createContext, type ReactNode, useContext, useEffect } from "react";
import { createPortal } from "react-dom";

interface Slots {
  header: HTMLElement | null;
  trail: HTMLElement | null;
}

/** Places of the header that a page may fill: its trail (where am I) and its own controls. */
export const SlotContext = createContext<Slots>({ header: null, trail: null });

export function HeaderControls({ children }: { children: ReactNode }) {
  const { header } = useContext(SlotContext);
  return header ? createPortal(children, header) : null;
}

export function HeaderTrail({ children }: { children: ReactNode }) {
  const { trail } = useContext(SlotContext);
  return trail ? createPortal(children, trail) : null;
}

/** The document's title; also what a screen reader says on arriving. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Duoscope` : "Duoscope";
  }, [title]);
}
