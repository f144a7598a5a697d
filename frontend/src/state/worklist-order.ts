/** Where one goes from one specimen to the next: in the list, in the session's order, and in the grid of a slide. */

export interface Placed {
  readonly id: string;
  readonly position: number;
  readonly session: string;
  readonly state: "to_read" | "draft" | "deferred" | "signed";
}

const isOpen = (item: Placed): boolean => item.state === "to_read" || item.state === "draft";

/**
 * The next specimen to read after `current`: later in its session first, then from the session's beginning, then of
 * another session; deferred ones last. Null where nothing is left.
 */
export function nextToRead<T extends Placed>(items: readonly T[], current: Placed | null): T | null {
  const others = items.filter((item) => item.id !== current?.id);
  const open = others.filter(isOpen).toSorted(byPosition);
  if (current !== null) {
    const here = open.filter((item) => item.session === current.session);
    const later = here.find((item) => item.position > current.position);
    if (later ?? here[0]) return later ?? here[0] ?? null;
  }
  return open[0] ?? others.filter((item) => item.state === "deferred").toSorted(byPosition)[0] ?? null;
}

/** The neighbour in the session's order, whatever its state; null at the end. */
export function neighbour<T extends Placed>(items: readonly T[], current: Placed, step: 1 | -1): T | null {
  const ordered = items.filter((item) => item.session === current.session).toSorted(byPosition);
  const beyond = ordered.filter((item) => (step > 0 ? item.position > current.position : item.position < current.position));
  return (step > 0 ? beyond[0] : beyond.at(-1)) ?? null;
}

function byPosition(a: Placed, b: Placed): number {
  return a.position - b.position;
}

export type Direction = "left" | "right" | "up" | "down";

/** The place in a grid of `columns` after one arrow; stays where the grid ends. */
export function stepInGrid(index: number, count: number, columns: number, direction: Direction): number {
  const to = index + { left: -1, right: 1, up: -columns, down: columns }[direction];
  // From the last full row down to a shorter one: its last place.
  if (direction === "down" && to >= count && Math.floor(index / columns) < Math.floor((count - 1) / columns)) return count - 1;
  return to < 0 || to >= count ? index : to;
}

/** The cursor of a list after one key; the first item where there was none. */
export function stepInList(index: number, count: number, step: 1 | -1): number {
  if (count === 0) return -1;
  if (index < 0) return 0;
  return Math.min(count - 1, Math.max(0, index + step));
}
