/** Moving in a list of specimens by key. Enter is the focused row's own. */

import type { Command } from "./types";

export interface ListContext {
  readonly count: number;
  move(step: 1 | -1): void;
  readonly next: (() => void) | null;
}

const group = "Worklist";
const some = (context: ListContext): string | null => (context.count > 0 ? null : "The list is empty.");

export const LIST_COMMANDS: readonly Command<ListContext>[] = [
  { id: "list.down", label: "One down", group, keys: ["J", "ArrowDown"], inPalette: false, disabled: some, run: (context) => context.move(1) },
  { id: "list.up", label: "One up", group, keys: ["K", "ArrowUp"], inPalette: false, disabled: some, run: (context) => context.move(-1) },
  {
    id: "list.next",
    label: "Read the next",
    group,
    keys: ["N"],
    disabled: (context) => (context.next === null ? "Nothing is left to read." : null),
    run: (context) => context.next?.(),
  },
];
