import { Button, Divider, Stack, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { useAmend } from "../../api/queries/reading";
import type { Assignment, OwnReading } from "../../api/reading-types";
import { checkForm, EMPTY_FORM, type ReadingForm } from "../../state/reading-form";
import { focusField } from "./fields";
import { ScoreForm } from "./ScoreForm";
import { SignBar } from "./SignBar";
import { useSigning } from "./use-signing";

/** A correction beside the reading: it begins with what was said last, and says why. */
export function AmendForm({ assignment, reading, onDone }: { assignment: Assignment; reading: OwnReading; onDone: () => void }) {
  const [form, setForm] = useState<ReadingForm>(() => formOf(reading));
  const [why, setWhy] = useState("");
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({});
  const root = useRef<HTMLDivElement>(null);
  const amend = useAmend(assignment.id, reading.id);
  const signing = useSigning({
    needsPassword: assignment.needs_password,
    prepare: () => {
      const checked = checkForm(form, reading.scheme, assignment.marker, false);
      const wrong = { ...("problems" in checked ? checked.problems : {}), ...(why.trim() === "" ? { why: "Say why." } : {}) };
      setProblems(wrong);
      const [first] = Object.keys(wrong);
      if (first !== undefined) focusField(root.current, first);
      return "body" in checked && first === undefined ? { ...checked.body, why: why.trim() } : null;
    },
    send: (body) => amend.mutateAsync(body as Parameters<typeof amend.mutateAsync>[0]),
    words: () => "Amended",
    onDone,
    onRefused: (error) => setProblems(Object.fromEntries(Object.entries(error.fields).map(([name, said]) => [name, said.join(" ")]))),
  });
  return (
    <Stack gap="sm" component="section" aria-label="Amend" ref={root}>
      <Divider label="Amend" labelPosition="left" />
      <TextInput
        label="Why it is corrected"
        required
        maxLength={400}
        data-input="why"
        data-autofocus
        value={why}
        error={problems.why}
        onChange={(event) => setWhy(event.currentTarget.value)}
      />
      <ScoreForm
        assignment={assignment}
        form={form}
        onChange={(change) => setForm((old) => ({ ...old, ...change }))}
        problems={problems}
        keys={{ focusInput: (name) => void focusField(root.current, name), leave: () => {} }}
        withDetails={false}
      />
      <SignBar signing={signing} label="Sign the amendment" />
      <Button variant="subtle" color="gray" size="compact-sm" onClick={onDone}>
        Leave it as it is
      </Button>
    </Stack>
  );
}

/** What was said last: the newest amendment, or the reading itself. */
export function formOf(reading: OwnReading): ReadingForm {
  const { scoreable, reason, inputs, comment } = reading.amendments.at(-1) ?? reading;
  const by: Record<string, string> = reading.scheme === "her2-ihc" && !("category" in inputs) ? { by: "percentages" } : {};
  return { ...EMPTY_FORM, scoreable, reason, inputs: { ...inputs, ...by }, comment };
}
