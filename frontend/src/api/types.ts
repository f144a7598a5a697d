/** What the server sends and takes, as in the HTTP contract. Ids are UUIDs, times ISO 8601 in UTC, lengths as named. */

export type Id = string;
/** Decimals may arrive as text so that nothing is rounded on the way; `toNumber` reads both. */
export type Numeric = number | string;

export interface Page<T> {
  count: number;
  next: string | null;
  previous: string | null;
  results: T[];
}

export interface Me {
  id: Id;
  username: string;
  display_name: string;
  is_system_administrator: boolean;
  mfa_enabled: boolean;
  csrf_token: string;
}

export interface ApiToken {
  id: Id;
  name: string;
  prefix: string;
  created_at?: string;
  expires_at?: string | null;
  last_used_at?: string | null;
}
export interface NewApiToken extends ApiToken {
  /** Shown once; the server keeps only a digest. */
  token: string;
}

export interface Person {
  id: Id;
  username: string;
  display_name: string;
  is_active: boolean;
  is_system_administrator?: boolean;
  last_login?: string | null;
}

export const ROLES = ["pathologist", "adjudicator", "qa_reader", "technician", "administrator", "key_holder"] as const;
export type Role = (typeof ROLES)[number];

export interface Protocol {
  version: number;
  readers_per_specimen: number;
  mode: "independent" | "sequential" | "concurrent";
  reveal_to_readers: "after_all_readings" | "after_re_reads" | "never";
  marker_schemes: Record<string, string>;
  algorithms: string[];
  /** Null for whoever may not know whether reading has begun. */
  frozen: boolean | null;
}

export interface Study {
  id: Id;
  name: string;
  description: string;
  my_roles: Role[];
  /** Null for a system administrator who is no member: only the name is told. */
  case_count: number | null;
  slide_count: number | null;
  protocol: Protocol | null;
  /** No more reading; may be opened again until the data are locked. */
  closed_at?: string | null;
  locked_at?: string | null;
}

export interface Member {
  id: Id;
  user: { id: Id; username: string; display_name: string };
  role: Role;
}

export type SpecimenKind = "whole_section" | "core";
export type SlideState = "registered" | "ingesting" | "ready" | "refused";

export interface CaseSpecimen {
  id: Id;
  kind: SpecimenKind;
  row: number | null;
  column: number | null;
  is_missing?: boolean;
  slide: { id: Id; name: string; marker: string; state: SlideState; has_thumbnail: boolean };
}
export interface Case {
  id: Id;
  code: string;
  study?: Id;
  specimens: CaseSpecimen[];
  /** The patient withdrew: nothing more of this case is read. */
  withdrawn_at?: string | null;
}

export interface SlideSpecimen {
  id: Id;
  kind: SpecimenKind;
  case: { id: Id; code: string } | null;
  row: number | null;
  column: number | null;
  center_x_px: number | null;
  center_y_px: number | null;
  radius_px: number | null;
  is_missing: boolean;
}

export type UmPerPxSource = "unknown" | "file" | "technician";

export interface Slide {
  id: Id;
  study: Id;
  name: string;
  marker: string;
  state: SlideState;
  version: number;
  /** Technicians and study administrators only. */
  refusal?: string;
  original_name?: string;
  sha256?: string;
  width_px: number;
  height_px: number;
  um_per_px: Numeric | null;
  um_per_px_source: UmPerPxSource;
  needs_um_per_px: boolean;
  objective_power: Numeric | null;
  format: string;
  staining_batch: Id | { id: Id; name: string } | null;
  specimens: SlideSpecimen[];
  has_thumbnail: boolean;
  created_at: string;
}

export interface InboxFile {
  name: string;
  size_bytes: number;
  is_folder: boolean;
}

export interface Level {
  width_px: number;
  height_px: number;
  tile_width_px: number;
  tile_height_px: number;
}

export interface FieldOfView {
  id: Id;
  name: string;
  purpose: "analysis" | "positive_control";
  x_px: number;
  y_px: number;
  width_px: number;
  height_px: number;
  staining_batch?: Id | null;
}

