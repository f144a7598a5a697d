import { Anchor, Checkbox, Group, Select, Slider, Stack, Switch, Text } from "@mantine/core";
import { CLASS_STYLES, type DisplayClass } from "../../geometry/classes";
import { groupDigits } from "../../geometry/measure";
import {
  legendRamp,
  NUCLEI_COLOUR,
  OVERLAY_WORDS,
  TUMOUR_COLOUR,
  type OverlayKind,
  type Representation,
} from "../../geometry/stain-map";
import type { MapState } from "../../layers/map-layer";
import { ClassMark } from "./ClassMark";
import { RampStrip } from "./RampStrip";
import { useSession } from "./use-session";
import type { ViewerSession } from "./viewer-session";
import classes from "./viewer.module.css";

export type ClassCounts = Readonly<Partial<Record<DisplayClass, number>>>;

export interface OverlayLegendProps {
  readonly session: ViewerSession;
  /** Counts of the whole result; a class without a count is not listed. */
  readonly counts: ClassCounts;
  readonly title?: string;
  /** How SINI and SITI are written; null where the result has no layers. */
  readonly representation?: Representation | null;
  readonly maps?: MapState | null;
  readonly onRetry?: () => void;
}

/** Which overlay is shown, what its colours mean, and how strongly it is drawn. */
export function OverlayLegend({ session, counts, title = "Nuclei", representation = null, maps = null, onRetry }: OverlayLegendProps) {
  const { overlay, overlayKinds } = useSession(session);
  const kind = session.shownKind();
  return (
    <Stack component="section" gap={6} className={classes.legend} aria-label={kind === "nuclei" ? title : OVERLAY_WORDS[kind].label}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {representation === null ? title : "Overlay"}
        </Text>
        <Switch
          size="xs"
          label="Show"
          labelPosition="left"
          checked={overlay.visible}
          onChange={(event) => session.setOverlay({ visible: event.currentTarget.checked })}
        />
      </Group>
      {representation !== null && (
        <Select
          size="xs"
          aria-label="Overlay"
          allowDeselect={false}
          data={overlayKinds.map((value) => ({ value, label: OVERLAY_WORDS[value].label }))}
          value={kind}
          onChange={(value) => session.chooseOverlay((value ?? "nuclei") as OverlayKind)}
          comboboxProps={{ withinPortal: true }}
        />
      )}
      {kind === "nuclei" ? (
        <ClassList session={session} counts={counts} />
      ) : (
        <MapLegend kind={kind} representation={representation ?? "inverted"} state={maps} onRetry={onRetry} />
      )}
      <Slider
        size="sm"
        min={10}
        max={100}
        step={5}
        label={(value) => `${value} %`}
        thumbLabel={kind === "nuclei" ? "Opacity of the nuclei" : "Opacity of the overlay"}
        disabled={!overlay.visible}
        value={Math.round(overlay.opacity * 100)}
        onChange={(value) => session.setOverlay({ opacity: value / 100 })}
      />
    </Stack>
  );
}

function ClassList({ session, counts }: { readonly session: ViewerSession; readonly counts: ClassCounts }) {
  const { overlay } = useSession(session);
  const listed = CLASS_STYLES.filter(({ key }) => counts[key] !== undefined);
  const total = listed.reduce((sum, { key }) => sum + (counts[key] ?? 0), 0);
  return (
    <>
      {listed.map((look) => (
        <Group key={look.key} justify="space-between" wrap="nowrap" gap="md">
          <Checkbox
            size="xs"
            checked={!overlay.hidden.has(look.key)}
            disabled={!overlay.visible}
            onChange={() => session.toggleClass(look.key)}
            label={
              <Group gap={6} wrap="nowrap">
                <ClassMark look={look} />
                <span>{look.label}</span>
              </Group>
            }
          />
          <Text size="sm" className={classes.figures}>
            {groupDigits(counts[look.key] ?? 0)}
          </Text>
        </Group>
      ))}
      <Group justify="space-between" wrap="nowrap" className={classes.total}>
        <Text size="sm">all</Text>
        <Text size="sm" className={classes.figures}>
          {groupDigits(total)}
        </Text>
      </Group>
    </>
  );
}

function MapLegend({
  kind,
  representation,
  state,
  onRetry,
}: {
  readonly kind: Exclude<OverlayKind, "nuclei">;
  readonly representation: Representation;
  readonly state: MapState | null;
  readonly onRetry: (() => void) | undefined;
}) {
  const strip = legendRamp(kind, representation);
  return (
    <>
      {strip === null ? (
        <Group gap={6} wrap="nowrap">
          <span className={classes.swatch} style={{ background: kind === "nuclei-mask" ? NUCLEI_COLOUR : TUMOUR_COLOUR }} aria-hidden />
          <Text size="xs">{kind === "nuclei-mask" ? "inside nuclei" : "inside tumour nuclei"}</Text>
        </Group>
      ) : (
        <RampStrip {...strip} />
      )}
      <Text size="xs" c="dimmed">
        {OVERLAY_WORDS[kind].about}
        {kind === "sini" && " Black: outside nuclei."}
        {kind === "siti" && " Black: outside tumour nuclei."}
        {(kind === "sini" || kind === "siti") && " An order of DAB, not of blue."}
      </Text>
      <Text size="xs" className={classes.mapState} role="status">
        {state?.error != null ? (
          <>
            {state.error}{" "}
            <Anchor component="button" type="button" size="xs" onClick={onRetry}>
              Try again
            </Anchor>
          </>
        ) : state?.tooFar ? (
          "Zoom in to see it."
        ) : state?.loading ? (
          "Loading…"
        ) : (
          ""
        )}
      </Text>
    </>
  );
}
