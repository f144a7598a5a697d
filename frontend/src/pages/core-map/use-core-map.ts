import { useCallback, useMemo, useRef, useState } from "react";
import type { Point, Size } from "../../geometry/points";
import { addCore, changeCore, type CoreMap, type MapCore, moveCore, neighbour, removeCore, resizeCore } from "../../state/core-map";
import { begin, type History, keep, preview, redo, shown, undo } from "../../state/history";
import type { CircleEvents } from "../../tools/circles-tool";

export interface CoreMapEditor {
  map: CoreMap;
  chosen: MapCore | null;
  canUndo: boolean;
  canRedo: boolean;
  /** Differs from what was saved last. */
  isChanged: boolean;
  choose(key: string | null): void;
  /** Replaces the map by an edit of it, as one step to undo. */
  edit(change: (map: CoreMap) => CoreMap): void;
  change(key: string, change: Partial<Omit<MapCore, "key">>): void;
  undo(): void;
  redo(): void;
  /** What the server holds after saving: the new beginning. */
  saved(map: CoreMap): void;
  /** The same object for good, for the tool. */
  events: CircleEvents;
}

interface Held {
  history: History<CoreMap>;
  chosen: string | null;
}

/** The map while it is edited: one place for hand, keyboard and form, and the way back. */
export function useCoreMap(first: CoreMap, slide: Size): CoreMapEditor {
  const [held, setHeld] = useState<Held>(() => ({ history: begin(first), chosen: null }));
  const [savedMap, setSaved] = useState(first);
  // Pointer events come faster than renders: the newest value, whether or not it was drawn yet.
  const latest = useRef(held);
  const set = useCallback((change: (now: Held) => Held): void => {
    latest.current = change(latest.current);
    setHeld(latest.current);
  }, []);
  const edit = useCallback(
    (change: (map: CoreMap) => CoreMap, done = true): void =>
      set(({ history, chosen }) => {
        const next = change(shown(history));
        return { history: done ? keep(history, next) : preview(history, next), chosen };
      }),
    [set],
  );
  const choose = useCallback((key: string | null): void => set((now) => (now.chosen === key ? now : { ...now, chosen: key })), [set]);
  const events = useMemo<CircleEvents>(
    () => ({
      map: () => shown(latest.current.history),
      chosen: () => latest.current.chosen,
      choose,
      move: (key, centre, done) => edit((map) => moveCore(map, key, centre, slide), done),
      resize: (key, radiusPx, done) => edit((map) => resizeCore(map, key, radiusPx), done),
      add: (centre: Point) => {
        const key = newKey();
        edit((map) => addCore(map, centre, key));
        choose(key);
      },
      remove: (key) => {
        const next = neighbour(shown(latest.current.history), key, 1);
        edit((map) => removeCore(map, key));
        choose(next === key ? null : next);
      },
      toggleMissing: (key) => edit((map) => map.map((core) => (core.key === key ? { ...core, isMissing: !core.isMissing } : core))),
      step: (direction) => choose(neighbour(shown(latest.current.history), latest.current.chosen, direction)),
    }),
    [edit, choose, slide],
  );
  const map = shown(held.history);
  return {
    map,
    chosen: map.find((core) => core.key === held.chosen) ?? null,
    canUndo: held.history.past.length > 0,
    canRedo: held.history.future.length > 0,
    isChanged: held.history.present !== savedMap,
    choose,
    edit: useCallback((change) => edit(change), [edit]),
    change: useCallback((key, change) => edit((now) => changeCore(now, key, change)), [edit]),
    undo: useCallback(() => set((now) => ({ ...now, history: undo(now.history) })), [set]),
    redo: useCallback(() => set((now) => ({ ...now, history: redo(now.history) })), [set]),
    saved: useCallback(
      (map) => {
        setSaved(map);
        set((now) => ({ history: begin(map), chosen: sameCore(map, shown(now.history).find((core) => core.key === now.chosen)) }));
      },
      [set],
    ),
    events,
  };
}

/** The core at the same place, under its new key. */
const sameCore = (map: CoreMap, core: MapCore | undefined): string | null =>
  map.find(({ row, column }) => row === core?.row && column === core.column)?.key ?? null;

let made = 0;
const newKey = (): string => `new-${(made += 1)}`;
