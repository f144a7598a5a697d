/** Which commands exist right now: each shown part of the page registers its own and takes them back when it goes. */

import type { BoundCommand } from "./types";

export class CommandRegistry {
  #sets: { commands: readonly BoundCommand[] }[] = [];
  #all: readonly BoundCommand[] = [];
  #listeners = new Set<() => void>();

  /** Later registrations win where two commands claim the same keys. Returns the way back. */
  add(commands: readonly BoundCommand[]): () => void {
    const entry = { commands };
    this.#sets = [entry, ...this.#sets];
    this.#changed();
    return () => {
      this.#sets = this.#sets.filter((other) => other !== entry);
      this.#changed();
    };
  }

  all = (): readonly BoundCommand[] => this.#all;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #changed(): void {
    this.#all = this.#sets.flatMap((entry) => entry.commands);
    for (const listener of this.#listeners) listener();
  }
}
