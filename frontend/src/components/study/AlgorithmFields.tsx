import { MultiSelect, NumberInput, Select } from "@mantine/core";
import type { CoreRule } from "../../api/administration";
import { useModelCards } from "../../api/queries/runs";
import type { DraftFields } from "./draft-fields";
import { FieldRow } from "./FieldRow";

export const CORE_RULE_WORDS: Record<CoreRule, string> = {
  mean: "Mean of the cores",
  any_positive: "The highest core (any positive)",
  cellularity_weighted: "Mean weighted by tumour nuclei",
};

export function AlgorithmFields({ draft, set, wrong }: DraftFields) {
  const cards = useModelCards();
  const known = (cards.data ?? []).map((card) => ({ value: `${card.key}@${card.version}`, label: `${card.name}, version ${card.version}` }));
  const listed = new Set(known.map(({ value }) => value));
  const data = [...known, ...draft.algorithms.filter((key) => !listed.has(key)).map((key) => ({ value: key, label: key.replace("@", ", version ") }))];
  return (
    <>
      <FieldRow label="Algorithms" does="The methods whose scores stand beside the readers’ in the comparison; they never enter the consensus.">
        <MultiSelect aria-label="Algorithms" searchable data={data} value={draft.algorithms} onChange={(algorithms) => set({ algorithms })} error={wrong("algorithms")} placeholder={draft.algorithms.length === 0 ? "None" : undefined} />
      </FieldRow>
      <FieldRow label="Weight of the algorithm" does="In the average with the algorithm, which is shown and labelled beside the consensus; each reader weighs 1.">
        <NumberInput aria-label="Weight of the algorithm" w={110} min={0} max={99} clampBehavior="none" decimalScale={2} value={draft.algorithmWeight} onChange={(algorithmWeight) => set({ algorithmWeight })} error={wrong("algorithm_weight")} />
      </FieldRow>
      <FieldRow label="Rule for cores" does="How the cores of one case on a tissue microarray become the case’s score.">
        <Select aria-label="Rule for cores" allowDeselect={false} data={Object.entries(CORE_RULE_WORDS).map(([value, label]) => ({ value, label }))} value={draft.coreRule} onChange={(coreRule) => coreRule && set({ coreRule: coreRule as CoreRule })} error={wrong("core_rule")} />
      </FieldRow>
    </>
  );
}
