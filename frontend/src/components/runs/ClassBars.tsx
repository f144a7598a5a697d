import { Text } from "@mantine/core";
import { CLASS_STYLES } from "../../geometry/classes";
import { STAIN_CLASSES, type StainClass } from "../../api/types";
import { grouped } from "../common/words";
import classes from "./runs.module.css";

const style = (name: StainClass) => CLASS_STYLES.find((item) => item.key === name);

/** One bar of 100 %, in the colours that the overlay draws. Each part carries its letter where it is wide enough. */
export function StackedBar({ percentages }: { percentages: Record<StainClass, number> }) {
  const said = STAIN_CLASSES.map((name) => `${name} ${percentages[name].toFixed(1)} %`).join(", ");
  return (
    <div className={classes.stack} role="img" aria-label={`Share of the classes: ${said}`}>
      {STAIN_CLASSES.map((name) => (
        <div
          key={name}
          className={classes.part}
          data-class={name}
          style={{ flexGrow: percentages[name], background: style(name)?.colour }}
        >
          {percentages[name] >= 7 ? style(name)?.letter : ""}
        </div>
      ))}
    </div>
  );
}

/** Class, percentage and count; the sum below is what the overlay and the export hold, to the last cell. */
export function ClassTable({ percentages, counts, total }: {
  percentages: Record<StainClass, number> | null;
  counts: [StainClass, number][];
  total: number;
}) {
  return (
    <table className={classes.table}>
      <caption className="duo-hidden">Nuclei by class</caption>
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col">%</th>
          <th scope="col">Nuclei</th>
        </tr>
      </thead>
      <tbody>
        {counts.map(([name, count]) => (
          <tr key={name}>
            <th scope="row">
              <span className={classes.swatch} data-class={name} style={{ background: style(name)?.colour }} aria-hidden>
                {style(name)?.letter}
              </span>
              {name}
            </th>
            <td>{percentages ? percentages[name].toFixed(1) : "—"}</td>
            <td>{grouped(count)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">All</th>
          <td>{percentages ? "100" : "—"}</td>
          <td>{grouped(total)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

export function ResearchUse({ text = "Research use only: not for diagnosis." }: { text?: string }) {
  return (
    <Text size="xs" c="dimmed">
      {text}
    </Text>
  );
}
