/** From a key event to a command. Nothing fires while text is being typed. */

import type { BoundCommand } from "./types";

export interface KeyLike {
  key: string;
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing?: boolean;
}

/** True where keys belong to what is being typed or operated, not to the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("[contenteditable='true']")) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target.closest("[role='listbox'],[role='menu'],[role='combobox'],[role='slider']")) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !["button", "checkbox", "radio", "reset", "submit"].includes(target.type);
}

interface Chord {
  key: string;
  mod: boolean;
  alt: boolean;
  shift: boolean;
}

/** "Mod+Shift+K" → its parts. Mod is Ctrl, and ⌘ on a Mac. */
export function parseKeys(keys: string): Chord {
  const parts = keys === "+" ? ["+"] : keys.split(/\+(?=.)/);
  const key = parts.pop() ?? "";
  const names = parts.map((part) => part.toLowerCase());
  return {
    key: key.length === 1 ? key.toLowerCase() : key,
    mod: names.includes("mod") || names.includes("ctrl"),
    alt: names.includes("alt"),
    shift: names.includes("shift"),
  };
}

/** Does the event mean these keys? Letters ignore Caps Lock; printed signs such as "?" bring their own Shift. */
export function matches(keys: string, event: KeyLike): boolean {
  const chord = parseKeys(keys);
  if (chord.mod !== (event.ctrlKey || event.metaKey) || chord.alt !== event.altKey) return false;
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const wanted = chord.key === "Space" ? " " : chord.key;
  // With Alt or another layout the key's value may be "¡": the place of the digit on the keyboard still says 1.
  const digit = /^\d$/.test(wanted) && (event.code === `Digit${wanted}` || event.code === `Numpad${wanted}`);
  if (pressed !== wanted && !digit) return false;
  const isSign = wanted.length === 1 && !/[a-z0-9 ]/.test(wanted);
  return isSign || chord.shift === event.shiftKey;
}

export function commandFor(commands: readonly BoundCommand[], event: KeyLike): BoundCommand | null {
  if (event.isComposing) return null;
  return commands.find((command) => command.keys.some((keys) => matches(keys, event))) ?? null;
}

const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

const SHOWN: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Enter: "⏎",
  Escape: "Esc",
};

/** Keys as caps to show: "Mod+K" → ["Ctrl", "K"]. */
export function keyCaps(keys: string, mac: boolean = isMac()): string[] {
  const chord = parseKeys(keys);
  const key = SHOWN[chord.key] ?? (chord.key.length === 1 ? chord.key.toUpperCase() : chord.key);
  return [
    ...(chord.mod ? [mac ? "⌘" : "Ctrl"] : []),
    ...(chord.alt ? [mac ? "⌥" : "Alt"] : []),
    ...(chord.shift ? ["Shift"] : []),
    key,
  ];
}
