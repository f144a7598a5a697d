/** What a reader does by key beside the viewer. */

import type { Direction } from "../state/worklist-order";
import type { Command } from "./types";

export interface ReadingContext {
  readonly scheme: string;
  readonly marker: string;
  /** The form is open: nothing is signed yet, or it is being revised. */
  readonly isOpen: boolean;
  readonly isScoreable: boolean;
  readonly asksControl: boolean;
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  sign(): void;
  focusInput(name: string): void;
  toggleScoreable(): void;
  focusComment(): void;
  defer(): void;
  next(): void;
  previous(): void;
  nextControl(): void;
  undoCount(): void;
  showReference(): void;
  fit(): void;
}

const group = "Reading";
const SIGNED = "This reading is signed: add an amendment instead.";
const open = (context: ReadingContext): string | null => (context.isOpen ? null : SIGNED);
const part = (context: ReadingContext): string | null =>
  open(context) ?? (context.scheme === "h-score" && context.isScoreable ? null : "This form has no such percentage.");

export const READING_COMMANDS: readonly Command<ReadingContext>[] = [
  {
    id: "reading.sign",
    label: "Sign and next",
    group,
    keys: ["Mod+Enter"],
    whileTyping: true,
    disabled: open,
    run: (context) => context.sign(),
  },
  { id: "reading.weak", label: "Percentage of weak", group, keys: ["W"], disabled: part, run: (context) => context.focusInput("weak") },
  { id: "reading.moderate", label: "Percentage of moderate", group, keys: ["M"], disabled: part, run: (context) => context.focusInput("moderate") },
  { id: "reading.strong", label: "Percentage of strong", group, keys: ["S"], disabled: part, run: (context) => context.focusInput("strong") },
  { id: "reading.not-scoreable", label: "Not scoreable, or scoreable again", group, keys: ["X"], disabled: open, run: (context) => context.toggleScoreable() },
  {
    id: "reading.control",
    label: "Internal control: present, absent, not seen",
    group,
    keys: ["I"],
    disabled: (context) => open(context) ?? (context.asksControl ? null : "Asked for ER from 0 to 10 %."),
    run: (context) => context.nextControl(),
  },
  { id: "reading.comment", label: "Comment", group, keys: ["C"], disabled: open, run: (context) => context.focusComment() },
  { id: "reading.defer", label: "Defer: put it back for later", group, keys: ["D"], disabled: open, run: (context) => context.defer() },
  {
    id: "reading.next",
    label: "Next specimen",
    group,
    keys: ["N"],
    disabled: (context) => (context.hasNext ? null : "This is the last one."),
    run: (context) => context.next(),
  },
  {
    id: "reading.previous",
    label: "Previous specimen",
    group,
    keys: ["P"],
    disabled: (context) => (context.hasPrevious ? null : "This is the first one."),
    run: (context) => context.previous(),
  },
  {
    id: "reading.undo-count",
    label: "Take the last counted nucleus back",
    group,
    keys: ["Backspace"],
    inPalette: false,
    disabled: (context) => open(context) ?? (context.scheme === "ki-67" ? null : "Only Ki-67 is counted."),
    run: (context) => context.undoCount(),
  },
  { id: "reading.reference", label: "Reference of the categories", group, keys: ["G"], disabled: () => null, run: (context) => context.showReference() },
  { id: "reading.fit", label: "Fit the specimen", group, keys: ["F"], disabled: () => null, run: (context) => context.fit() },
];

export interface GridContext {
  move(direction: Direction): void;
}

const moves: readonly (readonly [Direction, string])[] = [
  ["left", "ArrowLeft"],
  ["right", "ArrowRight"],
  ["up", "ArrowUp"],
  ["down", "ArrowDown"],
];

/** In the grid of a slide arrows go from core to core; Shift with an arrow moves the tissue. */
export const GRID_COMMANDS: readonly Command<GridContext>[] = moves.map(([direction, key]) => ({
  id: `grid.${direction}`,
  label: `Core ${{ left: "before", right: "after", up: "above", down: "below" }[direction]}`,
  group: "Grid of cores",
  keys: [key],
  inPalette: false,
  disabled: () => null,
  run: (context) => context.move(direction),
}));
