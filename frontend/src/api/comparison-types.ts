/** What is shown once the readings of a specimen may be looked at. Inputs are decimal text as entered. */

import type { Id, Numeric } from "./types";

export const COMPARISON_STATES = ["decided", "discordant", "revealed"] as const;
export type ComparisonState = (typeof COMPARISON_STATES)[number];

export interface ComparisonRow {
  specimen: Id;
  study: Id;
  case: string;
  marker: string;
  slide: Id;
  slide_name: string;
  /** "C7" of a core, null of a whole section. */
  place: string | null;
  /** "revealed": this person has looked. */
  state: ComparisonState;
  can_reveal: boolean;
  decided_at: string | null;
}

/** What was said of a specimen, whoever said it. */
export interface Said {
  scoreable: boolean;
  reason: string;
  value: Numeric | null;
  category: string;
}

export type Inputs = Record<string, string>;

export interface ShownAmendment extends Said {
  number: number;
  /** False for one that came too late to count. */
  counts: boolean;
  why: string;
  inputs: Inputs;
  rule: string;
  comment: string;
  signed_at: string;
}

export interface ShownReading extends Said {
  id: Id;
  /** "Reader A", "Adjudicator": a letter of this specimen alone. */
  who: string;
  /** For the study's administrators only. */
  name: string | null;
  is_mine: boolean;
  purpose: string;
  series: number;
  stage: "unaided" | "aided" | "revised";
  inputs: Inputs;
  rule: string;
  comment: string;
  signed_at: string;
  amendments: ShownAmendment[];
}

export interface ShownAlgorithm extends Said {
  run: Id;
  name: string;
  version: string;
  preset: string;
  scheme: string;
  percentages: Record<string, Numeric> | null;
  finished_at: string | null;
}

export interface ShownConsensus extends Said {
  kind: "mean" | "agreed" | "provisional" | "adjudicated";
  inputs: Inputs;
  rule: string;
  rule_version: string;
  made_at: string;
}

export interface ShownEvent {
  at: string;
  what: "signed" | "revised" | "amended" | "consensus";
  /** As among the readings; empty for the system. */
  who: string;
}

export interface Comparison {
  specimen: Id;
  case: string;
  case_id: Id;
  slide: Id;
  slide_name: string;
  place: string | null;
  marker: string;
  scheme: string;
  readings: ShownReading[];
  algorithms: ShownAlgorithm[];
  mean: { value: Numeric | null; category: string; inputs: Inputs } | null;
  difference: Numeric | null;
  tolerance: Numeric | null;
  discordant: boolean;
  with_algorithm: { run: Id; value: Numeric | null; category: string; inputs: Inputs; weights: { readers: Numeric; algorithm: Numeric }; label: string } | null;
  consensus: ShownConsensus | null;
  history: ShownEvent[];
}
