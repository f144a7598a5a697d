/** The agreement of a study as the server sends it. Where a value or its interval is null, `undefined` says why. */

import type { Id } from "./types";

export interface Statistic {
  value: number | null;
  ci95: [number, number] | null;
  n: number;
  undefined?: string;
  p?: number;
}
export interface Rate extends Statistic {
  limits?: [number, number];
  is_out?: boolean;
}
export interface Limits {
  bias: Statistic;
  lower: Statistic;
  upper: Statistic;
}
/** Limits of agreement that change with the size, at the smallest and the largest mean. */
export interface Sloping {
  mean: [number, number];
  bias: [number, number];
  lower: [number, number];
  upper: [number, number];
}
export interface Confusion {
  first: string;
  second: string;
  categories: string[];
  counts: number[][];
}
/** Place in `specimens`, first value, second value. */
export type Point = [number, number, number];

export interface Block {
  first: string;
  second: string;
  n: number;
  n_specimens?: number;
  statistics: Record<string, Statistic>;
  points?: Point[];
  bland_altman?: Limits;
  sloping?: Sloping | null;
  groups?: { group: string; mae: Statistic }[];
  confusion?: Confusion;
  specific_agreement?: Record<string, Statistic>;
}
export interface AlgorithmBlock extends Block {
  key: string;
  algorithm: string;
  version: string;
  preset: string;
}
export interface PairFigures {
  readers: [string, string];
  first: string;
  second: string;
  n: number;
  mae?: Statistic;
  bias?: Statistic;
  icc2?: Statistic;
  kappa?: Statistic;
  kappa_quadratic?: Statistic;
}
export interface MarkerError {
  marker: string;
  scheme: string;
  human: Statistic;
  algorithms: { key: string; mae: Statistic }[];
}
/** Two versions on the same specimens; `more_error`: the first one's absolute error minus the second one's. */
export interface VersionPair {
  first: string;
  second: string;
  n: number;
  mae_first: Statistic;
  mae_second: Statistic;
  more_error: Statistic;
  bias: Statistic;
  icc2: Statistic;
}
export interface VersionMonth {
  key: string;
  month: string;
  n: number;
  mae: Statistic;
  bias: Statistic;
}
export interface ReaderFigures {
  reader: string;
  name: string;
  n: number;
  not_scoreable: number;
  positive: Rate | null;
  median_seconds: number | null;
  n_timed: number;
  bias: Statistic;
}
export interface MonthFigures {
  reader: string;
  name: string;
  month: string;
  bias: Rate;
  positive: Rate | null;
}
export interface IntraFigures {
  reader: string;
  name: string;
  n: number;
  mae?: Statistic;
  icc2?: Statistic;
  kappa?: Statistic;
  kappa_quadratic?: Statistic;
}
export interface AidedFigures {
  reader: string;
  name: string;
  n: number;
  changed: Rate;
  flipped: Rate;
}
export interface Agreement {
  marker: string;
  scheme: string;
  pair: string[];
  since: string | null;
  until: string | null;
  unseen: number;
  with_names: boolean;
  markers: { marker: string; scheme: string }[];
  people: { key: string; name: string }[];
  specimens: { id: Id; name: string }[];
  n_specimens: number;
  n_cases: number;
  n_readings: number;
  categories: string[];
  human: Block;
  algorithms: AlgorithmBlock[];
  pairs: PairFigures[];
  by_marker: MarkerError[];
  versions: { pairs: VersionPair[]; months: VersionMonth[] };
  standing: {
    readers: ReaderFigures[];
    positive: string[];
    months: MonthFigures[];
    intra: IntraFigures[];
    aided: AidedFigures[];
    qa: Record<"concordant" | "minor" | "major", number>;
  };
}
