import { Checkbox, Group, Slider, Stack, Switch, Text } from "@mantine/core";
import { CLASS_STYLES, type DisplayClass } from "../../geometry/classes";
import { groupDigits } from "../../geometry/measure";
import { ClassMark } from "./ClassMark";
import { useSession } from "./use-session";
import type { ViewerSession } from "./viewer-session";
import classes from "./viewer.module.css";

export type ClassCounts = Readonly<Partial<Record<DisplayClass, number>>>;

export interface OverlayLegendProps {
  readonly session: ViewerSession;
  /** Counts of the whole result; a class without a count is not listed. */
  readonly counts: ClassCounts;
  readonly title?: string;
}

/** The classes of the nuclei with their counts: what is shown, and how strongly. */
export function OverlayLegend({ session, counts, title = "Nuclei" }: OverlayLegendProps) {
  const { overlay } = useSession(session);
  const listed = CLASS_STYLES.filter(({ key }) => counts[key] !== undefined);
  const total = listed.reduce((sum, { key }) => sum + (counts[key] ?? 0), 0);
  return (
    <Stack component="section" gap={6} className={classes.legend} aria-label={title}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Switch
          size="xs"
          label="Show"
          labelPosition="left"
          checked={overlay.visible}
          onChange={(event) => session.setOverlay({ visible: event.currentTarget.checked })}
        />
      </Group>
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
      <Slider
        size="sm"
        min={10}
        max={100}
        step={5}
        label={(value) => `${value} %`}
        thumbLabel="Opacity of the nuclei"
        disabled={!overlay.visible}
        value={Math.round(overlay.opacity * 100)}
        onChange={(value) => session.setOverlay({ opacity: value / 100 })}
      />
    </Stack>
  );
}
