/**
 * How a nucleus is shown: colours are colour-blind-safe on tissue and everywhere the same; every class also has
 * a letter and a shape, so that colour is never alone. Order = the class numbers of a cells file.
 */
export type StainClass = "negative" | "weak" | "moderate" | "strong";
export type DisplayClass = StainClass | "not_tumour";
export type MarkerShape = "circle" | "triangle" | "square" | "diamond" | "cross";

export interface ClassStyle {
  readonly key: DisplayClass;
  readonly label: string;
  readonly colour: string;
  readonly letter: string;
  readonly shape: MarkerShape;
}

/** Index = class number in a cells file (0 negative … 3 strong). */
export const STAIN_CLASSES: readonly StainClass[] = ["negative", "weak", "moderate", "strong"];

export const NOT_TUMOUR_INDEX = 4;

/** Index = display class: the stain classes, then not tumour. */
export const CLASS_STYLES: readonly ClassStyle[] = [
  { key: "negative", label: "negative", colour: "#3B82C4", letter: "N", shape: "circle" },
  { key: "weak", label: "weak", colour: "#F4D35E", letter: "W", shape: "triangle" },
  { key: "moderate", label: "moderate", colour: "#EE964B", letter: "M", shape: "square" },
  { key: "strong", label: "strong", colour: "#C1121F", letter: "S", shape: "diamond" },
  { key: "not_tumour", label: "not tumour", colour: "#9AA0A6", letter: "–", shape: "cross" },
];

export function classStyle(index: number): ClassStyle {
  const style = CLASS_STYLES[index];
  if (style === undefined) throw new RangeError(`no class number ${index}: expected 0 to ${CLASS_STYLES.length - 1}`);
  return style;
}

/** "#3B82C4" → [59, 130, 196]. */
export function rgbOf(hex: string): [number, number, number] {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) throw new RangeError(`expected a colour like #3B82C4, got ${hex}`);
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
