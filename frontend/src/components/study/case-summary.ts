import { toNumber } from "../../api/numbers";

/** "ER: 142.5, positive" for each marker a case was signed out with, whatever the server says of it. */
export function summaryLines(summary: Record<string, unknown>): string[] {
  return Object.entries(summary).map(([marker, said]) => `${marker}: ${saidText(said)}`);
}

function saidText(said: unknown): string {
  if (typeof said !== "object" || said === null) return String(said);
  const { value, category, scoreable } = said as Record<string, unknown>;
  if (scoreable === false) return "not scoreable";
  const number = toNumber(value);
  const parts = [number === null ? null : String(number), typeof category === "string" && category !== "" ? category : null].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(", ") : "no consensus";
}
