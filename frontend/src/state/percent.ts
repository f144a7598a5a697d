/**
 * Percentages as a reader types them: 0 to 100, at most two decimals, plain digits. The same grammar as the server's.
 * Numbers are kept as whole hundredths, so that sums and H-scores are exact.
 */

const PLAIN = /^(?:0|[1-9][0-9]{0,2})(?:\.([0-9]{1,2}))?$/;
const COUNT = /^(?:0|[1-9][0-9]{0,6})$/;

export const WHOLE = 10_000;

interface Percent {
  readonly hundredths: number;
}
interface Wrong {
  readonly problem: string;
}
export type Parsed = Percent | Wrong;

export const isNumber = (parsed: Parsed | null): parsed is Percent => parsed !== null && "hundredths" in parsed;

/** Null for an empty field; else the number, or what is wrong with the text. */
export function parsePercent(text: string): Parsed | null {
  if (text === "") return null;
  const match = PLAIN.exec(text);
  if (!match) return { problem: hintFor(text) };
  const [whole = "0"] = text.split(".");
  const hundredths = Number(whole) * 100 + Number((match[1] ?? "").padEnd(2, "0"));
  return hundredths > WHOLE ? { problem: "At most 100." } : { hundredths };
}

function hintFor(text: string): string {
  if (/^[0-9]*,[0-9]*$/.test(text)) return `Write a point, not a comma: ${text.replace(",", ".")}`;
  if (/\s/.test(text)) return "No spaces.";
  if (text.startsWith("-")) return "Not below 0.";
  if (text.endsWith("%")) return "The number alone, without %.";
  if (/^[0-9]+\.[0-9]{3,}$/.test(text)) return "At most two decimals.";
  if (/^[0-9]+\.$/.test(text)) return "Finish the number, or leave out the point.";
  if (/^\.[0-9]+$/.test(text)) return `Write 0${text}.`;
  if (/^0[0-9]/.test(text)) return "No leading zero.";
  if (/^[0-9]{4,}$/.test(text)) return "At most 100.";
  return "A number from 0 to 100 with at most two decimals.";
}

/** A whole number of nuclei; null for anything else. */
export function parseCount(text: string): number | null {
  return COUNT.test(text) ? Number(text) : null;
}

/** 14250 → "142.5", without trailing zeros. */
export function plain(hundredths: number): string {
  const sign = hundredths < 0 ? "-" : "";
  const size = Math.abs(hundredths);
  const decimals = String(size % 100).padStart(2, "0").replace(/0+$/, "");
  return `${sign}${Math.floor(size / 100)}${decimals === "" ? "" : `.${decimals}`}`;
}
