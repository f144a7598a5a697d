import type { AssignmentState, Purpose } from "../../api/reading-types";

export const STATE_WORDS: Record<AssignmentState, string> = {
  to_read: "to read",
  draft: "draft",
  deferred: "deferred",
  signed: "signed",
};

/** Beside its colour every state has a letter. */
export const STATE_LETTERS: Record<AssignmentState, string> = { to_read: "R", draft: "D", deferred: "L", signed: "S" };

export const PURPOSE_WORDS: Record<Purpose, string> = {
  primary: "Reading",
  re_read: "Re-read",
  qa: "QA second read",
  adjudication: "Adjudication",
  qualification: "Qualification",
};
