import { Button, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { idempotencyKey } from "../../api/client";
import { useStartBatch } from "../../api/queries/batches";
import { useModelCards } from "../../api/queries/runs";
import { toNumber } from "../../api/numbers";
import type { Id, Slide } from "../../api/types";
import { FormProblem } from "../common/FormProblem";
import { defaultMethod, defaultPreset, parametersFor } from "./methods";

export interface ScoreAllCoresProps {
  slide: Slide;
  /** The protocol's algorithms as "key@version". */
  preferred: readonly string[];
  onStarted: (batch: Id) => void;
}

/** One click starts the protocol's method on every core that is on the slide. */
export function ScoreAllCores({ slide, preferred, onStarted }: ScoreAllCoresProps) {
  const cards = useModelCards();
  const start = useStartBatch();
  // One key per intention: a double click asks for the same batch, not for another.
  const [key, setKey] = useState(idempotencyKey);
  const cores = slide.specimens.filter((specimen) => specimen.kind === "core" && !specimen.is_missing);
  const card = cards.data ? defaultMethod(cards.data, preferred, slide.marker, toNumber(slide.um_per_px)) : null;
  if (cores.length === 0 || slide.needs_um_per_px) return null;
  return (
    <div>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        loading={start.isPending}
        disabled={card === null}
        onClick={() => {
          if (card === null) return;
          start.mutate(
            {
              key,
              body: {
                specimens: cores.map((core) => core.id),
                algorithm: card.key,
                version: card.version,
                preset: defaultPreset(card),
                parameters: parametersFor(card, slide.marker),
              },
            },
            {
              onSuccess: ({ id }) => {
                setKey(idempotencyKey());
                onStarted(id);
              },
            },
          );
        }}
      >
        Score all {cores.length} cores
      </Button>
      {card && (
        <Text size="xs" c="dimmed" mt={2}>
          {card.name}
        </Text>
      )}
      <FormProblem error={start.error} />
    </div>
  );
}
