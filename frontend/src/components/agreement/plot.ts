/** The geometry of the plots: from values to places in a drawing. Pure. */

export const WIDTH = 330;
export const HEIGHT = 285;
export const LEFT = 44;
export const RIGHT = 12;
export const TOP = 10;
export const BOTTOM = 40;

export type Range = [number, number];
export type Place = (value: number) => number;

/** The fixed scale that the values lie on; what is not known is taken from the values. */
export function valueRange(scheme: string, values: number[]): Range {
  const known: Record<string, Range> = { "h-score": [0, 300], allred: [0, 8], "ki-67": [0, 100] };
  return known[scheme] ?? [Math.min(0, ...values), Math.max(1, ...values)];
}

/** A range about 0 that holds every number, rounded outwards, so that two plots can share it. */
export function evenReach(numbers: number[]): number {
  const largest = Math.max(1e-9, ...numbers.map(Math.abs));
  const step = stepFor(2 * largest, 6);
  return Math.ceil((largest * 1.05) / step) * step;
}

function stepFor(span: number, about: number): number {
  const raw = span / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 2.5, 5, 10].find((nice) => nice * power >= raw) ?? 10) * power;
}

export function ticksOf([low, high]: Range, about = 6): number[] {
  const step = stepFor(high - low, about);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

export const across = ([low, high]: Range): Place => (value) => LEFT + ((value - low) / (high - low)) * (WIDTH - LEFT - RIGHT);
export const upwards = ([low, high]: Range): Place => (value) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
