import { Checkbox, NumberInput } from "@mantine/core";
import type { DraftFields } from "./draft-fields";
import { FieldRow } from "./FieldRow";

export function QualityFields({ draft, set, wrong }: DraftFields) {
  return (
    <>
      <FieldRow label="QA share" does="This part of the specimens with one reader gets a blinded second read, drawn by lot.">
        <NumberInput aria-label="QA share" w={110} min={0} max={100} clampBehavior="none" decimalScale={1} suffix=" %" value={draft.qaPercent} onChange={(qaPercent) => set({ qaPercent })} error={wrong("qa_share")} />
      </FieldRow>
      <FieldRow label="Re-reads" does="How many further times the same readers read the same specimens, for their agreement with themselves.">
        <NumberInput aria-label="Re-reads" w={110} min={0} max={5} clampBehavior="none" allowDecimal={false} value={draft.reReads} onChange={(reReads) => set({ reReads })} error={wrong("re_read_series")} />
      </FieldRow>
      <FieldRow label="Washout" does="A re-read opens only this many days after the reader’s own last reading of the series before.">
        <NumberInput aria-label="Washout" w={110} min={0} clampBehavior="none" allowDecimal={false} suffix=" days" value={draft.washoutDays} onChange={(washoutDays) => set({ washoutDays })} error={wrong("washout_days")} />
      </FieldRow>
      <FieldRow label="Turned re-reads" does="Re-reads are shown rotated or mirrored, so that a remembered shape gives nothing away.">
        <Checkbox aria-label="Turned re-reads" label="Rotate or mirror re-reads" checked={draft.reReadsTurned} onChange={(event) => set({ reReadsTurned: event.currentTarget.checked })} error={wrong("re_reads_turned")} />
      </FieldRow>
      <FieldRow label="Qualification" does="Before the first reading a reader must agree with this part of the qualification set; 0 asks for none.">
        <NumberInput aria-label="Qualification" w={110} min={0} max={100} clampBehavior="none" decimalScale={1} suffix=" %" value={draft.qualificationPercent} onChange={(qualificationPercent) => set({ qualificationPercent })} error={wrong("qualification_share")} />
      </FieldRow>
    </>
  );
}
