/** A tiny store: a value, pure changes, listeners. React reads it with useSyncExternalStore. */

export interface Store<T> {
  get(): T;
  set(change: Partial<T> | ((current: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(change) {
      const next = typeof change === "function" ? change(value) : { ...value, ...change };
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
