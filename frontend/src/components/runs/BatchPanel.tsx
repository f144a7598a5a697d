import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { useBatch } from "../../api/queries/batches";
import type { CoreResult, Id } from "../../api/types";
import { Problem } from "../common/Problem";
import { BatchProgress } from "./BatchProgress";
import { RevealBatch } from "./RevealBatch";

/** The batch whose cores are on the slide: how far it is, its table, and the act of looking. */
export function BatchPanel({ batch, results }: { batch: Id; results: CoreResult[] | null }) {
  const found = useBatch(batch);
  if (found.isError) return <Problem error={found.error} what="The batch could not be loaded" retry={() => void found.refetch()} />;
  if (!found.data) return null;
  return (
    <Stack gap="xs" component="section" aria-label="Batch">
      <Group justify="space-between" wrap="nowrap">
        <Title order={3}>All cores</Title>
        <Anchor component={Link} to={`/batches/${batch}`} size="sm">
          Table
        </Anchor>
      </Group>
      <BatchProgress batch={found.data} />
      <RevealBatch batch={found.data} shown={results?.length ?? 0} />
      {results !== null && results.length > 0 && (
        <Text size="xs" c="dimmed">
          The circles are coloured by H-score. Click one to see its core.
        </Text>
      )}
    </Stack>
  );
}
