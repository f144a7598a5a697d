import type { SignedMarker, SignedSpecimen } from "../../api/administration";
import { toNumber } from "../../api/numbers";

const UNITS: Record<string, string> = { "ki-67": " %" };

/** "142.5, positive", "3+", "not scoreable": what was said of a marker or a specimen. */
export function signedText({ scoreable, value, category, scheme }: Pick<SignedMarker | SignedSpecimen, "scoreable" | "value" | "category" | "scheme">): string {
  if (!scoreable) return "not scoreable";
  const number = toNumber(value);
  const parts = [number === null ? "" : `${Number(number.toFixed(1))}${UNITS[scheme] ?? ""}`, category].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(", ") : "no score for the case";
}
