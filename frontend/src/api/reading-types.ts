/** The reader's part of the HTTP contract: worklist, assignments, readings. */

import type { Id, Numeric, Presentation, Protocol } from "./types";

export type AssignmentState = "to_read" | "draft" | "deferred" | "signed";
export type Purpose = "primary" | "re_read" | "qa" | "adjudication" | "qualification";

export interface WorklistItem {
  id: Id;
  alias: string;
  purpose: Purpose;
  marker: string;
  scheme: string;
  study: { id: Id; name: string };
  session: Id;
  series: number;
  state: AssignmentState;
  has_draft: boolean;
  is_core: boolean;
  due_at: string | null;
  /** In the session, from 0. */
  position: number;
  /** Equal for the items of one slide in one session; tells nothing else. */
  presentation_group: string;
}

export interface Qualification {
  needed: number;
  done: number;
  passed: boolean;
}

export interface WorklistCounts {
  to_read: number;
  drafts: number;
  deferred: number;
  signed: number;
  overdue: number;
  /** Rounds that wait and that this person could take up. */
  adjudication: number;
  qa: number;
  qualification?: Qualification | null;
}

export interface WaitingRound {
  round: Id;
  marker: string;
  scheme: string;
  study: { id: Id; name: string };
  is_core: boolean;
  /** Why it was opened is never said before it is read. */
  opened_for: null;
}

export interface SchemeDefinition {
  key: string;
  version: string;
  name: string;
  inputs: Record<string, string>;
  categories: string[];
  rules: Record<string, string>;
  source: string;
}

export interface ScoreFields {
  scoreable: boolean;
  reason: string;
  inputs: Record<string, string>;
  value: Numeric | null;
  category: string;
  rule: string;
  flags: string[];
  comment: string;
}

export interface Amendment extends ScoreFields {
  id: Id;
  number?: number;
  why: string;
  signer: string;
  signed_at: string;
  meaning: string;
}

export interface ReadingDetails {
  confidence?: string;
  internal_control?: string;
  magnification?: number;
  seconds_open?: number;
}

export interface OwnReading extends ScoreFields {
  id: Id;
  assignment: Id;
  stage: "unaided" | "aided" | "revised";
  scheme: string;
  details: ReadingDetails;
  signer: string;
  signed_at: string;
  meaning: string;
  amendments: Amendment[];
}

export interface Her2Sentence {
  key: string;
  category: string;
  text: string;
}

export interface Assignment extends WorklistItem {
  /** How many the session holds. */
  of: number;
  draft: unknown;
  version: number;
  saved_at: string | null;
  reading: OwnReading | null;
  mode: Protocol["mode"];
  may_revise: boolean;
  scheme_definition: SchemeDefinition;
  reasons: Record<string, string>;
  /** The guideline's sentences and the category each gives; empty for other schemes. */
  her2_sentences: Her2Sentence[];
  /** The first signature of a session takes the password. */
  needs_password: boolean;
}

/** A circle in level-0 px. */
export interface Place {
  x_px: number;
  y_px: number;
  radius_px: number;
}

export interface OpenedAssignmentAnswer {
  presentation: Omit<Presentation, "slide" | "specimens">;
  place: Place | null;
  rotation_deg: number;
  flipped: boolean;
}

export interface SignBody {
  scoreable: boolean;
  reason: string;
  inputs: Record<string, string>;
  comment: string;
  details: ReadingDetails;
  password?: string;
}

export type SlideRequestKind = "rescan" | "recut" | "restain";

export interface AlgorithmResult {
  run: Id;
  name: string;
  version: string;
  preset: string;
  value: Numeric | null;
  category: string;
  scoreable: boolean;
  reason: string;
  percentages: Partial<Record<string, Numeric>> | null;
}
