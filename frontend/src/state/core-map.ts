/** The cores of a TMA slide while their map is edited: pure edits, and what is wrong with the map. Lengths in level-0 px. */

import { distance, type Point, type Size } from "../geometry/points";

export interface MapCore {
  /** Stays the same through every edit. */
  readonly key: string;
  /** The specimen that it is on the server; null while it is a circle only. */
  readonly specimen: string | null;
  readonly row: number;
  readonly column: number;
  readonly centre: Point;
  readonly radiusPx: number;
  readonly isMissing: boolean;
  /** The pseudonym of the case; empty until it is known. */
  readonly caseCode: string;
}

export type CoreMap = readonly MapCore[];

const SMALLEST_RADIUS_PX = 4;

const tidy = (value: number): number => Math.round(value * 10) / 10;

export function changeCore(map: CoreMap, key: string, change: Partial<Omit<MapCore, "key">>): CoreMap {
  return map.map((core) => (core.key === key ? { ...core, ...change } : core));
}

/** The centre stays on the slide. */
export function moveCore(map: CoreMap, key: string, centre: Point, slide: Size): CoreMap {
  const x = tidy(Math.min(slide.width, Math.max(0, centre.x)));
  const y = tidy(Math.min(slide.height, Math.max(0, centre.y)));
  return changeCore(map, key, { centre: { x, y } });
}

export function resizeCore(map: CoreMap, key: string, radiusPx: number): CoreMap {
  return changeCore(map, key, { radiusPx: tidy(Math.max(SMALLEST_RADIUS_PX, radiusPx)) });
}

/** All circles as large as this one: the punch was the same. */
export function resizeAll(map: CoreMap, radiusPx: number): CoreMap {
  return map.map((core) => ({ ...core, radiusPx: tidy(Math.max(SMALLEST_RADIUS_PX, radiusPx)) }));
}

export const removeCore = (map: CoreMap, key: string): CoreMap => map.filter((core) => core.key !== key);

/** A new core at a place: as large as the others, in the row and column that its neighbours suggest. */
export function addCore(map: CoreMap, centre: Point, key: string): CoreMap {
  const radiusPx = medianRadius(map) ?? 200;
  const place = placeFor(map, centre);
  return [...map, { key, specimen: null, ...place, centre: { x: tidy(centre.x), y: tidy(centre.y) }, radiusPx, isMissing: false, caseCode: "" }];
}

export function medianRadius(map: CoreMap): number | null {
  const radii = map.map((core) => core.radiusPx).toSorted((a, b) => a - b);
  return radii[Math.floor(radii.length / 2)] ?? null;
}

/** The row of the nearest core at that height and the column of the nearest at that width; free places go first. */
export function placeFor(map: CoreMap, at: Point): { row: number; column: number } {
  const beside = nearest(map, (core) => Math.abs(core.centre.y - at.y));
  const above = nearest(map, (core) => Math.abs(core.centre.x - at.x));
  const row = beside?.row ?? 1;
  const column = above?.column ?? 1;
  const taken = new Set(map.map(placeKey));
  if (!taken.has(`${row}/${column}`)) return { row, column };
  // The place is taken: the next free column of that row.
  for (let next = column + 1; ; next++) if (!taken.has(`${row}/${next}`)) return { row, column: next };
}

function nearest(map: CoreMap, measure: (core: MapCore) => number): MapCore | null {
  return map.reduce<MapCore | null>((best, core) => (best === null || measure(core) < measure(best) ? core : best), null);
}

const placeKey = ({ row, column }: { row: number; column: number }): string => `${row}/${column}`;

/** Rows and columns counted anew from where the circles lie: top to bottom, left to right. A gap of a whole pitch stays one. */
export function renumber(map: CoreMap): CoreMap {
  const rows = lanes(map.map((core) => core.centre.y), map);
  const columns = lanes(map.map((core) => core.centre.x), map);
  return map.map((core, index) => ({ ...core, row: rows[index] ?? 1, column: columns[index] ?? 1 }));
}

/** 1-based number of the lane of each place. Places nearer than a radius share a lane. */
function lanes(places: readonly number[], map: CoreMap): number[] {
  const order = places.map((place, index) => ({ place, index })).toSorted((a, b) => a.place - b.place);
  const apart = medianRadius(map) ?? 1;
  const found = places.map(() => 1);
  const starts: number[] = [];
  let lane = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const { place, index } of order) {
    if (place - last > apart) {
      lane += 1;
      starts.push(place);
    }
    last = place;
    found[index] = lane;
  }
  const pitch = starts.length > 1 ? medianOf(starts.slice(1).map((start, index) => start - (starts[index] ?? start))) : 0;
  if (pitch <= 0) return found;
  // An empty row or column keeps its number.
  const numbers: number[] = [1];
  for (let index = 1; index < starts.length; index++) {
    numbers.push((numbers[index - 1] ?? 1) + Math.max(1, Math.round(((starts[index] ?? 0) - (starts[index - 1] ?? 0)) / pitch)));
  }
  return found.map((one) => numbers[one - 1] ?? one);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** In reading order. */
export const inOrder = (map: CoreMap): MapCore[] => map.toSorted((a, b) => a.row - b.row || a.column - b.column);

/** The core after or before this one in reading order; round the end to the other side. */
export function neighbour(map: CoreMap, key: string | null, step: 1 | -1): string | null {
  const order = inOrder(map);
  if (order.length === 0) return null;
  const at = order.findIndex((core) => core.key === key);
  const next = at < 0 ? (step > 0 ? 0 : order.length - 1) : (at + step + order.length) % order.length;
  return order[next]?.key ?? null;
}

export interface MapProblem {
  /** The core it is about. */
  readonly key: string;
  readonly text: string;
}

/** What keeps the map from being saved. `name` is how a place is written ("C7"). */
export function problemsOf(map: CoreMap, slide: Size, name: (row: number, column: number) => string): MapProblem[] {
  const found: MapProblem[] = [];
  const seen = new Set<string>();
  for (const core of inOrder(map)) {
    const place = name(core.row, core.column);
    if (seen.has(placeKey(core))) found.push({ key: core.key, text: `There are two cores ${place}.` });
    seen.add(placeKey(core));
    const { x, y } = core.centre;
    if (x < 0 || y < 0 || x > slide.width || y > slide.height) found.push({ key: core.key, text: `${place} lies outside the slide.` });
  }
  return found;
}

/** Which circle a place means: the one whose rim is near (resize), else the one it lies in (move). */
export function circleAt(map: CoreMap, at: Point, rimPx: number, chosen: string | null): { key: string; part: "rim" | "inside" } | null {
  const byNearness = map.toSorted((a, b) => Number(b.key === chosen) - Number(a.key === chosen) || distance(a.centre, at) - distance(b.centre, at));
  // Only the chosen circle shows that its rim can be taken.
  const rim = byNearness.find((core) => core.key === chosen && Math.abs(distance(core.centre, at) - core.radiusPx) <= rimPx);
  if (rim) return { key: rim.key, part: "rim" };
  const inside = byNearness.find((core) => distance(core.centre, at) <= core.radiusPx);
  return inside ? { key: inside.key, part: "inside" } : null;
}
