import { Stack, Text } from "@mantine/core";
import { useRevealToAdjudicator } from "../../api/queries/comparisons";
import type { Id } from "../../api/types";
import { columnsOf } from "./columns";
import { ComparisonTable } from "./ComparisonTable";
import { RevealComparison } from "./RevealComparison";

/** The readings that disagree, for the adjudicator whom the protocol shows them to. No algorithm, no decision: those come after. */
export function AdjudicatorReadings({ assignment }: { assignment: Id }) {
  const reveal = useRevealToAdjudicator(assignment);
  if (!reveal.data) {
    return (
      <RevealComparison onReveal={() => reveal.mutate()} busy={reveal.isPending} error={reveal.error}>
        You will see the readings that disagree, without names and without the algorithm. That you looked is recorded for good; the protocol plans it, so your
        adjudication counts.
      </RevealComparison>
    );
  }
  return (
    <Stack gap="sm">
      <Text size="sm">You have looked at the readings. Your own reading decides; nothing is taken over from them.</Text>
      <ComparisonTable columns={columnsOf(reveal.data).filter((column) => column.kind === "reader")} scheme={reveal.data.scheme} />
    </Stack>
  );
}
