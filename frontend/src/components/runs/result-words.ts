/** From a result's data to the words and numbers of the panel. Pure. */

import { toNumber } from "../../api/numbers";
import { STAIN_CLASSES, type QcFlag, type Result, type StainClass } from "../../api/types";

/** "271.4", "135" – one decimal where there is one. Null stays null: an unknown value is never 0. */
export function valueText(result: Pick<Result, "value">): string | null {
  const value = toNumber(result.value);
  return value === null ? null : Number(value.toFixed(1)).toString();
}

/** Percentages of the four classes, negative being the rest to 100 where it was not sent; null where none are known. */
export function classPercentages(percentages: Result["percentages"]): Record<StainClass, number> | null {
  if (!percentages) return null;
  const weak = toNumber(percentages.weak);
  const moderate = toNumber(percentages.moderate);
  const strong = toNumber(percentages.strong);
  if (weak === null || moderate === null || strong === null) return null;
  const negative = toNumber(percentages.negative) ?? 100 - weak - moderate - strong;
  return { negative: Math.max(0, negative), weak, moderate, strong };
}

/** Counts in the order of the classes; a class that was not sent has none. */
export function classCounts(counts: Result["counts"]): [StainClass, number][] {
  return STAIN_CLASSES.map((name) => [name, counts[name] ?? 0]);
}

/** The sentence that explains the category, wherever the provenance of this scheme keeps it. */
export function ruleText(provenance: Record<string, unknown>): string | null {
  const places = [provenance, provenance.qc, provenance.scheme, provenance.category];
  for (const place of places) {
    if (typeof place !== "object" || place === null) continue;
    for (const name of ["rule", "category_rule", "rule_text"]) {
      const text = (place as Record<string, unknown>)[name];
      if (typeof text === "string" && text !== "") return text;
    }
  }
  return null;
}

/** What quality control flagged, as the provenance keeps it. */
export function qcFlags(provenance: Record<string, unknown>): QcFlag[] {
  const qc = provenance.qc;
  const flags = typeof qc === "object" && qc !== null ? (qc as Record<string, unknown>).flags : null;
  if (!Array.isArray(flags)) return [];
  return flags.flatMap((flag: unknown) => {
    if (typeof flag !== "object" || flag === null) return [];
    const { code, severity, message } = flag as Record<string, unknown>;
    return typeof message === "string" && message !== "" ? [{ code: String(code ?? ""), severity: String(severity ?? ""), message }] : [];
  });
}

export interface ScoredWindow {
  h: number | null;
  tumourNuclei: number | null;
}

/** The windows of an end-to-end score: each has an H-score, weighted by its tumour nuclei. */
export function windowsOf(provenance: Record<string, unknown>): ScoredWindow[] {
  if (!Array.isArray(provenance.windows)) return [];
  return provenance.windows.map((window: unknown) => {
    const { h_score: h, tumour_nuclei: nuclei } = (window ?? {}) as Record<string, unknown>;
    return { h: toNumber(h), tumourNuclei: toNumber(nuclei) };
  });
}

/** The digest of the network's weights; null for a rule-based method. */
export function weightsOf(provenance: Record<string, unknown>): string | null {
  const weights = provenance.weights_sha256;
  return typeof weights === "string" && weights !== "" ? weights : null;
}

/** Nested figures in one list: "real tiles: MAE" → 21.3. */
export function flatFigures(figures: Record<string, unknown>, before = ""): [string, unknown][] {
  return Object.entries(figures).flatMap(([name, value]): [string, unknown][] => {
    const label = before === "" ? words(name) : `${before}: ${words(name)}`;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? flatFigures(value as Record<string, unknown>, label) : [[label, value]];
  });
}

export const figureText = (value: unknown): string => plain(value);

/** "0.29 µm/px (from the file)" and the like: what a person wants of the provenance, in a readable order. */
export function provenanceRows(result: Result): [string, string][] {
  const rows: [string, string][] = [];
  // Shown in places of their own.
  const seen = new Set<string>(["scheme", "seconds", "rule", "windows", "tumour_fraction", "limits", "layers"]);
  const add = (label: string, ...names: string[]): void => {
    for (const name of names) seen.add(name);
    const value = result.provenance[names[0] ?? ""];
    if (value === null || value === undefined || value === "") return;
    rows.push([label, plain(value)]);
  };
  add("Algorithm", "algorithm", "method");
  add("Version", "version");
  add("Preset", "preset");
  add("µm/px used", "um_per_px");
  add("µm/px source", "um_per_px_source");
  rows.push(["Computing time", `${Number(result.seconds.toFixed(1))} s`]);
  add("Started", "started_at");
  add("Finished", "finished_at");
  add("Software", "software");
  add("Software version", "software_version");
  add("Device", "device");
  add("Slide's SHA-256", "input_sha256");
  const weights = result.provenance.weights_sha256;
  seen.add("weights_sha256");
  rows.push(["Weights' SHA-256", typeof weights === "string" && weights !== "" ? weights : "no weights: a rule-based method"]);
  for (const [name, value] of Object.entries(result.provenance)) {
    if (seen.has(name) || value === undefined) continue;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [inner, innerValue] of Object.entries(value)) if (inner !== "flags") rows.push([`${words(name)}: ${words(inner)}`, plain(innerValue)]);
    } else rows.push([words(name), plain(value)]);
  }
  return rows;
}

const words = (name: string): string => name.replaceAll("_", " ");

function plain(value: unknown): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(plain).join("; ");
  if (typeof value === "object") return Object.entries(value).map(([name, inner]) => `${words(name)} ${plain(inner)}`).join(", ");
  return String(value);
}
