import type { Assignment, OwnReading, WorklistItem } from "../src/api/reading-types";

const RULES: Record<string, string> = {
  "3+": "complete, intense staining in more than 10 % of tumour cells",
  "2+ complete": "weak to moderate complete staining in more than 10 % of tumour cells",
  "2+ intense": "complete, intense staining in at most 10 % of tumour cells",
  "0": "no staining, or incomplete and faint in at most 10 % of tumour cells",
};

export function item(id: string, more: Partial<WorklistItem> = {}): WorklistItem {
  return {
    id,
    alias: `K7Q${id.toUpperCase()}`,
    purpose: "primary",
    marker: "ER",
    scheme: "h-score",
    study: { id: "s1", name: "ER study" },
    session: "se1",
    series: 1,
    state: "to_read",
    has_draft: false,
    is_core: false,
    due_at: null,
    position: 0,
    presentation_group: `g-${id}`,
    ...more,
  };
}

export function assignment(more: Partial<Assignment> = {}): Assignment {
  return {
    ...item("a1"),
    of: 60,
    draft: {},
    version: 1,
    saved_at: null,
    reading: null,
    mode: "independent",
    may_revise: false,
    scheme_definition: { key: "h-score", version: "1", name: "H-score", inputs: {}, categories: [], rules: RULES, source: "a source" },
    reasons: { no_tumour: "no tumour", fold: "tissue folded", other: "another reason (see the comment)" },
    her2_sentences: [
      { key: "3+", category: "3+", text: RULES["3+"] ?? "" },
      { key: "2+ complete", category: "2+", text: RULES["2+ complete"] ?? "" },
      { key: "2+ intense", category: "2+", text: RULES["2+ intense"] ?? "" },
      { key: "0", category: "0", text: RULES["0"] ?? "" },
    ],
    needs_password: false,
    ...more,
  };
}

export function reading(more: Partial<OwnReading> = {}): OwnReading {
  return {
    id: "r1",
    assignment: "a1",
    stage: "unaided",
    scheme: "h-score",
    scoreable: true,
    reason: "",
    inputs: { weak: "20", moderate: "35", strong: "15" },
    value: "135.0000",
    category: "positive",
    rule: "more than 10 % of nuclei are positive: positive",
    flags: [],
    comment: "",
    details: {},
    signer: "Dr Ana Reyes",
    signed_at: "2026-08-20T09:12:05Z",
    meaning: "I have read this specimen and this is my score.",
    amendments: [],
    ...more,
  };
}
