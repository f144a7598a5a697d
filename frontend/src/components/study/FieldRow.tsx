import type { ReactNode } from "react";
import { Text } from "@mantine/core";
import classes from "./study.module.css";

/** One setting: its name and what it does at the left, the field at the right. */
export function FieldRow({ label, does, htmlFor, children }: { label: string; does: string; htmlFor?: string; children: ReactNode }) {
  return (
    <div className={classes.fieldRow}>
      <div>
        <Text component="label" htmlFor={htmlFor} size="sm" fw={550}>
          {label}
        </Text>
        <Text size="sm" c="dimmed">
          {does}
        </Text>
      </div>
      <div>{children}</div>
    </div>
  );
}
