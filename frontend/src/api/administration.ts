/** What an administrator sends and sees of a study: protocol, assignments, progress, quality, closing. Counts, never scores. */

import type { Id, Numeric, Protocol } from "./types";

export type Design = "crossed" | "balanced" | "split_plot";
export type CoreRule = "mean" | "any_positive" | "cellularity_weighted";

/** One version of a study's protocol, with every field. Decimals arrive as text. */
export interface ProtocolVersion extends Protocol {
  tolerances: Record<string, Numeric>;
  readings_shown_to_adjudicator: boolean;
  algorithm_weight: Numeric;
  design: Design;
  workload_cap: number | null;
  reading_days: number | null;
  qa_share: Numeric;
  re_read_series: number;
  re_reads_turned: boolean;
  washout_days: number;
  qualification_share: Numeric;
  core_rule: CoreRule;
  frozen_at?: string | null;
  created_at?: string;
}

/** The version in force and all there ever were, the latest first. */
export interface ProtocolVersions {
  in_force: ProtocolVersion | null;
  versions: ProtocolVersion[];
}

export type ProtocolChange = Partial<Omit<ProtocolVersion, "version" | "frozen" | "frozen_at" | "created_at">>;

export type Purpose = "primary" | "re_read" | "qa" | "adjudication" | "qualification";

export interface AllocationRequest {
  marker?: string;
  slides?: Id[];
  specimens?: Id[];
  readers: Id[];
  design: Design;
  cap?: number;
  purpose: "primary" | "re_read" | "qa" | "qualification";
  series?: number;
  seed?: number;
}

export interface ReaderLoad {
  id: Id;
  name: string;
  /** Specimens that this allocation gives. */
  count: number;
  /** Specimens the reader already holds in this series. */
  held: number;
  cap: number | null;
}

export interface Unassignable {
  specimen: Id;
  why: string;
}

export interface Allocation {
  specimens: number;
  readers: ReaderLoad[];
  unassignable: Unassignable[];
  per_specimen: number;
}

export type AssignmentState = "waiting" | "deferred" | "signed" | "withdrawn";

export interface AssignedReading {
  id: Id;
  reader: { id: Id; name: string };
  purpose: Purpose;
  series: number;
  specimen: Id;
  slide_name?: string;
  marker?: string;
  place?: string | null;
  case?: { id: Id; code: string } | string | null;
  state: AssignmentState;
  due_at: string | null;
  ended_at?: string | null;
}

export interface ReaderProgress {
  id: Id;
  name: string;
  purpose: Purpose;
  series: number;
  assigned: number;
  signed: number;
  drafts: number;
  deferred: number;
  overdue: number;
  due_at: string | null;
  /** The last day ("2026-09-30"), of somebody who is away today. */
  away_until: string | null;
  last_signed_at: string | null;
}

/** Of everything the reader holds of one purpose and series. */
export interface Deadline {
  reader: Id;
  purpose: Purpose;
  series: number;
  due_at: string | null;
}

/** Days as "2026-09-30", both within it. */
export interface NewAbsence {
  reader: Id;
  first_day: string;
  last_day: string;
}

export interface Absence {
  id: Id;
  reader: { id: Id; name: string };
  first_day: string;
  last_day: string;
}

export type RoundState = "open" | "discordant" | "decided" | "closed";

export interface MarkerProgress {
  marker: string;
  open: number;
  discordant: number;
  decided: number;
  closed?: number;
}

export interface StudyProgress {
  readers: ReaderProgress[];
  rounds: Record<RoundState, number>;
  by_marker: MarkerProgress[];
}

export type SlideRequestKind = "rescan" | "recut" | "restain";

export interface SlideRequest {
  id: Id;
  study: { id: Id; name: string };
  marker: string;
  kind: SlideRequestKind;
  note: string;
  created_at: string;
  settled_at: string | null;
  answer: string;
  /** Null in a request of one's own: the reader who asked knows the tissue by its alias. */
  place: { slide: Id; slide_name: string; case_code: string; row: number | null; column: number | null } | null;
}

export interface QaReview {
  id: Id;
  specimen: Id;
  slide_name: string;
  marker: string;
  place: string | null;
  case: string;
  state: "chosen" | "assigned" | "read" | "dropped";
  targeted: boolean;
  grade: "" | "concordant" | "minor" | "major";
  created_at: string;
}

export interface QualificationItem {
  specimen: Id;
  case: string;
  slide_name: string;
  marker: string;
  place: string | null;
  scoreable: boolean;
  value: Numeric | null;
  category: string;
}

/** What is sent of one item: as it stands, or by inputs as a reader would enter them. */
export interface NewQualificationItem {
  specimen: Id;
  scoreable: boolean;
  value?: string | null;
  category?: string;
  inputs?: Record<string, string>;
}

/** How far a reader is with the set. `agreed` is null until all of it is answered. */
export interface ReaderStanding {
  id: Id;
  name: string;
  needed: number;
  done: number;
  agreed: number | null;
  passed: boolean;
}

export interface Qualification {
  items: QualificationItem[];
  readers: ReaderStanding[];
}

/** One marker of a case: its score by the protocol's rule for cores, and what it is made of. */
export interface SignedMarker {
  marker: string;
  scheme: string;
  core_rule: string;
  scoreable: boolean;
  value: string | null;
  category: string;
  rule: string;
  specimens: SignedSpecimen[];
}

export interface SignedSpecimen {
  specimen: Id;
  slide_name: string;
  place: string | null;
  kind: string;
  scheme: string;
  scoreable: boolean;
  reason: string;
  value: string | null;
  category: string;
}

export interface SignedOut {
  signer: string;
  meaning: string;
  comment: string;
  signed_at: string;
  /** Null for whoever has not looked at it yet. */
  markers: SignedMarker[] | null;
}

export interface SignOut {
  may_sign_out: boolean;
  needs_password: boolean;
  signed_out: SignedOut | null;
}

export interface Order {
  id: Id;
  case: { id: Id; code: string };
  marker: string;
  barcode: string;
  created_at: string;
}

export interface LineError {
  line: number;
  message: string;
}
