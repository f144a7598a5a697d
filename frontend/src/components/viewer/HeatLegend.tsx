import { Text } from "@mantine/core";
import { HEAT_STOPS, HIGHEST_H, NO_SCORE_COLOUR } from "../../geometry/heat";
import { RampStrip } from "./RampStrip";
import classes from "./viewer.module.css";

/** What the colours of the circles mean. */
export function HeatLegend() {
  return (
    <section className={classes.legend} aria-label="H-score of the cores">
      <Text size="sm" fw={600} mb={6}>
        H-score
      </Text>
      <RampStrip background={`linear-gradient(90deg, ${HEAT_STOPS.join(", ")})`} low="0" high={String(HIGHEST_H)} />
      <Text size="xs" c="dimmed" mt={6}>
        <span className={classes.swatch} style={{ background: NO_SCORE_COLOUR }} aria-hidden /> no score
      </Text>
    </section>
  );
}
