/**
 * What the form's numbers come to, shown while they are typed. A preview only: the server scores what is signed, by the
 * same schemes.
 */

import { WHOLE } from "./percent";

export interface HScore {
  /** Hundredths of a percent that are left for negative; below 0 where the parts are too many. */
  readonly rest: number;
  /** Hundredths over 100 %; 0 where they fit. */
  readonly over: number;
  /** Hundredths of a point; null where the parts are over 100 %. */
  readonly value: number | null;
  readonly category: string;
}

/** Parts in hundredths of a percent. */
export function hScore(weak: number, moderate: number, strong: number, marker: string): HScore {
  const positive = weak + moderate + strong;
  const rest = WHOLE - positive;
  if (rest < 0) return { rest, over: -rest, value: null, category: "" };
  return { rest, over: 0, value: weak + 2 * moderate + 3 * strong, category: categoryOf(positive, marker) };
}

function categoryOf(positive: number, marker: string): string {
  if (marker !== "ER" && marker !== "PR") return "";
  if (positive < 100) return "negative";
  return marker === "ER" && positive <= 1000 ? "low positive" : "positive";
}

/** Whether ER asks for the status of the internal control: 0 to 10 % positive. */
export function asksForControl(marker: string, positive: number | null): boolean {
  return marker === "ER" && positive !== null && positive <= 1000;
}

export interface Allred {
  readonly proportion: number;
  readonly total: number;
  readonly category: string;
  /** Fewer than 1 % are positive, yet 3 or more points. */
  readonly clash: boolean;
}

/** Proportion by whole percents. Null where percentage and intensity do not go together. */
export function allred(percent: number, intensity: number): Allred | null {
  if ((percent === 0) !== (intensity === 0)) return null;
  const proportion = percent === 0 ? 0 : percent < 100 ? 1 : 2 + [1100, 3400, 6700].filter((bound) => percent >= bound).length;
  const total = proportion + intensity;
  return { proportion, total, category: total >= 3 ? "positive" : "negative", clash: total >= 3 && percent < 100 };
}

export interface Her2 {
  readonly category: "0" | "1+" | "2+" | "3+";
  /** Key of the scheme's rule that fired. */
  readonly rule: string;
}

/** Parts in hundredths; null where they are over 100 %. More than 10 % is strict. */
export function her2(intense: number, moderate: number, faint: number, unusual: number): Her2 | null {
  const stained = intense + moderate + faint + unusual;
  if (stained > WHOLE) return null;
  if (intense > 1000) return { category: "3+", rule: "3+" };
  if (moderate + intense > 1000) return { category: "2+", rule: "2+ complete" };
  if (intense > 0) return { category: "2+", rule: "2+ intense" };
  if (unusual > 1000) return { category: "2+", rule: "2+ unusual" };
  return stained > 1000 ? { category: "1+", rule: "1+" } : { category: "0", rule: "0" };
}

export interface Ki67 {
  readonly percent: number;
  /** 95 % interval by Wilson, percent. */
  readonly low: number;
  readonly high: number;
  readonly category: string;
}

export function ki67(positive: number, counted: number): Ki67 | null {
  if (counted < 1 || positive > counted) return null;
  const z = 1.959963984540054;
  const share = positive / counted;
  const centre = share + (z * z) / (2 * counted);
  const half = z * Math.sqrt((share * (1 - share)) / counted + (z * z) / (4 * counted * counted));
  const scale = 1 + (z * z) / counted;
  // Compared in whole numbers: 5 % of 20 is exactly 1.
  const category = 100 * positive <= 5 * counted ? "≤ 5 %" : 100 * positive >= 30 * counted ? "≥ 30 %" : "5–30 %";
  return {
    percent: 100 * share,
    low: positive === 0 ? 0 : (100 * Math.max(0, centre - half)) / scale,
    high: positive === counted ? 100 : Math.min(100, (100 * (centre + half)) / scale),
    category,
  };
}
