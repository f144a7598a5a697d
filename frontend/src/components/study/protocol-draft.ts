/** A protocol while it is edited: what the fields hold, what of it is wrong, what of it is new. Pure. */

import type { CoreRule, Design, ProtocolChange, ProtocolVersion } from "../../api/administration";
import { toNumber } from "../../api/numbers";

/** Numbers are what the field holds: "" while it is empty. Shares are percentages here and 0..1 on the server. */
export interface ProtocolDraft {
  schemes: Record<string, string>;
  readers: number | string;
  reveal: ProtocolVersion["reveal_to_readers"];
  mode: ProtocolVersion["mode"];
  tolerances: Record<string, number | string>;
  design: Design;
  cap: number | string;
  days: number | string;
  qaPercent: number | string;
  washoutDays: number | string;
  reReads: number | string;
  reReadsTurned: boolean;
  qualificationPercent: number | string;
  adjudicatorSees: boolean;
  algorithms: string[];
  algorithmWeight: number | string;
  coreRule: CoreRule;
}

export interface SchemeChoice {
  key: string;
  label: string;
}

const H_SCORE: SchemeChoice = { key: "h-score", label: "H-score" };
const ALLRED: SchemeChoice = { key: "allred", label: "Allred" };

/** What each marker may be scored by; the first is the default. */
export const SCHEMES_OF: Readonly<Record<string, readonly SchemeChoice[]>> = {
  ER: [H_SCORE, ALLRED],
  PR: [H_SCORE, ALLRED],
  p53: [H_SCORE],
  HER2: [{ key: "her2-ihc", label: "HER2 IHC (ASCO/CAP)" }],
  "Ki-67": [{ key: "ki-67", label: "Ki-67 index" }],
};

/** Schemes with a number have a tolerance; HER2 is a category, and categories that differ are discordant anyway. */
export const TOLERANCE_OF: Readonly<Record<string, { label: string; unit: string; largest: number; usual: number }>> = {
  "h-score": { label: "H-score", unit: "of 300 points", largest: 300, usual: 40 },
  allred: { label: "Allred", unit: "of 8 points", largest: 8, usual: 1 },
  "ki-67": { label: "Ki-67", unit: "percentage points", largest: 100, usual: 10 },
};

const percentOf = (share: unknown): number => Number(((toNumber(share) ?? 0) * 100).toFixed(1));
const orEmpty = (value: number | null): number | string => value ?? "";

export function draftOf(protocol: ProtocolVersion): ProtocolDraft {
  return {
    schemes: { ...protocol.marker_schemes },
    readers: protocol.readers_per_specimen,
    reveal: protocol.reveal_to_readers,
    mode: protocol.mode,
    tolerances: Object.fromEntries(Object.entries(protocol.tolerances).map(([scheme, value]) => [scheme, toNumber(value) ?? ""])),
    design: protocol.design,
    cap: orEmpty(protocol.workload_cap),
    days: orEmpty(protocol.reading_days),
    qaPercent: percentOf(protocol.qa_share),
    washoutDays: protocol.washout_days,
    reReads: protocol.re_read_series,
    reReadsTurned: protocol.re_reads_turned,
    qualificationPercent: percentOf(protocol.qualification_share),
    adjudicatorSees: protocol.readings_shown_to_adjudicator,
    algorithms: [...protocol.algorithms],
    algorithmWeight: toNumber(protocol.algorithm_weight) ?? 1,
    coreRule: protocol.core_rule,
  };
}

/** All five markers by their usual schemes, with our tolerances. */
export function withUsualMarkers(draft: ProtocolDraft): ProtocolDraft {
  const schemes = Object.fromEntries(Object.entries(SCHEMES_OF).map(([marker, choices]) => [marker, draft.schemes[marker] ?? choices[0]?.key ?? ""]));
  return { ...draft, schemes: { ...draft.schemes, ...schemes } };
}

/** The schemes in use that need a tolerance, in the order of the table above. */
export function schemesWithTolerance(draft: ProtocolDraft): string[] {
  const used = new Set(Object.values(draft.schemes));
  return Object.keys(TOLERANCE_OF).filter((scheme) => used.has(scheme));
}

