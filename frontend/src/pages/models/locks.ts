/** Which version of a method a study's protocol names. Pure. */

import type { ModelCard, Study } from "../../api/types";

const named = (study: Study): [string, string][] =>
  (study.protocol?.algorithms ?? []).map((each) => {
    const [key = "", version = ""] = each.split("@");
    return [key, version];
  });

export const studiesNaming = (key: string, studies: readonly Study[]): Study[] => studies.filter((study) => named(study).some(([name]) => name === key));

/** The versions that the study is locked to, and whether the installed one is among them. */
export function lockOf(card: Pick<ModelCard, "key" | "version">, study: Study): { versions: string[]; runs: boolean } {
  const versions = named(study).filter(([key]) => key === card.key).map(([, version]) => version);
  return { versions, runs: versions.includes(card.version) };
}
