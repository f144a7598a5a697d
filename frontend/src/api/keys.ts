/** Query keys. The first word is the kind of thing, which is also what the socket names when it changed. */

import type { Id } from "./types";

export const keys = {
  session: ["session"] as const,
  me: ["me"] as const,
  tokens: ["tokens"] as const,
  authenticators: ["authenticators"] as const,
  people: (query: object = {}) => ["people", query] as const,
  studies: (query: object = {}) => ["studies", query] as const,
  study: (id: Id) => ["study", id] as const,
  members: (study: Id) => ["members", study] as const,
  protocol: (study: Id) => ["protocol", study] as const,
  progress: (study: Id) => ["progress", study] as const,
  absences: (study: Id, query: object = {}) => ["absences", study, query] as const,
  assigned: (study: Id, query: object = {}) => ["assigned", study, query] as const,
  slideRequests: (query: object = {}) => ["slide-requests", query] as const,
  comparisons: (query: object = {}) => ["comparisons", query] as const,
  comparison: (specimen: Id) => ["comparison", specimen] as const,
  cases: (study: Id, query: object = {}) => ["cases", study, query] as const,
  case: (id: Id) => ["case", id] as const,
  slides: (study: Id, query: object = {}) => ["slides", study, query] as const,
  slide: (id: Id) => ["slide", id] as const,
  inbox: (study: Id) => ["inbox", study] as const,
  presentation: (slide: Id) => ["presentation", slide] as const,
  fields: (slide: Id) => ["fields", slide] as const,
  cards: ["cards"] as const,
  runs: (query: object = {}) => ["runs", query] as const,
  run: (id: Id) => ["run", id] as const,
  result: (run: Id) => ["result", run] as const,
  layers: (run: Id) => ["layers", run] as const,
  batches: (query: object = {}) => ["batches", query] as const,
  batch: (id: Id) => ["batch", id] as const,
  batchResults: (batch: Id, query: object = {}) => ["batch-results", batch, query] as const,
  worklist: (query: object = {}) => ["worklist", query] as const,
  /** All of a study's and purpose's specimens. Kept up by what the reader does, so it is not fetched at every change. */
  readingOrder: (study: Id, purpose: string) => ["reading-order", study, purpose] as const,
  worklistCounts: (study: Id | "") => ["worklist-counts", study] as const,
  adjudications: (query: object = {}) => ["adjudications", query] as const,
  assignment: (id: Id) => ["assignment", id] as const,
  /** A presentation like any other: a gap in the live updates does not open it again. */
  openedAssignment: (assignment: Id) => ["presentation", "assignment", assignment] as const,
};

/** Which first words are stale when the server says that a thing of this kind changed. */
export const STALE_AFTER: Record<string, readonly string[]> = {
  run: ["runs", "run", "batch", "batches"],
  batch: ["runs", "batch", "batches"],
  result: ["runs", "run", "result", "batch", "batches"],
  slide: ["slides", "slide", "cases", "case", "studies", "study"],
  specimen: ["slides", "slide", "cases", "case"],
  case: ["cases", "case", "studies", "study"],
  field_of_view: ["fields", "presentation"],
  study: ["studies", "study", "slides", "cases"],
  protocol: ["studies", "study", "protocol"],
  comparison: ["comparisons", "comparison"],
  membership: ["studies", "study", "members"],
  worklist: ["worklist", "worklist-counts", "adjudications"],
  adjudication: ["worklist-counts", "adjudications"],
  user: ["people", "me"],
  token: ["tokens"],
};
