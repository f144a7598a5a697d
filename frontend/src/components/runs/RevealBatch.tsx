import { Button, Group, Stack, Text } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useRevealBatch } from "../../api/queries/batches";
import type { Batch } from "../../api/types";
import { FormProblem } from "../common/FormProblem";
import { counted } from "../common/words";

/** Looking is an act, for each specimen: says how many it will be before anything is asked for. */
export function RevealBatch({ batch, shown }: { batch: Batch; shown: number }) {
  const reveal = useRevealBatch();
  const fresh = batch.counts.done - shown;
  if (fresh <= 0) return null;
  const which = shown > 0 ? `${counted(fresh, "more result")}` : `all ${counted(fresh, "result")}`;
  return (
    <Stack gap={6} align="flex-start">
      <Group gap="sm">
        <Button leftSection={<IconEye size={16} aria-hidden />} loading={reveal.isPending} onClick={() => reveal.mutate(batch.id)}>
          Show {which}
        </Button>
        <Text size="sm">This will be recorded: you will have seen the algorithm’s score of {counted(fresh, "specimen")}.</Text>
      </Group>
      <FormProblem error={reveal.error} />
    </Stack>
  );
}
