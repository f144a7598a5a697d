import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { type CoreGrid, isLooking, type ProposedCore, useCopyCores, useDearray } from "../../api/queries/cores";
import { useAllSlides } from "../../api/queries/slides";
import type { Slide } from "../../api/types";
import { FormProblem } from "../../components/common/FormProblem";
import { counted } from "../../components/common/words";

/** Where a grid comes from when it is not drawn by hand: found on the slide, or taken from a serial section. */
export function GridSources({ slide, grid, onUse, onCopied }: { slide: Slide; grid: CoreGrid; onUse: (found: ProposedCore[]) => void; onCopied: (grid: CoreGrid) => void }) {
  return (
    <Stack gap="sm">
      <Found slide={slide} grid={grid} onUse={onUse} />
      <FromSerialSection slide={slide} onCopied={onCopied} />
    </Stack>
  );
}

function Found({ slide, grid, onUse }: { slide: Slide; grid: CoreGrid; onUse: (found: ProposedCore[]) => void }) {
  const find = useDearray(slide.id);
  const busy = isLooking(grid.state) || find.isPending;
  const cores = grid.is_edited || busy ? [] : grid.proposal;
  return (
    <Stack gap={6}>
      <Group gap="xs">
        {cores.length > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => onUse(cores)}>
            Use the {counted(cores.length, "core")} found
          </Button>
        )}
        <Button size="compact-sm" variant="default" loading={busy} onClick={() => find.mutate()}>
          {cores.length > 0 ? "Find the cores again" : "Find the cores"}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" role="status">
        {busy ? `Looking for cores on the slide… ${Math.round(100 * grid.progress)} %` : grid.state === "failed" ? grid.error : "Finds tissue cores and their grid; nothing is saved by it."}
      </Text>
      <FormProblem error={find.error} />
    </Stack>
  );
}

function FromSerialSection({ slide, onCopied }: { slide: Slide; onCopied: (grid: CoreGrid) => void }) {
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
