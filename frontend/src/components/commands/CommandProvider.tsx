import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { bind, type BoundCommand, type Command } from "../../commands/types";
import { CommandRegistry } from "../../commands/registry";
import { commandFor, isTyping } from "../../commands/shortcuts";

const RegistryContext = createContext<CommandRegistry | null>(null);

/** One listener for the whole page turns key events into commands. */
export function CommandProvider({ children }: { children: ReactNode }) {
  const [registry] = useState(() => new CommandRegistry());
  useEffect(() => {
    const held = new Map<string, BoundCommand>();
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return;
      const command = commandFor(registry.all(), event);
      if (!command) return;
      // A dialog owns the keyboard while it is open; only the palette's own key goes through it.
      if (command.whileTyping !== "dialog" && document.querySelector("[role='dialog'][aria-modal='true']") !== null) return;
      if (!command.whileTyping && isTyping(event.target)) return;
      // Space and Enter on a focused button press that button; with Ctrl they are no press.
      const plain = !event.ctrlKey && !event.metaKey;
      if (plain && [" ", "Enter"].includes(event.key) && event.target instanceof Element && event.target.closest("button,a,summary")) return;
      if (command.disabled() !== null) return;
      event.preventDefault();
      if (command.release) {
        if (event.repeat) return;
        held.set(event.code, command);
      }
      command.run();
    };
    const up = (event: KeyboardEvent): void => {
      held.get(event.code)?.release?.();
      held.delete(event.code);
    };
    // A key let go in another window is never reported here.
    const letGo = (): void => {
      for (const command of held.values()) command.release?.();
      held.clear();
    };
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", letGo);
    return () => {
      letGo();
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", letGo);
    };
  }, [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

/** Registers commands while the component is shown; `context` is read when a command is used, so it is never stale. */
export function useCommands<Context>(commands: readonly Command<Context>[], context: Context): void {
  const latest = useRef(context);
  useEffect(() => {
    latest.current = context;
  });
  const bound = useMemo(() => bind(commands, () => latest.current), [commands]);
  useBoundCommands(bound);
}

export function useBoundCommands(bound: readonly BoundCommand[]): void {
  const registry = useContext(RegistryContext);
  useEffect(() => registry?.add(bound), [registry, bound]);
}

const none: readonly BoundCommand[] = [];
const nothing = (): (() => void) => () => {};

export function useAllCommands(): readonly BoundCommand[] {
  const registry = useContext(RegistryContext);
  return useSyncExternalStore(registry?.subscribe ?? nothing, registry?.all ?? (() => none));
}
