/** A command: everything a key, a menu entry, the palette and the help need to know about one action. */

export interface Command<Context> {
  readonly id: string;
  readonly label: string;
  /** Heading in the help and the palette. */
  readonly group: string;
  /** As `shortcuts.ts` reads them: "?", "Mod+K", "Alt+1", "G S". The first is shown in tooltips. */
  readonly keys: readonly string[];
  /** Why it cannot be done now, as a sentence; null when it can. */
  disabled(context: Context): string | null;
  run(context: Context): void;
  /** For keys that are held (overlay off while Space is down): what happens on letting go. */
  release?(context: Context): void;
  /** Off for commands that make no sense in a list, such as panning. */
  readonly inPalette?: boolean;
  /** For chords that no text uses: they work in a field too. "dialog": even while a dialog is open. */
  readonly whileTyping?: boolean | "dialog";
}

/** A command joined to the page it acts on. */
export interface BoundCommand {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly keys: readonly string[];
  readonly inPalette: boolean;
  readonly whileTyping?: boolean | "dialog";
  disabled(): string | null;
  run(): void;
  release?(): void;
}

export function bind<Context>(commands: readonly Command<Context>[], context: () => Context): BoundCommand[] {
  return commands.map((command) => ({
    id: command.id,
    label: command.label,
    group: command.group,
    keys: command.keys,
    inPalette: command.inPalette ?? true,
    whileTyping: command.whileTyping ?? false,
    disabled: () => command.disabled(context()),
    run: () => command.run(context()),
    ...(command.release ? { release: () => command.release?.(context()) } : {}),
  }));
}