const whole = (value: number | string, low: number, high: number): boolean => {
  const number = toNumber(value);
  return number !== null && Number.isInteger(number) && number >= low && number <= high;
};
const between = (value: number | string, low: number, high: number): boolean => {
  const number = toNumber(value);
  return number !== null && number >= low && number <= high;
};

/** What is wrong, by the server's name of the field; empty where all is well. */
export function problemsOf(draft: ProtocolDraft): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (!whole(draft.readers, 0, 5)) wrong.readers_per_specimen = "A whole number from 0 to 5.";
  for (const scheme of schemesWithTolerance(draft)) {
    const { largest, usual } = TOLERANCE_OF[scheme] ?? { largest: 0, usual: 0 };
    if (!between(draft.tolerances[scheme] ?? usual, 0, largest)) wrong[`tolerances.${scheme}`] = `A number from 0 to ${largest}.`;
  }
  if (draft.cap !== "" && !whole(draft.cap, 1, 1_000_000)) wrong.workload_cap = "A whole number of specimens, or empty for no limit.";
  if (draft.days !== "" && !whole(draft.days, 1, 3650)) wrong.reading_days = "A whole number of days, or empty for no deadline.";
  if (!between(draft.qaPercent, 0, 100)) wrong.qa_share = "A percentage from 0 to 100.";
  if (!whole(draft.reReads, 0, 5)) wrong.re_read_series = "A whole number from 0 to 5.";
  else if (Number(draft.reReads) > 0 && draft.reveal === "after_all_readings") {
    wrong.reveal_to_readers = "With re-reads, readers must not see the others’ results before the re-reads are done.";
  }
  if (!whole(draft.washoutDays, 0, 3650)) wrong.washout_days = "A whole number of days.";
  if (!between(draft.qualificationPercent, 0, 100)) wrong.qualification_share = "A percentage from 0 to 100.";
  if (!between(draft.algorithmWeight, 0, 99)) wrong.algorithm_weight = "A number from 0 to 99.";
  return wrong;
}

const share = (percent: number | string): string => String(Number(((toNumber(percent) ?? 0) / 100).toFixed(3)));
const orNull = (value: number | string): number | null => (value === "" ? null : Number(value));

function requestOf(draft: ProtocolDraft): Required<ProtocolChange> {
  const tolerances = { ...draft.tolerances };
  for (const scheme of schemesWithTolerance(draft)) tolerances[scheme] ??= TOLERANCE_OF[scheme]?.usual ?? "";
  return {
    marker_schemes: draft.schemes,
    readers_per_specimen: Number(draft.readers),
    reveal_to_readers: draft.reveal,
    mode: draft.mode,
    tolerances: Object.fromEntries(Object.entries(tolerances).map(([scheme, value]) => [scheme, String(value)])),
    design: draft.design,
    workload_cap: orNull(draft.cap),
    reading_days: orNull(draft.days),
    qa_share: share(draft.qaPercent),
    washout_days: Number(draft.washoutDays),
    re_read_series: Number(draft.reReads),
    re_reads_turned: draft.reReadsTurned,
    qualification_share: share(draft.qualificationPercent),
    readings_shown_to_adjudicator: draft.adjudicatorSees,
    algorithms: draft.algorithms,
    algorithm_weight: String(draft.algorithmWeight),
    core_rule: draft.coreRule,
  };
}

/** What of the draft is new, as the server takes it; null where nothing is. */
export function changeOf(draft: ProtocolDraft, protocol: ProtocolVersion): ProtocolChange | null {
  const before = requestOf(draftOf(protocol));
  const changed = Object.entries(requestOf(draft)).filter(
    ([name, value]) => ordered(value) !== ordered(before[name as keyof ProtocolChange]),
  );
  return changed.length === 0 ? null : (Object.fromEntries(changed) as ProtocolChange);
}

/** The same text for the same content, whatever the order of an object's names. */
function ordered(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => a.localeCompare(b)));
}
