import { Button, FileButton, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconFileText } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { lineErrors } from "../../api/line-errors";
import { fieldError } from "./form-errors";
import { FormProblem } from "./FormProblem";
import { LineErrors } from "./LineErrors";

export interface CsvFormProps {
  label: string;
  /** The header line and one example. */
  example: string;
  send: string;
  busy: boolean;
  error: unknown;
  /** What came of it, as a sentence. */
  done: string | null;
  field?: string;
  onSend: (csv: string) => void;
}

/** A CSV, pasted or from a file. Everything is applied or nothing; what is wrong is said line by line. */
export function CsvForm({ label, example, send, busy, error, done, field = "csv", onSend }: CsvFormProps) {
  const [text, setText] = useState("");
  const [sent, setSent] = useState("");
  const lines = lineErrors(error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === "") return;
    setSent(text);
    onSend(text);
  };
  return (
    <form onSubmit={submit} aria-label={label}>
      <Stack gap="sm">
        <Textarea label={label} placeholder={example} autosize minRows={5} maxRows={14} spellCheck={false} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 13 } }} value={text} onChange={(event) => setText(event.currentTarget.value)} error={lines.length === 0 ? fieldError(error, field) : undefined} />
        {lines.length > 0 ? (
          <LineErrors lines={lines} text={sent} summary={error instanceof Error ? error.message : "Nothing was applied."} />
        ) : (
          <FormProblem error={error} fields={[field]} />
        )}
        <Group gap="sm">
          <Button type="submit" loading={busy} disabled={text.trim() === ""}>
            {send}
          </Button>
          <FileButton accept=".csv,text/csv,text/plain" onChange={(file) => void file?.text().then(setText)}>
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconFileText size={16} aria-hidden />}>
                From a file
              </Button>
            )}
          </FileButton>
          {done !== null && (
            <Text size="sm" c="dimmed" role="status">
              {done}
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
}
