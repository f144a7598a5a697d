import { Text } from "@mantine/core";
import classes from "./comparison.module.css";
import { type BarShare, barText } from "./score-bar";

const LETTER_FROM = 8;

/** One bar of 100 %. Without parts its place is kept, so that the rows stay level. */
export function ScoreBar({ bar, none }: { bar: BarShare[] | null; none: string }) {
  if (bar === null) {
    return (
      <div className={classes.noBar}>
        <Text size="xs" c="dimmed">
          {none}
        </Text>
      </div>
    );
  }
  return (
    <div className={classes.bar} role="img" aria-label={barText(bar)} title={barText(bar)}>
      {bar.map(({ key, letter, colour, percent, dark }) => (
        <div key={key} className={classes.part} data-dark={dark} style={{ flexGrow: percent, background: colour }}>
          {percent >= LETTER_FROM ? letter : ""}
        </div>
      ))}
    </div>
  );
}
