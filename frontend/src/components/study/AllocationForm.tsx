import { Button, Checkbox, Group, MultiSelect, NumberInput, Paper, Select, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useAllocate, usePreviewAllocation } from "../../api/queries/assigning";
import { useMembers } from "../../api/queries/people";
import { useAllSlides } from "../../api/queries/slides";
import type { Design, ProtocolVersion } from "../../api/administration";
import type { Study } from "../../api/types";
import { fieldError } from "../common/form-errors";
import { FormProblem } from "../common/FormProblem";
import { AllocationPreview } from "./AllocationPreview";
import { type AllocationDraft, allocationRequest, missingIn, readersFor } from "./allocation";
import { DESIGN_WORDS } from "./ReadingFields";

const FIELDS = ["marker", "slides", "readers", "design", "cap", "series", "purpose"] as const;
const PURPOSES = [
  { value: "primary", label: "First readings" },
  { value: "re_read", label: "Re-reads" },
  { value: "qa", label: "QA second reads" },
  { value: "qualification", label: "Qualification" },
];

/** Choose, look at what it would come to, then assign. */
export function AllocationForm({ study, protocol }: { study: Study; protocol: ProtocolVersion }) {
  const markers = Object.keys(protocol.marker_schemes);
  const [draft, setDraft] = useState<AllocationDraft>({
    purpose: "primary",
    marker: markers.length === 1 ? (markers[0] ?? "") : "",
    slides: [],
    readers: [],
    design: protocol.design,
    cap: protocol.workload_cap ?? "",
    series: 2,
  });
  const preview = usePreviewAllocation(study.id);
  const allocate = useAllocate(study.id);
  const missing = missingIn(draft);
  const error = allocate.error ?? preview.error;
  const set = (change: Partial<AllocationDraft>): void => {
    // A preview of something else must not stay beside the button that assigns.
    preview.reset();
    allocate.reset();
    setDraft((old) => ({ ...old, ...change }));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    allocate.reset();
    if (missing === null) preview.mutate(allocationRequest(draft));
  };
  const shown = allocate.data ?? preview.data;
  return (
    <Paper withBorder p="md" component="form" onSubmit={submit} aria-label="Assign specimens">
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={2} size="h3">
            Assign specimens
          </Title>
          <SegmentedControl aria-label="What for" size="xs" data={PURPOSES} value={draft.purpose} onChange={(purpose) => set({ purpose: purpose as AllocationDraft["purpose"], readers: [] })} />
        </Group>
        <Group align="flex-start" gap="md">
          <Select label="Marker" w={130} data={markers} value={draft.marker || null} onChange={(marker) => set({ marker: marker ?? "", slides: [] })} clearable={draft.purpose === "qa"} disabled={draft.purpose === "qualification"} error={fieldError(error, "marker")} />
          <SlidesField study={study} draft={draft} set={set} error={fieldError(error, "slides")} />
          <Select label="Design" w={150} allowDeselect={false} data={Object.entries(DESIGN_WORDS).map(([value, label]) => ({ value, label: label.split(": ")[0] ?? label }))} value={draft.design} onChange={(design) => design && set({ design: design as Design })} error={fieldError(error, "design")} />
          <NumberInput label="Cap" w={110} min={1} clampBehavior="none" allowDecimal={false} placeholder="no limit" value={draft.cap} onChange={(cap) => set({ cap })} error={fieldError(error, "cap")} />
          {draft.purpose === "re_read" && (
            <NumberInput label="Series" w={90} min={2} max={6} clampBehavior="none" allowDecimal={false} value={draft.series} onChange={(series) => set({ series })} error={fieldError(error, "series")} />
          )}
        </Group>
        <ReadersField study={study} draft={draft} set={set} error={fieldError(error, "readers")} />
        {draft.purpose === "re_read" && (
          <Text size="sm" c="dimmed">
            Each re-read opens {protocol.washout_days} days after the reader’s own last reading of the series before, in a new order and under new aliases.
          </Text>
        )}
        {draft.purpose === "qa" && (
          <Text size="sm" c="dimmed">
            Takes the specimens chosen for QA that nobody reads yet, and gives each to a reader who has not read it.
          </Text>
        )}
        {draft.purpose === "qualification" && (
          <Text size="sm" c="dimmed">
            Gives the whole set to everybody chosen who has not passed it; after a failed attempt all of it once more.
          </Text>
        )}
        <FormProblem error={error} fields={FIELDS} />
        {shown && <AllocationPreview allocation={shown} made={allocate.isSuccess} />}
        <Group gap="sm">
          <Button type="submit" variant={preview.data ? "default" : "filled"} loading={preview.isPending} disabled={missing !== null}>
            Preview
          </Button>
          {preview.data && !allocate.isSuccess && (
            <Button loading={allocate.isPending} disabled={preview.data.specimens === 0} onClick={() => allocate.mutate(allocationRequest(draft))}>
              Assign
            </Button>
          )}
          {missing !== null && (
            <Text size="sm" c="dimmed">
              {missing}
            </Text>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

interface PartProps {
  study: Study;
  draft: AllocationDraft;
  set: (change: Partial<AllocationDraft>) => void;
  error: string | undefined;
}

function SlidesField({ study, draft, set, error }: PartProps) {
  const slides = useAllSlides(study.id, draft.marker);
  return (
    <MultiSelect
      label="Slides"
      w={300}
      searchable
      clearable
      placeholder={draft.slides.length === 0 ? `All slides${draft.marker ? ` of ${draft.marker}` : ""}` : undefined}
      nothingFoundMessage={slides.isPending ? "Loading…" : "No slide has this name."}
      data={(slides.data ?? []).map((slide) => ({ value: slide.id, label: slide.name }))}
      value={draft.slides}
      onChange={(chosen) => set({ slides: chosen })}
      error={error ?? (slides.isError ? "The slides could not be loaded." : undefined)}
    />
  );
}

function ReadersField({ study, draft, set, error }: PartProps) {
  const members = useMembers(study.id);
  if (members.isPending) return <Skeleton h={46} />;
  const readers = readersFor(draft.purpose, members.data?.results ?? []);
  if (readers.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {draft.purpose === "qa" ? "Nobody in this study is a QA second reader yet; give the role under People." : "Nobody in this study is a pathologist yet; give the role under People."}
      </Text>
    );
  }
  return (
    <Checkbox.Group label="Readers" value={draft.readers} onChange={(chosen) => set({ readers: chosen })} error={error}>
      <Group gap="md" mt={6}>
        {readers.map(({ id, name }) => (
          <Checkbox key={id} value={id} label={name} />
        ))}
        {readers.length > 1 && (
          <Button size="compact-xs" variant="subtle" onClick={() => set({ readers: draft.readers.length === readers.length ? [] : readers.map(({ id }) => id) })}>
            {draft.readers.length === readers.length ? "None" : "All"}
          </Button>
        )}
      </Group>
    </Checkbox.Group>
  );
}
