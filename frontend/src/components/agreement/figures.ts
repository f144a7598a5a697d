/** From a statistic to the words on the screen. Pure. */

import type { Statistic } from "../../api/agreement-types";

/** How a statistic is written: in the unit of the score, or as a coefficient up to 1. */
type Kind = "score" | "coefficient" | "share";

export const STATISTIC_WORDS: Record<string, { name: string; kind: Kind; about: string }> = {
  mae: { name: "Mean absolute error", kind: "score", about: "Mean of |first − second|" },
  sd: { name: "SD of the signed error", kind: "score", about: "Standard deviation of first − second (n − 1)" },
  pearson: { name: "Pearson’s r", kind: "coefficient", about: "Linear correlation; says nothing of a shift" },
  ccc: { name: "Lin’s CCC", kind: "coefficient", about: "Concordance with the line of identity (Lin 1989)" },
  icc1: { name: "ICC(1)", kind: "coefficient", about: "One-way, single reader (Shrout & Fleiss 1979)" },
  icc2: { name: "ICC(2,1)", kind: "coefficient", about: "Two-way random, absolute agreement, single reader" },
  icc3: { name: "ICC(3,1)", kind: "coefficient", about: "Two-way mixed, consistency, single reader" },
  icc1k: { name: "ICC(1,k)", kind: "coefficient", about: "One-way, mean of the readers" },
  icc2k: { name: "ICC(2,k)", kind: "coefficient", about: "Two-way random, mean of the readers" },
  icc3k: { name: "ICC(3,k)", kind: "coefficient", about: "Two-way mixed, mean of the readers" },
  alpha_interval: { name: "Krippendorff’s α (numbers)", kind: "coefficient", about: "Interval metric, gaps allowed" },
  kappa: { name: "Cohen’s κ", kind: "coefficient", about: "Categories, unweighted (Cohen 1960)" },
  kappa_linear: { name: "κ, linear weights", kind: "coefficient", about: "On the whole fixed scale" },
  kappa_quadratic: { name: "κ, quadratic weights", kind: "coefficient", about: "On the whole fixed scale (Fleiss & Cohen 1973)" },
  fleiss_kappa: { name: "Fleiss’ κ", kind: "coefficient", about: "All readers (Fleiss 1971)" },
  gwet_ac1: { name: "Gwet’s AC1", kind: "coefficient", about: "All readers; steady where one category prevails" },
  gwet_ac2: { name: "Gwet’s AC2", kind: "coefficient", about: "AC1 with quadratic weights" },
  alpha_ordinal: { name: "Krippendorff’s α (categories)", kind: "coefficient", about: "Ordinal metric, gaps allowed" },
};

const kindOf = (name: string): Kind => STATISTIC_WORDS[name]?.kind ?? "score";

/** One decimal for scores, two for coefficients (three above .99), whole per cent for shares. */
export function numberIn(value: number, kind: Kind): string {
  if (kind === "share") return `${(100 * value).toFixed(0)} %`;
  if (kind === "score") return minus(value.toFixed(1));
  return minus(value.toFixed(Math.abs(value) > 0.99 && Math.abs(value) < 1 ? 3 : 2));
}

const minus = (text: string): string => (Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−"));

export function valueText(name: string, statistic: Statistic, kind: Kind = kindOf(name)): string {
  return statistic.value === null ? `undefined: ${statistic.undefined ?? "nothing to compute"}` : numberIn(statistic.value, kind);
}

/** The interval as it stands beside the value; why there is none where there is none. */
export function intervalText(name: string, statistic: Statistic, kind: Kind = kindOf(name)): string {
  if (statistic.ci95 === null) return statistic.value === null ? "" : (statistic.undefined ?? "");
  const [low, high] = statistic.ci95;
  return `${numberIn(low, kind)} to ${numberIn(high, kind)}`;
}

/** Everything of a statistic in one line, for tables. */
export function lineText(name: string, statistic: Statistic, kind: Kind = kindOf(name)): string {
  const interval = statistic.ci95 === null ? "" : ` (${intervalText(name, statistic, kind)})`;
  return valueText(name, statistic, kind) + interval;
}

const LANDIS_KOCH: [number, string][] = [[0, "poor"], [0.2, "slight"], [0.4, "fair"], [0.6, "moderate"], [0.8, "substantial"], [1, "almost perfect"]];
const KOO_LI: [number, string][] = [[0.5, "poor"], [0.75, "moderate"], [0.9, "good"], [1, "excellent"]];

/** A word for a coefficient, by convention: Landis & Koch 1977 for κ, Koo & Li 2016 for ICC. Never without the number. */
export function conventionOf(name: string, value: number | null): string {
  if (value === null) return "";
  if (name.startsWith("icc")) return `${(KOO_LI.find(([top]) => value < top) ?? ["", "excellent"])[1]} (Koo & Li)`;
  if (name.startsWith("kappa") || name === "fleiss_kappa") {
    if (value < 0) return "poor (Landis & Koch)";
    return `${(LANDIS_KOCH.slice(1).find(([top]) => value <= top) ?? ["", "almost perfect"])[1]} (Landis & Koch)`;
  }
  return "";
}

export function pText(p: number | undefined): string {
  if (p === undefined) return "";
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}
