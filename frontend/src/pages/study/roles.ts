import type { Role } from "../../api/types";

/** Who starts runs and sees their states. Readers do where the protocol asks no readings; the server decides anyway. */
export function mayKnowOfRuns(roles: readonly Role[], readersPerSpecimen: number): boolean {
  const reads = roles.some((role) => ["pathologist", "adjudicator", "qa_reader"].includes(role));
  if (reads && readersPerSpecimen > 0) return false;
  return roles.some((role) => ["technician", "administrator", "pathologist"].includes(role));
}
