import { Text, Tooltip } from "@mantine/core";
import type { Block } from "../../api/agreement-types";
import classes from "./agreement.module.css";
import { conventionOf, intervalText, pText, STATISTIC_WORDS, valueText } from "./figures";

const WITH_NUMBERS = ["mae", "icc2", "pearson", "kappa_quadratic"];
const CATEGORIES_ALONE = ["kappa", "kappa_quadratic", "gwet_ac1", "alpha_ordinal"];

/** The four figures that are looked at first: value, 95 % interval, n. */
export function FigureCards({ block, label }: { block: Block; label: string }) {
  const names = (block.points ? WITH_NUMBERS : CATEGORIES_ALONE).filter((name) => block.statistics[name]);
  return (
    <div className={classes.cards} role="group" aria-label={label}>
      {names.map((name) => {
        const statistic = block.statistics[name];
        const words = STATISTIC_WORDS[name];
        if (!statistic || !words) return null;
        return (
          <div key={name} className={classes.card}>
            <Tooltip label={words.about}>
              <Text size="sm" c="dimmed" w="fit-content">
                {words.name}
              </Text>
            </Tooltip>
            <div className={statistic.value === null ? classes.cardUndefined : classes.cardValue}>{valueText(name, statistic)}</div>
            <Text size="sm" c="dimmed" className="duo-number">
              {statistic.ci95 ? `95 % CI ${intervalText(name, statistic)} · ` : statistic.value !== null && statistic.undefined ? `${statistic.undefined} · ` : ""}n = {statistic.n}
            </Text>
            <Text size="xs" c="dimmed" mih={17}>
              {[conventionOf(name, statistic.value), pText(statistic.p)].filter(Boolean).join(" · ")}
            </Text>
          </div>
        );
      })}
    </div>
  );
}
