/** What is shown once the readings of a specimen may be looked at. */

import type { Id, Numeric, StainClass } from "./types";

export type Percentages = Partial<Record<StainClass | string, Numeric>>;

export interface ComparisonRow {
  specimen: Id;
  case: { id: Id; code: string } | string | null;
  marker: string;
  slide_name: string;
  /** "C7" of a core, null of a whole section. */
  place: string | null;
  state: "open" | "revealed" | "discordant" | "decided" | "closed";
  decided_at: string | null;
}

export interface ShownAmendment {
  id?: Id;
  number?: number;
  why: string;
  counts?: boolean;
  scoreable: boolean;
  reason: string;
  inputs: Record<string, unknown>;
  value: Numeric | null;
  category: string;
  comment?: string;
  signed_at?: string;
  created_at?: string;
}

export interface ShownReading {
  id?: Id;
  /** "Reader A"; names are for administrators. */
  who: string;
  name: string | null;
  stage: "unaided" | "aided" | "revised";
  purpose?: string;
  scoreable: boolean;
  reason: string;
  inputs: Record<string, unknown>;
  value: Numeric | null;
  category: string;
  rule: string;
  comment: string;
  signed_at: string;
  amendments: ShownAmendment[];
  is_mine: boolean;
}

export interface ShownAlgorithm {
  run: Id;
  name: string;
  version: string;
  preset: string;
  value: Numeric | null;
  category: string;
  scoreable: boolean;
  reason: string;
  percentages: Percentages | null;
}

export interface ShownConsensus {
  kind: "mean" | "agreed" | "provisional" | "adjudicated";
  value: Numeric | null;
  category: string;
  scoreable: boolean;
  reason: string;
  rule: string;
  rule_version: string;
  made_at: string;
}

export interface Comparison {
  specimen: Id;
  case: { id: Id; code: string } | string | null;
  marker: string;
  scheme: string;
  slide_name?: string;
  place?: string | null;
  study?: Id | { id: Id; name: string };
  readings: ShownReading[];
  algorithms: ShownAlgorithm[];
  mean: { value: Numeric | null; category: string; inputs: Record<string, unknown> } | null;
  difference: Numeric | null;
  tolerance: Numeric | null;
  discordant: boolean;
  with_algorithm: { value: Numeric | null; category: string; weights: { readers: Numeric; algorithm: Numeric }; label: string } | null;
  consensus: ShownConsensus | null;
  history: { at: string; what: string; who: string | null }[];
}
