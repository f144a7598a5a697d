import { ActionIcon, Button, Group, Popover, Slider, Stack, Text } from "@mantine/core";
import { IconAdjustmentsHorizontal } from "@tabler/icons-react";
import { useState } from "react";
import type { Viewer } from "../../viewer/viewer";
import { useDisplay } from "./use-viewer";
import classes from "./viewer.module.css";

/** Brightness, contrast and gamma of the picture; they change what is seen, never what is scored. */
export function AdjustPopover({ viewer, onReset }: { readonly viewer: Viewer; readonly onReset: () => void }) {
  const [opened, setOpened] = useState(false);
  const { brightness, contrast, gamma } = useDisplay(viewer);
  const changed = brightness !== 0 || contrast !== 0 || gamma !== 1;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" width={280} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant={changed ? "light" : "subtle"}
          color={changed ? "teal" : "gray"}
          size="lg"
          title="Brightness, contrast, gamma"
          aria-label={changed ? "Brightness, contrast, gamma (changed)" : "Brightness, contrast, gamma"}
          onClick={() => setOpened((open) => !open)}
        >
          <IconAdjustmentsHorizontal size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label="Brightness, contrast, gamma">
        <Stack gap="md">
          <Adjustment
            label="Brightness"
            value={brightness * 100}
            min={-50}
            max={50}
            step={1}
            shown={`${signed(brightness * 100)} %`}
            onChange={(value) => viewer.setDisplay({ brightness: value / 100 })}
          />
          <Adjustment
            label="Contrast"
            value={contrast * 100}
            min={-80}
            max={80}
            step={1}
            shown={`${signed(contrast * 100)} %`}
            onChange={(value) => viewer.setDisplay({ contrast: value / 100 })}
          />
          <Adjustment
            label="Gamma"
            // The middle of the slider is 1; each end is a factor of 4 away.
            value={Math.log2(gamma) * 50}
            min={-100}
            max={100}
            step={1}
            shown={gamma.toFixed(2)}
            onChange={(value) => viewer.setDisplay({ gamma: Number((2 ** (value / 50)).toFixed(3)) })}
          />
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Text size="xs" c="dimmed">
              Changes the picture, not the score.
            </Text>
            <Button size="compact-sm" variant="default" className={classes.rigid} disabled={!changed} onClick={onReset}>
              Reset
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Adjustment({
  label,
  value,
  min,
  max,
  step,
  shown,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly shown: string;
  readonly onChange: (value: number) => void;
}) {
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text size="sm">{label}</Text>
        <Text size="sm" className={classes.figures}>
          {shown}
        </Text>
      </Group>
      <Slider
        value={value}
        min={min}
        max={max}
        step={step}
        label={null}
        onChange={onChange}
        thumbLabel={label}
        startPointValue={0}
        marks={[{ value: 0 }]}
      />
    </div>
  );
}

function signed(value: number): string {
  const rounded = Math.round(value);
  if (rounded === 0) return "0";
  return rounded > 0 ? `+${rounded}` : `−${-rounded}`;
}
