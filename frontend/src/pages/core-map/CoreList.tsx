import { Text, UnstyledButton } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { coreName } from "../../components/common/words";
import { inOrder, type MapProblem } from "../../state/core-map";
import classes from "./core-map.module.css";
import type { CoreMapEditor } from "./use-core-map";

/** Every core in reading order; the one that is chosen stays in view. */
export function CoreList({ editor, problems }: { editor: CoreMapEditor; problems: MapProblem[] }) {
  const list = useRef<HTMLUListElement>(null);
  const wrong = new Map(problems.map((problem) => [problem.key, problem.text]));
  const chosen = editor.chosen?.key ?? null;
  useEffect(() => {
    list.current?.querySelector("[aria-pressed='true']")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <ul ref={list} className={classes.list} aria-label="Cores">
      {inOrder(editor.map).map((core) => (
        <li key={core.key}>
          <UnstyledButton className={classes.item} aria-pressed={core.key === chosen} onClick={() => editor.choose(core.key)}>
            <span>{coreName(core.row, core.column)}</span>
            <span>
              {core.caseCode || (
                <Text span size="xs" c="dimmed">
                  no case
                </Text>
              )}
              {core.isMissing ? " · missing" : ""}
            </span>
            {wrong.has(core.key) && <IconAlertTriangle size={14} color="var(--mantine-color-red-6)" aria-label={wrong.get(core.key)} />}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
