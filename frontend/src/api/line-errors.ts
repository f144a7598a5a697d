import type { LineError } from "./administration";
import { ApiError } from "./client";

/** What the server says of each line of a file it refused. */
export function lineErrors(error: unknown): LineError[] {
  if (!(error instanceof ApiError)) return [];
  const { lines } = (error.body ?? {}) as { lines?: unknown };
  if (!Array.isArray(lines)) return [];
  return lines.flatMap((entry: unknown) => {
    const { line, message } = (entry ?? {}) as Partial<LineError>;
    return typeof line === "number" && typeof message === "string" ? [{ line, message }] : [];
  });
}
