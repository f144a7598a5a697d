import { Button, FileButton, Group, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { LineErrors } from "../../components/common/LineErrors";
import { counted } from "../../components/common/words";
import { assignCases, type CsvError } from "../../state/cases-csv";
import type { CoreMapEditor } from "./use-core-map";

/** Whose core is whose, pasted or from a file. It is applied here, as one step to undo, and saved with the rest. */
export function CasesCsv({ editor }: { editor: CoreMapEditor }) {
  const [text, setText] = useState("");
  const [errors, setErrors] = useState<CsvError[]>([]);
  const [done, setDone] = useState<string | null>(null);
  const type = (next: string): void => {
    setText(next);
    setErrors([]);
    setDone(null);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = assignCases(editor.map, text);
    setErrors("errors" in found ? found.errors : []);
    if ("errors" in found) return setDone(null);
    editor.edit(() => found.map);
    return setDone(`${counted(found.count, "core")} assigned.`);
  };
  return (
    <form onSubmit={submit} aria-label="Assign cases">
      <Stack gap="xs">
        <Textarea size="xs" aria-label="CSV of cases" placeholder={"row,column,case,missing\nA,1,0217,\nA,2,0218,yes"} autosize minRows={4} maxRows={9} spellCheck={false} styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }} value={text} onChange={(event) => type(event.currentTarget.value)} />
        {errors.length > 0 && <LineErrors lines={errors} text={text} summary="Nothing was applied." />}
        <Group gap="xs">
          <Button type="submit" size="compact-sm" variant="default" disabled={text.trim() === ""}>
            Assign
          </Button>
          <FileButton accept=".csv,text/csv,text/plain" onChange={(file) => void file?.text().then(type)}>
            {(props) => (
              <Button {...props} size="compact-sm" variant="default">
                From a file
              </Button>
            )}
          </FileButton>
        </Group>
        {done !== null && (
          <Text size="xs" c="dimmed" role="status">
            {done}
          </Text>
        )}
      </Stack>
    </form>
  );
}
