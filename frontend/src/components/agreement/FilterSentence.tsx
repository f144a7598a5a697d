import { Group, NativeSelect, Text } from "@mantine/core";
import type { Agreement } from "../../api/agreement-types";
import { schemeName } from "../common/words";
import { PERIODS, pairsOf } from "./filters";

export interface Chosen {
  kind: string;
  readers: string;
  days: string;
}

/** The filters as a sentence: "ER, H-score, read by all readers, at any time". */
export function FilterSentence({ agreement, chosen, onChange }: { agreement: Agreement; chosen: Chosen; onChange: (change: Partial<Chosen>) => void }) {
  const kinds = agreement.markers.map(({ marker, scheme }) => ({ value: `${marker}|${scheme}`, label: `${marker}, ${schemeName(scheme)}` }));
  return (
    <Group gap={8} mb="md" role="group" aria-label="What is shown">
      <NativeSelect
        aria-label="Marker and scheme"
        size="sm"
        data={kinds.length > 0 ? kinds : [{ value: "", label: "no marker" }]}
        value={`${agreement.marker}|${agreement.scheme}`}
        onChange={(event) => onChange({ kind: event.currentTarget.value })}
      />
      <Text size="sm">read by</Text>
      <NativeSelect
        aria-label="Which readers"
        size="sm"
        data={[{ value: "", label: agreement.with_names ? "all readers" : "you and others" }, ...pairsOf(agreement.people, agreement.with_names)]}
        value={chosen.readers}
        onChange={(event) => onChange({ readers: event.currentTarget.value })}
      />
      <Text size="sm">and signed</Text>
      <NativeSelect aria-label="Period" size="sm" data={PERIODS} value={chosen.days} onChange={(event) => onChange({ days: event.currentTarget.value })} />
      <Text size="sm" c="dimmed" className="duo-number">
        {agreement.n_readings} scored readings of {agreement.n_specimens} specimens, {agreement.n_cases} cases
      </Text>
    </Group>
  );
}
