import { Button, type ButtonProps, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
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
  onConfirm: (reason: string) => void;
  busy: boolean;
  error: unknown;
  /** True once it was done: the question closes. */
  done?: boolean;
  size?: ButtonProps["size"];
  danger?: boolean;
  disabled?: boolean;
}

/** Asks where the button was, not in a dialog: what it will do, a reason where one is needed, and the way back. */
export function ConfirmInPlace({ label, confirm, says, reason, onConfirm, busy, error, done = false, size = "sm", danger = false, disabled = false }: ConfirmInPlaceProps) {
  const [asked, setAsked] = useState(false);
  const [text, setText] = useState("");
  const opener = useRef<HTMLButtonElement>(null);
  const wasAsked = useRef(false);
  useEffect(() => {
    if (done) setAsked(false);
  }, [done]);
  useEffect(() => {
    // The keyboard goes back to the button that asked.
    if (wasAsked.current && !asked) opener.current?.focus();
    wasAsked.current = asked;
  }, [asked]);
  if (!asked) {
    return (
      <Button ref={opener} size={size} variant="default" disabled={disabled} onClick={() => { setText(""); setAsked(true); }}>
        {label}
      </Button>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason === undefined || text.trim() !== "") onConfirm(text.trim());
  };
  return (
    <form onSubmit={submit} aria-label={label} onKeyDown={(event) => { if (event.key === "Escape") setAsked(false); }}>
      <Stack gap={8} maw={560}>
        <Text size="sm">{says}</Text>
        {reason !== undefined && (
          <TextInput label={reason} required withAsterisk={false} autoFocus maxLength={400} value={text} onChange={(event) => setText(event.currentTarget.value)} error={fieldError(error, "reason")} />
        )}
        <FormProblem error={error} fields={reason === undefined ? [] : ["reason"]} />
        <Group gap={8}>
          <Button type="submit" size={size} color={danger ? "red" : undefined} loading={busy} disabled={reason !== undefined && text.trim() === ""} autoFocus={reason === undefined}>
            {confirm}
          </Button>
          <Button size={size} variant="default" onClick={() => setAsked(false)}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
