/** One place for the words that several pages show for the server's keys. */

import type { Protocol, Role, RunState, SlideState, UmPerPxSource } from "../../api/types";

export const ROLE_WORDS: Record<Role, string> = {
  pathologist: "Pathologist",
  adjudicator: "Adjudicator",
  qa_reader: "QA second reader",
  technician: "Technician",
  administrator: "Study administrator",
  key_holder: "Key holder",
};

export const SLIDE_STATE_WORDS: Record<SlideState, string> = {
  registered: "Registered",
  ingesting: "Reading in",
  ready: "Ready",
  refused: "Refused",
};

export const RUN_STATE_WORDS: Record<RunState, string> = {
  queued: "Queued",
  running: "Running",
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

export const SOURCE_WORDS: Record<UmPerPxSource, string> = {
  unknown: "not known",
  file: "from the file",
  technician: "entered by a technician",
};

export const MODE_WORDS: Record<Protocol["mode"], string> = {
  independent: "Independent: peers and algorithm stay hidden until all readings are in",
  sequential: "Sequential: the algorithm is shown after the unaided reading is locked",
  concurrent: "Concurrent: the algorithm is visible from the start, and recorded as such",
};

export const REVEAL_WORDS: Record<Protocol["reveal_to_readers"], string> = {
  after_all_readings: "After all readings of the specimen",
  after_re_reads: "After the series of re-reads",
  never: "Never",
};

export const MARKERS = ["ER", "PR", "p53", "HER2", "Ki-67", "H&E"] as const;

const SCHEMES: Record<string, string> = {
  "h-score": "H-score",
  hscore: "H-score",
  h_score: "H-score",
  allred: "Allred",
  "ki-67": "Ki-67",
  ki67: "Ki-67",
  "her2-ihc": "HER2 IHC",
  her2: "HER2 IHC",
};
export const schemeName = (key: string): string => SCHEMES[key.toLowerCase()] ?? key;

/** "1 case", "3 cases", "12 040 cases". */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** Thousands apart by a thin space, as in "12 040". */
export const grouped = (value: number): string => value.toLocaleString("en-GB").replaceAll(",", "\u202f");

export function bytes(size: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

export const isReadingRole = (role: Role): boolean => ["pathologist", "adjudicator", "qa_reader"].includes(role);

/** The name under which a specimen's core is known on its slide: row letter, column number ("C7"). */
export function coreName(row: number | null, column: number | null): string {
  if (row === null || column === null) return "whole section";
  const letter = row >= 1 && row <= 26 ? String.fromCharCode(64 + row) : `R${row}-`;
  return `${letter}${column}`;
}
