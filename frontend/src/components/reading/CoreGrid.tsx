import { Text, Tooltip } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { AssignmentState, WorklistItem } from "../../api/reading-types";
import { counted } from "../common/words";
import { STATE_LETTERS, STATE_WORDS } from "./state-words";
import classes from "./reading.module.css";

/** Cores a row, at the panel's usual width. */
export const GRID_COLUMNS = 5;

/** The cores of one slide in the reader's own order: never in that of the slide, which would tell cores apart. */
export function CoreGrid({ cores, current, onGo, onHover }: {
  cores: readonly WorklistItem[];
  current: string;
  onGo: (id: string) => void;
  onHover?: (id: string) => void;
}) {
  const here = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // In braces: newer browsers return a promise from it, and an effect returns nothing.
    here.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  const signed = cores.filter((core) => core.state === "signed").length;
  return (
    <nav className={classes.grid} aria-label="Cores of this slide">
      <Text size="sm" fw={600} className="duo-number">
        {signed} of {counted(cores.length, "core")} signed
      </Text>
      <ol className={classes.cores}>
        {cores.map((core) => (
          <li key={core.id}>
            <Tooltip label={`${core.alias} · ${STATE_WORDS[core.state]}`}>
              <button
                type="button"
                ref={core.id === current ? here : undefined}
                className={classes.core}
                aria-current={core.id === current}
                aria-label={`Core ${core.alias}, ${STATE_WORDS[core.state]}`}
                onClick={() => onGo(core.id)}
                onPointerEnter={() => onHover?.(core.id)}
              >
                <StateMark state={core.state} />
                {core.alias}
              </button>
            </Tooltip>
          </li>
        ))}
      </ol>
      <div className={classes.legend} aria-hidden>
        {(Object.keys(STATE_LETTERS) as AssignmentState[]).map((state) => (
          <span key={state}>
            <StateMark state={state} /> {STATE_WORDS[state]}
          </span>
        ))}
      </div>
    </nav>
  );
}

function StateMark({ state }: { state: AssignmentState }) {
  return (
    <span className={classes.mark} data-state={state} aria-hidden>
      {STATE_LETTERS[state]}
    </span>
  );
}
