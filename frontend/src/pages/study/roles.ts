import type { Role, Study } from "../../api/types";
import { isReadingRole } from "../../components/common/words";

/** Who starts runs and sees their states. Readers do where the protocol asks no readings; the server decides anyway. */
export function mayKnowOfRuns(roles: readonly Role[], readersPerSpecimen: number): boolean {
  const reads = roles.some((role) => ["pathologist", "adjudicator", "qa_reader"].includes(role));
  if (reads && readersPerSpecimen > 0) return false;
  return roles.some((role) => ["technician", "administrator", "pathologist"].includes(role));
}

/** Technicians see no reading, so they have nothing to compare. */
export const comparesIn = ({ my_roles: roles, protocol }: Study): boolean =>
  (protocol?.readers_per_specimen ?? 0) > 0 && roles.some((role) => isReadingRole(role) || role === "administrator");
