import classes from "./study.module.css";

export interface BarPart {
  part: "signed" | "drafts" | "deferred" | "count" | "held";
  value: number;
}

/** Parts of a whole, side by side; `line` marks a limit. The numbers stand beside it as text, so the bar itself is silent. */
export function Bar({ parts, whole, line = null }: { parts: BarPart[]; whole: number; line?: number | null }) {
  const share = (value: number): string => `${whole > 0 ? Math.min(100, (100 * value) / whole) : 0}%`;
  return (
    <div className={classes.bar} aria-hidden>
      {parts.map(({ part, value }) => (value > 0 ? <div key={part} className={classes.barPart} data-part={part} style={{ width: share(value) }} /> : null))}
      {line !== null && line < whole && <div className={classes.barLine} style={{ left: share(line) }} />}
    </div>
  );
}
