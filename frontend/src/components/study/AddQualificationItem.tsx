import { Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { QualificationItem } from "../../api/administration";
import { useSetQualification } from "../../api/queries/quality";
import { useAllSlides, useSlide } from "../../api/queries/slides";
import type { Id, SlideSpecimen, Study } from "../../api/types";
import { HER2_CATEGORIES } from "../../geometry/her2";
import { FormProblem } from "../common/FormProblem";
import { coreName } from "../common/words";
import { asExpected, asItStands, EXPECTED_FIELDS, isComplete } from "./qualification";

/** One more specimen of the set: which tissue, and what is expected of it. */
export function AddQualificationItem({ study, items }: { study: Study; items: readonly QualificationItem[] }) {
  const [slideId, setSlideId] = useState<Id | null>(null);
  const [specimen, setSpecimen] = useState<Id | null>(null);
  const [scoreable, setScoreable] = useState(true);
  const [inputs, setInputs] = useState<Record<string, string>>({});
  const [category, setCategory] = useState("");
  const slides = useAllSlides(study.id, "");
  const slide = useSlide(slideId ?? undefined);
  const save = useSetQualification(study.id);
  const schemes: Record<string, string> = study.protocol?.marker_schemes ?? {};
  const readable = (slides.data ?? []).filter(({ marker }) => marker in schemes);
  const marker = readable.find(({ id }) => id === slideId)?.marker ?? "";
  const scheme = schemes[marker] ?? "";
  const there = new Set(items.map((item) => item.specimen));
  const choices = (slide.data?.specimens ?? []).filter((found) => !found.is_missing && !there.has(found.id));
  const chosen = choices.find(({ id }) => id === specimen) ?? (choices.length === 1 ? choices[0] : undefined);
  const expected = { specimen: chosen?.id ?? "", scoreable, scheme, inputs, category };
  const choose = (id: Id | null): void => {
    setSlideId(id);
    setSpecimen(null);
    setInputs({});
    setCategory("");
    save.reset();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!chosen || !isComplete(expected)) return;
    save.mutate([...items.map(asItStands), asExpected(expected)], { onSuccess: () => { setSpecimen(null); setInputs({}); setCategory(""); } });
  };
  return (
    <form onSubmit={submit} aria-label="Add to the qualification set">
      <Stack gap="sm">
        <Group align="flex-end" gap="sm">
          <Select label="Slide" w={260} searchable placeholder="Choose a slide" data={readable.map(({ id, name, marker: of }) => ({ value: id, label: `${name} · ${of}` }))} value={slideId} onChange={choose} />
          {choices.length > 1 && (
            <Select label="Core" w={200} searchable placeholder="Choose a core" data={choices.map((found) => ({ value: found.id, label: nameOf(found) }))} value={specimen} onChange={setSpecimen} />
          )}
          {scoreable && (EXPECTED_FIELDS[scheme] ?? []).map(({ name, label }) => (
            <TextInput key={name} label={label} w={104} inputMode="decimal" value={inputs[name] ?? ""} onChange={(event) => setInputs({ ...inputs, [name]: event.currentTarget.value })} />
          ))}
          {scoreable && scheme === "her2-ihc" && (
            <Select label="Category" w={110} data={HER2_CATEGORIES.map((found) => found.category)} value={category || null} onChange={(found) => setCategory(found ?? "")} />
          )}
          {scheme !== "" && <Checkbox label="Not scoreable" mb={9} checked={!scoreable} onChange={(event) => setScoreable(!event.currentTarget.checked)} />}
          <Button type="submit" variant="default" loading={save.isPending} disabled={!chosen || !isComplete(expected)}>
            Add to the set
          </Button>
        </Group>
        <FormProblem error={save.error} />
      </Stack>
    </form>
  );
}

const nameOf = (specimen: SlideSpecimen): string => [coreName(specimen.row, specimen.column), specimen.case && `case ${specimen.case.code}`].filter(Boolean).join(" · ");
