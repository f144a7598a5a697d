import { Checkbox, NumberInput } from "@mantine/core";
import type { Design } from "../../api/administration";
import type { Protocol } from "../../api/types";
import { MODE_WORDS, REVEAL_WORDS } from "../common/words";
import type { DraftFields } from "./draft-fields";
import { ExplainedSelect } from "./ExplainedSelect";
import { FieldRow } from "./FieldRow";

export const DESIGN_WORDS: Record<Design, string> = {
  balanced: "Balanced: each specimen goes to some of the readers, evenly",
  crossed: "Crossed: every reader reads every specimen",
  split_plot: "Split-plot: groups of readers, each with its own specimens",
};

const REVEALS: Record<Protocol["reveal_to_readers"], string> = {
  after_all_readings: `${REVEAL_WORDS.after_all_readings}: as soon as the last one is signed`,
  after_re_reads: `${REVEAL_WORDS.after_re_reads}: when the last of them is signed`,
  never: `${REVEAL_WORDS.never}: administrators alone compare`,
};

export function ReadingFields({ draft, set, wrong }: DraftFields) {
  return (
    <>
      <FieldRow label="Readers per specimen" does="Two are averaged or adjudicated; with one the score is provisional; with none nobody reads.">
        <NumberInput aria-label="Readers per specimen" w={110} min={0} max={5} clampBehavior="none" allowDecimal={false} value={draft.readers} onChange={(readers) => set({ readers })} error={wrong("readers_per_specimen")} />
      </FieldRow>
      <FieldRow label="Mode" does="When readers see the algorithm’s score: never before reveal, after their own reading is locked, or from the start.">
        <ExplainedSelect label="Mode" words={MODE_WORDS} value={draft.mode} onChange={(mode) => set({ mode })} error={wrong("mode")} />
      </FieldRow>
      <FieldRow label="Reveal" does="When readers may look at what the others said; looking is recorded for good.">
        <ExplainedSelect label="Reveal" words={REVEALS} value={draft.reveal} onChange={(reveal) => set({ reveal })} error={wrong("reveal_to_readers")} />
      </FieldRow>
      <FieldRow label="Design" does="How specimens are shared out when they are assigned; an assignment may choose otherwise.">
        <ExplainedSelect label="Design" words={DESIGN_WORDS} value={draft.design} onChange={(design) => set({ design })} error={wrong("design")} />
      </FieldRow>
      <FieldRow label="Workload cap" does="No reader is given more specimens than this in one series; empty means no limit.">
        <NumberInput aria-label="Workload cap" w={110} min={1} clampBehavior="none" allowDecimal={false} placeholder="no limit" value={draft.cap} onChange={(cap) => set({ cap })} error={wrong("workload_cap")} />
      </FieldRow>
      <FieldRow label="Days to read" does="The deadline of an assignment, counted from the day it is made; empty means none.">
        <NumberInput aria-label="Days to read" w={110} min={1} clampBehavior="none" allowDecimal={false} placeholder="no deadline" value={draft.days} onChange={(days) => set({ days })} error={wrong("reading_days")} />
      </FieldRow>
      <FieldRow label="Adjudicator sees the readings" does="Off, the third reader scores without knowing what the first two said.">
        <Checkbox aria-label="Adjudicator sees the readings" label="Show the two readings to the adjudicator" checked={draft.adjudicatorSees} onChange={(event) => set({ adjudicatorSees: event.currentTarget.checked })} error={wrong("readings_shown_to_adjudicator")} />
      </FieldRow>
    </>
  );
}
