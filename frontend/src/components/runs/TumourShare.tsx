import { Text } from "@mantine/core";
import classes from "./runs.module.css";

/** The least share of tumour in tissue for which an H-score means something (the paper's rule). */
export const LEAST_TUMOUR = 0.15;

/** The share of the tissue that is tumour, against what is needed. */
export function TumourShare({ share }: { share: number }) {
  const enough = share > LEAST_TUMOUR;
  const percent = Math.round(100 * share);
  return (
    <div>
      <Text size="xs" className="duo-number">
        Tumour: {percent} % of the tissue{" "}
        <Text span inherit c="dimmed">
          {enough ? "(more than 15 % is needed)" : "– more than 15 % is needed"}
        </Text>
      </Text>
      <div className={classes.meter} role="img" aria-label={`${percent} % of the tissue is tumour; the line stands at 15 %`}>
        <div className={classes.meterFill} style={{ width: `${Math.min(100, 100 * share)}%` }} />
        <div className={classes.meterLine} style={{ left: `${100 * LEAST_TUMOUR}%` }} />
      </div>
    </div>
  );
}
