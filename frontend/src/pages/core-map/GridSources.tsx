import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useCopyCores, useDearray, useProposedCores } from "../../api/queries/cores";
import { useAllSlides } from "../../api/queries/slides";
import type { Slide } from "../../api/types";
import { FormProblem } from "../../components/common/FormProblem";
import { counted } from "../../components/common/words";
import type { CoreMap } from "../../state/core-map";
import { mapOfProposal } from "./wire";

/** Where a grid comes from when it is not drawn by hand: found on the slide, or taken from a serial section. */
export function GridSources({ slide, onUse, onCopied }: { slide: Slide; onUse: (map: CoreMap) => void; onCopied: () => void }) {
  return (
    <Stack gap="sm">
      <Found slide={slide} onUse={onUse} />
      <FromSerialSection slide={slide} onCopied={onCopied} />
    </Stack>
  );
}

function Found({ slide, onUse }: { slide: Slide; onUse: (map: CoreMap) => void }) {
  const proposal = useProposedCores(slide.id);
  const find = useDearray(slide.id);
  const state = proposal.data?.state ?? "none";
  const cores = proposal.data?.cores ?? [];
  const busy = state === "queued" || state === "running" || find.isPending;
  return (
    <Stack gap={6}>
      <Group gap="xs">
        {cores.length > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => onUse(mapOfProposal(cores))}>
            Use the {counted(cores.length, "core")} found
          </Button>
        )}
        <Button size="compact-sm" variant="default" loading={busy} onClick={() => find.mutate()}>
          {cores.length > 0 ? "Find the cores again" : "Find the cores"}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" role="status">
        {busy ? "Looking for cores on the slide…" : state === "failed" ? (proposal.data?.error ?? "The cores could not be found.") : "Finds tissue cores and their grid; nothing is saved by it."}
      </Text>
      <FormProblem error={find.error ?? proposal.error} />
    </Stack>
  );
}

function FromSerialSection({ slide, onCopied }: { slide: Slide; onCopied: () => void }) {
  const slides = useAllSlides(slide.study, "");
  const copy = useCopyCores(slide.id);
  const [from, setFrom] = useState<string | null>(null);
  const others = (slides.data ?? []).filter((other) => other.id !== slide.id && other.specimens.some((specimen) => specimen.kind === "core"));
  if (others.length === 0) return null;
  return (
    <Stack gap={6}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Select size="xs" label="Grid of a serial section" style={{ flex: 1 }} searchable placeholder="Choose a slide" data={others.map(({ id, name, marker }) => ({ value: id, label: `${name} · ${marker}` }))} value={from} onChange={setFrom} />
        <Button size="xs" variant="default" disabled={from === null} loading={copy.isPending} onClick={() => from && copy.mutate(from, { onSuccess: onCopied })}>
          Copy
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        Places and cases are taken over and saved at once; then move the circles where the section differs.
      </Text>
      <FormProblem error={copy.error} />
    </Stack>
  );
}
