import { type KeyboardEvent, useId } from "react";
import { isNumber, parsePercent } from "../../state/percent";
import classes from "./reading.module.css";

/** Keys that go from one percentage to another while one is typed into: letters are never part of a number. */
export interface FieldKeys {
  /** Field name by letter. */
  readonly letters?: Readonly<Record<string, string>>;
  focusInput(name: string): void;
  /** In a grid: an arrow leaves for another core. False where there is none. */
  arrow?(key: string): boolean;
  leave(): void;
}

export interface PercentFieldProps {
  name: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  keys: FieldKeys;
  disabled?: boolean;
  /** Said by the form: missing, or too many together. */
  problem?: string | undefined;
  over?: boolean;
  hint?: string;
  colour?: string | undefined;
  letter?: string | undefined;
}

/** One percentage: label, number, and a bar of it. What is wrong is marked while it is typed. */
export function PercentField({ name, label, value, onChange, keys, disabled, problem, over = false, hint, colour, letter }: PercentFieldProps) {
  const id = useId();
  const parsed = parsePercent(value);
  const share = isNumber(parsed) ? parsed.hundredths / 100 : 0;
  const wrong = parsed !== null && !isNumber(parsed) ? parsed.problem : problem;
  const down = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = keys.letters?.[event.key.toLowerCase()];
    if (target !== undefined) keys.focusInput(target);
    else if (event.key === "Escape") keys.leave();
    else if (event.shiftKey || !event.key.startsWith("Arrow") || !keys.arrow?.(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={classes.percent}>
      <span className={classes.percentLabel}>
        {colour !== undefined && (
          <span className={classes.swatch} data-letter={letter} style={{ background: colour }} aria-hidden>
            {letter}
          </span>
        )}
        <label htmlFor={id}>{label}</label>
      </span>
      <input
        id={id}
        data-input={name}
        className={classes.number}
        inputMode="decimal"
        autoComplete="off"
        maxLength={12}
        value={value}
        disabled={disabled}
        aria-invalid={wrong !== undefined || over}
        aria-describedby={`${id}-note`}
        title={hint}
        onChange={(event) => onChange(event.currentTarget.value)}
        onFocus={(event) => event.currentTarget.select()}
        onKeyDown={down}
      />
      <span className={classes.unit}>%</span>
      <div className={classes.bar} aria-hidden>
        <div style={{ width: `${share}%`, background: colour ?? "var(--mantine-color-teal-6)" }} />
      </div>
      <span id={`${id}-note`} className={classes.note} role={wrong === undefined ? undefined : "alert"}>
        {wrong ?? ""}
      </span>
    </div>
  );
}
