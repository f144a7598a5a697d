import { Button, type ButtonProps, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { fieldError } from "./form-errors";
import { FormProblem } from "./FormProblem";

export interface ConfirmInPlaceProps {
  /** On the first button. */
  label: string;
  /** On the button that does it. */
  confirm: string;
  /** What will happen, in a sentence or two. */
  says: string;
  /** Asks for a reason under this label; nothing is done without one. */
  reason?: string;
  /** Call `close` once it was done. */
  onConfirm: (reason: string, close: () => void) => void;
  busy: boolean;
  error: unknown;
  size?: ButtonProps["size"];
  danger?: boolean;
  disabled?: boolean;
}

/** Asks where the button was, not in a dialog: what it will do, a reason where one is needed, and the way back. */
export function ConfirmInPlace(props: ConfirmInPlaceProps) {
  const { label, size = "sm", disabled = false } = props;
  const [asked, setAsked] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const wasAsked = useRef(false);
  useEffect(() => {
    // The keyboard goes back to the button that asked.
    if (wasAsked.current && !asked) opener.current?.focus();
    wasAsked.current = asked;
  }, [asked]);
  if (asked) return <ConfirmForm {...props} onClose={() => setAsked(false)} />;
  return (
    <Button ref={opener} size={size} variant="default" disabled={disabled} onClick={() => setAsked(true)}>
      {label}
    </Button>
  );
}

/** The question itself, for places (a table's row) that put it elsewhere than where the button is. */
export function ConfirmForm({ label, confirm, says, reason, onConfirm, busy, error, size = "sm", danger = false, onClose }: ConfirmInPlaceProps & { onClose: () => void }) {
  const [text, setText] = useState("");
  const escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape") onClose();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason === undefined || text.trim() !== "") onConfirm(text.trim(), onClose);
  };
  return (
    <form onSubmit={submit} aria-label={label}>
      <Stack gap={8} maw={560}>
        <Text size="sm">{says}</Text>
        {reason !== undefined && (
          <TextInput label={reason} required withAsterisk={false} autoFocus maxLength={400} onKeyDown={escape} value={text} onChange={(event) => setText(event.currentTarget.value)} error={fieldError(error, "reason")} />
        )}
        <FormProblem error={error} fields={reason === undefined ? [] : ["reason"]} />
        <Group gap={8}>
          <Button type="submit" size={size} color={danger ? "red" : undefined} loading={busy} disabled={reason !== undefined && text.trim() === ""} autoFocus={reason === undefined} onKeyDown={escape}>
            {confirm}
          </Button>
          <Button size={size} variant="default" onClick={onClose} onKeyDown={escape}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
