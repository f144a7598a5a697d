import type { AssignmentState, Purpose, QaReview, RoundState, SlideRequestKind } from "../../api/administration";

export const PURPOSE_WORDS: Record<Purpose, string> = {
  primary: "First reading",
  re_read: "Re-read",
  qa: "QA second read",
  adjudication: "Adjudication",
  qualification: "Qualification",
};

export const ASSIGNMENT_STATE_WORDS: Record<AssignmentState, string> = {
  waiting: "To read",
  deferred: "Deferred",
  signed: "Signed",
  withdrawn: "Withdrawn",
};

export const ROUND_STATE_WORDS: Record<RoundState, string> = {
  open: "Being read",
  discordant: "Waiting for an adjudicator",
  decided: "Decided",
  closed: "Closed without consensus",
};

export const REQUEST_WORDS: Record<SlideRequestKind, string> = {
  rescan: "Scan again",
  recut: "Cut again",
  restain: "Stain again",
};

export const QA_STATE_WORDS: Record<QaReview["state"], string> = {
  chosen: "Chosen, not assigned",
  assigned: "Assigned",
  read: "Read",
  dropped: "Called off",
};

export const GRADE_WORDS: Record<"concordant" | "minor" | "major", string> = {
  concordant: "Concordant",
  minor: "Minor: beyond tolerance, same category",
  major: "Major: another category",
};

/** "First reading", "Re-read 2": the series is said where there can be several. */
export function purposeText(purpose: Purpose, series: number): string {
  return purpose === "re_read" ? `Re-read, series ${series}` : PURPOSE_WORDS[purpose];
}

export interface Placed {
  slide_name?: string;
  marker?: string;
  place?: string | null;
  case?: { id: string; code: string } | string | null;
}

export const caseCode = (of: Placed["case"]): string => (typeof of === "object" ? (of?.code ?? "") : (of ?? ""));

/** "TMA 3 · C7 · case 0217": which tissue this is, as far as the server says. */
export function placeText({ slide_name: slide, place, case: of }: Placed): string {
  const code = caseCode(of);
  return [slide, place, code && `case ${code}`].filter(Boolean).join(" · ");
}
