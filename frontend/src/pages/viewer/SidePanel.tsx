import { Button, Divider, Group, Select, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { IconEyeOff } from "@tabler/icons-react";
import type { OpenedSlide } from "../../api/queries/slides";
import type { CoreResult, FieldOfView, Id, Slide, SlideSpecimen, Study } from "../../api/types";
import { coreName, grouped } from "../../components/common/words";
import { BatchPanel } from "../../components/runs/BatchPanel";
import { RunsPanel } from "../../components/runs/RunsPanel";
import { PixelSizeForm } from "../../components/slides/PixelSizeForm";
import { mayKnowOfRuns } from "../study/roles";
import classes from "./reading-room.module.css";

export interface SidePanelProps {
  slide: Slide;
  opened: OpenedSlide;
  study: Study;
  specimen: SlideSpecimen | null;
  fields: FieldOfView[];
  run: Id | null;
  onRun: (run: Id | null) => void;
  onSpecimen: (id: Id) => void;
  onDraw: (() => void) | null;
  drawing: boolean;
  field: Id | null;
  onField: (id: Id | null) => void;
  batch: Id | null;
  batchResults: CoreResult[] | null;
  onBatch: (id: Id) => void;
}

export function SidePanel(props: SidePanelProps) {
  const { slide, opened, study, specimen } = props;
  const isTechnician = study.my_roles.includes("technician");
  const mayStart = isTechnician || study.my_roles.includes("administrator");
  const cores = opened.specimens.filter((item) => item.kind === "core");
  const sees = mayKnowOfRuns(study.my_roles, study.protocol?.readers_per_specimen ?? 2);
  return (
    <aside className={classes.panel} aria-label="Specimen and runs">
      <Stack gap="md">
        <SpecimenInfo {...props} cores={cores} />
        {slide.needs_um_per_px && isTechnician && <PixelSizeForm slide={slide} />}
        <Divider />
        {sees && props.batch !== null && (
          <>
            <BatchPanel batch={props.batch} results={props.batchResults} />
            <Divider />
          </>
        )}
        {sees ? (
          <RunsPanel
            slide={slide.id}
            mayStart={mayStart}
            chosen={props.run}
            onChoose={props.onRun}
            marker={slide.marker}
            preferred={study.protocol?.algorithms ?? []}
            needsPixelSize={slide.needs_um_per_px}
            umPerPx={opened.um_per_px}
            specimen={specimen}
            cores={cores}
            fields={props.fields}
            onDraw={props.onDraw}
            drawing={props.drawing}
            field={props.field}
            onField={props.onField}
            onStarted={props.onRun}
            onBatch={props.onBatch}
          />
        ) : (
          <Independent />
        )}
      </Stack>
    </aside>
  );
}

/** "0.29 µm/px (technician)": where the number is from stands beside it. */
function scaleText(opened: OpenedSlide): string {
  return opened.um_per_px === null ? "µm/px not known" : `${Number(opened.um_per_px.toPrecision(4))} µm/px (${opened.um_per_px_source})`;
}

/** Calm, and without a hint of what others or algorithms have done. */
function Independent() {
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <IconEyeOff size={20} aria-hidden color="var(--duo-muted)" style={{ flex: "none", marginTop: 2 }} />
      <div>
        <Text fw={550} size="sm">
          Your reading is independent
        </Text>
        <Text size="sm" c="dimmed" mt={2}>
          Look at the tissue as long as you like. What you see here is the slide alone.
        </Text>
      </div>
    </Group>
  );
}

function SpecimenInfo({ slide, opened, study, specimen, onSpecimen, cores }: SidePanelProps & { cores: SlideSpecimen[] }) {
  return (
    <section aria-label="Specimen">
      <Group justify="space-between" mb={8} wrap="nowrap">
        <Title order={2} size="h3" lineClamp={1}>
          {slide.marker} · {specimen?.case ? `case ${specimen.case.code}` : slide.name}
        </Title>
      </Group>
      {cores.length > 0 && (
        <Select
          label="Core"
          size="xs"
          mb={8}
          searchable
          allowDeselect={false}
          data={cores.map((core) => ({
            value: core.id,
            label: `${coreName(core.row, core.column)}${core.case ? ` · case ${core.case.code}` : ""}${core.is_missing ? " · missing" : ""}`,
          }))}
          value={specimen?.kind === "core" ? specimen.id : null}
          onChange={(id) => id && onSpecimen(id)}
        />
      )}
      <dl className={classes.facts}>
        <dt>Slide</dt>
        <dd>{slide.name}</dd>
        <dt>Specimen</dt>
        <dd>{specimen ? (specimen.kind === "core" ? `core ${coreName(specimen.row, specimen.column)}` : "whole section") : "none yet"}</dd>
        <dt>Size</dt>
        <dd>
          {grouped(opened.width_px)} × {grouped(opened.height_px)} px
        </dd>
        <dt>Scale</dt>
        <dd>{scaleText(opened)}</dd>
        <dt>Objective</dt>
        <dd>{opened.objective_power === null ? "not stated" : `${opened.objective_power}×`}</dd>
      </dl>
      {study.my_roles.includes("technician") && specimen?.kind !== "whole_section" && (
        <Button component={Link} to={`/slides/${slide.id}/cores`} size="compact-sm" variant="default" mt={10}>
          {cores.length > 0 ? "Edit the core map" : "Make the core map"}
        </Button>
      )}
    </section>
  );
}
