/** What is asked for each way of planning a study of agreement. Pure. */

export type FieldName = "planned" | "least" | "width" | "readers" | "share" | "alpha" | "power" | "confidence";

export const FIELD_WORDS: Record<FieldName, string> = {
  planned: "Planned value",
  least: "Least value",
  width: "Width of the interval",
  readers: "Readers",
  share: "Share positive",
  alpha: "α, one-sided",
  power: "Power",
  confidence: "Confidence",
};

export const START: Record<FieldName, number> = { planned: 0.8, least: 0.6, width: 0.2, readers: 2, share: 0.5, alpha: 0.05, power: 0.8, confidence: 0.95 };

export const FIELDS_OF: Record<"icc width" | "icc test" | "kappa width" | "kappa test", FieldName[]> = {
  "icc width": ["planned", "readers", "width", "confidence"],
  "icc test": ["planned", "least", "readers", "alpha", "power"],
  "kappa width": ["planned", "share", "width", "confidence"],
  "kappa test": ["planned", "least", "share", "alpha", "power"],
};
