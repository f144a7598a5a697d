import { Button, Group, Radio, Select, Skeleton, Stack, Text } from "@mantine/core";
import { IconMarquee2, IconPlayerPlay } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { idempotencyKey } from "../../api/client";
import { useStartBatch } from "../../api/queries/batches";
import { useModelCards, useStartRun } from "../../api/queries/runs";
import type { FieldOfView, Id, ModelCard, SlideSpecimen } from "../../api/types";
import { FormProblem } from "../common/FormProblem";
import { Problem } from "../common/Problem";
import { coreName, counted } from "../common/words";
import { ModelCardButton } from "./ModelCardDrawer";
import { defaultMethod, defaultPreset, parametersFor, presetsOf, unsuitable } from "./methods";

export type Where = "specimen" | "field" | "cores";

export interface StartRunProps {
  marker: string;
  /** The protocol's algorithms as "key@version"; the first that suits is offered. */
  preferred: readonly string[];
  needsPixelSize: boolean;
  umPerPx: number | null;
  specimen: SlideSpecimen | null;
  cores: SlideSpecimen[];
  fields: FieldOfView[];
  /** Begins drawing a field of view on the slide; null where nothing can be drawn now. */
  onDraw: (() => void) | null;
  drawing: boolean;
  /** Set by the page after a field was drawn. */
  field: Id | null;
  onField: (id: Id | null) => void;
  onStarted: (run: Id) => void;
  onBatch: (batch: Id) => void;
}

const PRESET_WORDS: Record<string, string> = { default: "default", paper: "as in the paper", cpu: "fast, without GPU" };

/** Choose a method and where; one click starts it. Says why whenever it cannot. */
export function StartRun(props: StartRunProps) {
  const cards = useModelCards();
  const [chosen, setChosen] = useState<string | null>(null);
  const [preset, setPreset] = useState<string | null>(null);
  const [where, setWhere] = useState<Where>("specimen");
  // One key per intention: a double click or a retry after a lost answer asks for the same run, not for another.
  const [key, setKey] = useState(idempotencyKey);
  const start = useStartRun();
  const batch = useStartBatch();
  if (cards.isPending) return <Skeleton h={190} />;
  if (cards.isError) return <Problem error={cards.error} what="The methods could not be loaded" retry={() => void cards.refetch()} />;

  const card = cards.data.find((item) => item.key === chosen) ?? defaultMethod(cards.data, props.preferred, props.marker, props.umPerPx);
  const presets = card ? presetsOf(card) : [];
  const usedPreset = preset && presets.includes(preset) ? preset : card ? defaultPreset(card) : "";
  const cores = props.cores.filter((core) => !core.is_missing);
  const reason = whyNot(props, card, where, cores.length);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!card || reason) return;
    const asked = { algorithm: card.key, version: card.version, preset: usedPreset, parameters: parametersFor(card, props.marker) };
    if (where === "cores") {
      batch.mutate(
        { key, body: { ...asked, specimens: cores.map((core) => core.id) } },
        {
          onSuccess: ({ id }) => {
            setKey(idempotencyKey());
            props.onBatch(id);
          },
        },
      );
    } else if (props.specimen) {
      start.mutate(
        { key, body: { ...asked, specimen: props.specimen.id, ...(where === "field" && props.field ? { field_of_view: props.field } : {}) } },
        {
          onSuccess: (run) => {
            setKey(idempotencyKey());
            props.onStarted(run.id);
          },
        },
      );
    }
  };
  const changed = (change: () => void): void => {
    change();
    setKey(idempotencyKey());
    start.reset();
    batch.reset();
  };
  const whole = props.specimen?.kind === "core" ? `Core ${coreName(props.specimen.row, props.specimen.column)}` : "Whole specimen";

  return (
    <form onSubmit={submit} aria-label="Start a run">
      <Stack gap="xs">
        <Stack gap="xs">
          <Select
            label="Method"
            size="xs"
            allowDeselect={false}
            data={cards.data.map((item) => ({ value: item.key, label: item.name, disabled: unsuitable(item, props.marker, props.umPerPx) !== null }))}
            value={card?.key ?? null}
            onChange={(value) => changed(() => setChosen(value))}
          />
          <Select
            label="Preset"
            size="xs"
            allowDeselect={false}
            data={presets.map((value) => ({ value, label: PRESET_WORDS[value] ?? value }))}
            value={usedPreset}
            onChange={(value) => changed(() => setPreset(value))}
          />
        </Stack>
        <Radio.Group label="Where" size="xs" value={where} onChange={(value) => changed(() => setWhere(value as Where))}>
          <Stack gap={5} mt={4}>
            <Radio size="xs" value="specimen" label={whole} />
            <Radio size="xs" value="field" label="A field of view" />
            {cores.length > 0 && <Radio size="xs" value="cores" label={`All cores (${cores.length})`} />}
          </Stack>
        </Radio.Group>
        {where === "field" && <FieldChoice {...props} onField={(id) => changed(() => props.onField(id))} />}
        <FormProblem error={start.error ?? batch.error} />
        <Button type="submit" leftSection={<IconPlayerPlay size={16} aria-hidden />} loading={start.isPending || batch.isPending} disabled={reason !== null} fullWidth>
          {where === "cores" ? `Start ${counted(cores.length, "run")}` : "Start the run"}
        </Button>
        <Text size="xs" c="dimmed" mih={18} role="status">
          {reason ?? ""}
        </Text>
        {card && <ModelCardButton card={card} />}
      </Stack>
    </form>
  );
}

function whyNot(props: StartRunProps, card: ModelCard | null, where: Where, cores: number): string | null {
  if (props.needsPixelSize) return "The slide's µm/px is not known yet: a technician enters it first.";
  if (!card) return `No method suits ${props.marker} at this µm/px.`;
  const bad = unsuitable(card, props.marker, props.umPerPx);
  if (bad) return `${card.name}: ${bad}.`;
  if (where === "cores") return cores === 0 ? "There are no cores on this slide." : null;
  if (!props.specimen) return "This slide belongs to no case yet; a run needs a specimen.";
  if (props.specimen.is_missing) return "This core is missing from the slide.";
  if (where === "field" && !props.field) return "Draw a field of view, or choose one.";
  return null;
}

function FieldChoice({ fields, field, onField, onDraw, drawing }: StartRunProps) {
  return (
    <Group gap="xs" wrap="nowrap" align="flex-end">
      <Select
        aria-label="Field of view"
        size="xs"
        flex={1}
        placeholder={fields.length === 0 ? "None drawn yet" : "Choose one"}
        disabled={fields.length === 0}
        data={fields.map((item) => ({ value: item.id, label: item.name }))}
        value={field}
        onChange={onField}
      />
      <Button size="xs" variant="default" leftSection={<IconMarquee2 size={15} aria-hidden />} disabled={!onDraw} aria-pressed={drawing} onClick={() => onDraw?.()}>
        {drawing ? "Drag on the slide" : "Draw one"}
      </Button>
    </Group>
  );
}
