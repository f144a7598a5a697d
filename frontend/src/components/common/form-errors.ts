import { ApiError } from "../../api/client";

/** What the server says about one field, as a sentence for the field; undefined where it has no complaint. */
export function fieldError(error: unknown, name: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields[name]?.join(" ");
}

/** The complaint that belongs to no field shown in the form. */
export function formError(error: unknown, shown: readonly string[]): string | null {
  if (!error) return null;
  if (!(error instanceof ApiError)) return "This page went wrong. Nothing was saved; try again.";
  const others = Object.entries(error.fields).filter(([name]) => !shown.includes(name));
  if (others.length > 0) return others.map(([, messages]) => messages.join(" ")).join(" ");
  return Object.keys(error.fields).length > 0 ? null : error.detail;
}
