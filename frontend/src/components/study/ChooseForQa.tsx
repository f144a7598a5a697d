import { Button, Group, MultiSelect, Select, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useChooseForQa } from "../../api/queries/quality";
import { useAllSlides, useSlide } from "../../api/queries/slides";
import type { Id, SlideSpecimen, Study } from "../../api/types";
import { FormProblem } from "../common/FormProblem";
import { coreName, counted } from "../common/words";

/** A targeted choice: one slide, then all of it or some of its cores. */
export function ChooseForQa({ study }: { study: Study }) {
  const [slideId, setSlideId] = useState<Id | null>(null);
  const [specimens, setSpecimens] = useState<Id[]>([]);
  const slides = useAllSlides(study.id, "");
  const slide = useSlide(slideId ?? undefined);
  const choose = useChooseForQa(study.id);
  const readable = (slide.data?.specimens ?? []).filter((specimen) => !specimen.is_missing);
  const wanted = specimens.length > 0 ? specimens : readable.map((specimen) => specimen.id);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wanted.length > 0) choose.mutate(wanted, { onSuccess: () => setSpecimens([]) });
  };
  return (
    <form onSubmit={submit} aria-label="Choose for QA">
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <Select label="Slide" w={280} searchable placeholder="Choose a slide" data={(slides.data ?? []).map(({ id, name, marker }) => ({ value: id, label: `${name} · ${marker}` }))} value={slideId} onChange={(id) => { setSlideId(id); setSpecimens([]); choose.reset(); }} />
          {readable.length > 1 && (
            <MultiSelect hidePickedOptions label="Cores" w={340} searchable clearable placeholder={specimens.length === 0 ? "All cores" : undefined} data={readable.map((specimen) => ({ value: specimen.id, label: specimenName(specimen) }))} value={specimens} onChange={setSpecimens} />
          )}
          <Button type="submit" variant="default" loading={choose.isPending} disabled={wanted.length === 0}>
            {wanted.length === 0 ? "Choose for QA" : `Choose ${counted(wanted.length, "specimen")} for QA`}
          </Button>
          {choose.isSuccess && (
            <Text size="sm" c="dimmed" role="status" mb={7}>
              Chosen. Assign them under Assignments.
            </Text>
          )}
        </Group>
        <FormProblem error={choose.error} />
      </Stack>
    </form>
  );
}

const specimenName = (specimen: SlideSpecimen): string => [coreName(specimen.row, specimen.column), specimen.case && `case ${specimen.case.code}`].filter(Boolean).join(" · ");