export interface Presentation {
  id: Id;
  slide: { id: Id; name: string; marker: string; case_codes?: string[]; cases?: string[] };
  width_px: number;
  height_px: number;
  um_per_px: Numeric | null;
  um_per_px_source: UmPerPxSource;
  objective_power: Numeric | null;
  rotation_deg: number;
  flipped: boolean;
  levels: Level[];
  /** Template with {id}, {level}, {column}, {row}; level 0 is full size. */
  tile_url: string;
  specimens: SlideSpecimen[];
  fields_of_view: FieldOfView[];
}

export interface CardParameter {
  name: string;
  type: string;
  default: unknown;
  minimum?: number | null;
  maximum?: number | null;
  choices?: string[];
  unit?: string;
  description: string;
}

export interface ModelCard {
  key: string;
  version: string;
  name: string;
  scheme: string;
  markers: string[];
  presets: string[] | Record<string, unknown>;
  parameters: CardParameter[];
  weights_sha256: string | null;
  summary?: string;
  min_um_per_px?: number | null;
  max_um_per_px?: number | null;
  paper?: string;
  limits?: string | string[];
  research_use?: string;
  /** False where the weights of the default preset are missing on this server. */
  installed?: boolean;
  /** Schemes of which this is the method that a run takes when none is named. */
  default_for?: string[];
  /** What the weights were trained on, in a sentence. */
  data?: string;
  /** Figures of the weights on held-out tissue: name → number. */
  metrics?: Record<string, unknown>;
}

export type RunState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface Run {
  id: Id;
  study: Id;
  specimen: Id;
  slide: Id;
  field_of_view: Id | null;
  batch: Id | null;
  algorithm: string;
  algorithm_version: string;
  preset: string;
  parameters: Record<string, unknown>;
  state: RunState;
  attempt: number;
  progress_done: number;
  progress_total: number;
  phase: string;
  error: string;
  requested_by: string | { id: Id; username?: string; display_name?: string } | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  has_result: boolean;
}

export interface RunRequest {
  specimen: Id;
  field_of_view?: Id;
  algorithm: string;
  version?: string;
  preset?: string;
  parameters?: Record<string, unknown>;
}
/** Runs asked for together; counts are of those that one may know of. */
export interface Batch {
  id: Id;
  study: Id;
  slide: Id | null;
  slide_name: string;
  name: string;
  created_at: string;
  algorithm: string;
  algorithm_version: string;
  preset: string;
  counts: Record<RunState, number>;
  total: number;
  is_active: boolean;
}

export interface QcFlag {
  code: string;
  severity: string;
  message: string;
}

/** One core's line of a batch's table. */
export interface CoreResult {
  run: Id;
  specimen: Id;
  row: number | null;
  column: number | null;
  case: string;
  scheme: string;
  value: number | null;
  category: string;
  scoreable: boolean;
  reason: string;
  counts: Partial<Record<StainClass, number>>;
  percentages: Partial<Record<string, Numeric>> | null;
  cell_count: number;
  tumour_fraction: number | null;
  qc_flags: QcFlag[];
  seconds: number;
}

export interface Layers {
  sha256: string;
  origin_x_px: number;
  origin_y_px: number;
  tile_px: number;
  work_px: number;
  columns: number;
  rows: number;
  um_per_px: number;
  representation: string;
  tiles: [number, number][];
}

export interface BatchRequest extends Omit<RunRequest, "specimen" | "field_of_view"> {
  specimens: Id[];
  name?: string;
}

export const STAIN_CLASSES = ["negative", "weak", "moderate", "strong"] as const;
export type StainClass = (typeof STAIN_CLASSES)[number];

export interface Result {
  run: Id;
  scheme: string;
  value: Numeric | null;
  category: string;
  scoreable: boolean;
  reason: string;
  counts: Partial<Record<StainClass, number>>;
  percentages: Partial<Record<string, Numeric>> | null;
  cell_count: number;
  provenance: Record<string, unknown>;
  seconds: number;
  bounds: { x: number; y: number; width: number; height: number } | null;
  has_layers?: boolean;
}
