import type { FieldOfView } from "../../api/types";

/** "Field 3": the first number that is free. */
export function nextFieldName(fields: readonly FieldOfView[]): string {
  const taken = new Set(fields.map((field) => field.name));
  let number = 1;
  while (taken.has(`Field ${number}`)) number += 1;
  return `Field ${number}`;
}
