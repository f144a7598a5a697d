import { Anchor, Group, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useBatches } from "../../api/queries/batches";
import type { Batch, Id } from "../../api/types";
import { PAGE_SIZE, Pager } from "../common/Pager";
import { Time } from "../common/Time";
import { BatchProgress } from "./BatchProgress";

/** Runs over many cores at once, the latest first; nothing where there are none. */
export function BatchList({ study }: { study: Id }) {
  const [page, setPage] = useState(1);
  const batches = useBatches({ study, page, page_size: PAGE_SIZE });
  if (!batches.data || batches.data.count === 0) return null;
  return (
    <Stack gap="xs" mb="lg" component="section" aria-label="Batches">
      <Title order={2} size="h4">
        Batches
      </Title>
      {batches.data.results.map((batch) => (
        <BatchLine key={batch.id} batch={batch} />
      ))}
      <Pager count={batches.data.count} page={page} onPage={setPage} noun="batches" />
    </Stack>
  );
}

function BatchLine({ batch }: { batch: Batch }) {
  return (
    <Group wrap="nowrap" gap="lg" align="flex-start">
      <div style={{ width: 260, flex: "none" }}>
        <Anchor component={Link} to={`/batches/${batch.id}`} c="inherit" fw={550} size="sm">
          {batch.name || `${batch.slide_name}: all cores`}
        </Anchor>
        <Text size="xs" c="dimmed">
          {batch.algorithm.toUpperCase()} {batch.algorithm_version} · {batch.preset} · <Time iso={batch.created_at} relative />
        </Text>
      </div>
      <div style={{ flex: 1, paddingTop: 4 }}>
        <BatchProgress batch={batch} />
      </div>
    </Group>
  );
}
