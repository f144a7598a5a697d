import { Group, Text } from "@mantine/core";
import classes from "./viewer.module.css";

/** A strip of colours with what its ends mean. */
export function RampStrip({ background, low, high }: { readonly background: string; readonly low: string; readonly high: string }) {
  return (
    <div>
      <div className={classes.ramp} style={{ background }} role="img" aria-label={`From ${low} to ${high}`} />
      <Group justify="space-between" wrap="nowrap" aria-hidden>
        <Text size="xs">{low}</Text>
        <Text size="xs">{high}</Text>
      </Group>
    </div>
  );
}
