import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { ProtocolVersion } from "../../api/administration";
import { useNewProtocolVersion } from "../../api/queries/protocols";
import type { Id } from "../../api/types";
import { fieldError } from "../common/form-errors";
import { FormProblem } from "../common/FormProblem";
import { AlgorithmFields } from "./AlgorithmFields";
import { MarkerFields } from "./MarkerFields";
import type { DraftFields } from "./draft-fields";
import { changeOf, draftOf, problemsOf } from "./protocol-draft";
import { QualityFields } from "./QualityFields";
import { ReadingFields } from "./ReadingFields";
import classes from "./study.module.css";

const SHOWN = [
  "marker_schemes", "readers_per_specimen", "reveal_to_readers", "mode", "tolerances", "design", "workload_cap", "reading_days", "qa_share",
  "washout_days", "re_read_series", "re_reads_turned", "qualification_share", "readings_shown_to_adjudicator", "algorithms", "algorithm_weight", "core_rule",
] as const;

/** The protocol in force as a form. Saving never changes a frozen version: it makes the next one. */
export function ProtocolForm({ study, protocol }: { study: Id; protocol: ProtocolVersion }) {
  const [draft, setDraft] = useState(() => draftOf(protocol));
  const [tried, setTried] = useState(false);
  const save = useNewProtocolVersion(study);
  const problems = problemsOf(draft);
  const change = changeOf(draft, protocol);
  const fields: DraftFields = {
    draft,
    set: (part) => {
      save.reset();
      setDraft((old) => ({ ...old, ...part }));
    },
    wrong: (name) => problems[name] ?? fieldError(save.error, name),
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length > 0 || change === null) return;
    save.mutate(change);
  };
  return (
    <form onSubmit={submit} aria-label="Protocol" noValidate>
      <Stack gap="xl">
        <Section title="What is scored">
          <MarkerFields {...fields} />
        </Section>
        <Section title="Who reads, and what they see">
          <ReadingFields {...fields} />
        </Section>
        <Section title="Quality">
          <QualityFields {...fields} />
        </Section>
        <Section title="Algorithms and cores">
          <AlgorithmFields {...fields} />
        </Section>
      </Stack>
      <div className={classes.saveBar}>
        <FormProblem error={save.error} fields={SHOWN} />
        <Group gap="md">
          <Button type="submit" loading={save.isPending} disabled={change === null}>
            Save as version {protocol.version + 1}
          </Button>
          {change !== null && (
            <Button variant="default" onClick={() => { setDraft(draftOf(protocol)); save.reset(); }}>
              Undo the changes
            </Button>
          )}
          <Text size="sm" c="dimmed" role="status">
            {sayOf(protocol, change !== null, tried && Object.keys(problems).length > 0)}
          </Text>
        </Group>
      </div>
    </form>
  );
}

function sayOf(protocol: ProtocolVersion, changed: boolean, wrong: boolean): string {
  if (wrong) return "Something above is not right yet; it is said at the field.";
  if (!changed) return `Version ${protocol.version} is in force.`;
  const frozen = protocol.frozen ? "Reading has started, so this version is frozen. " : "";
  return `${frozen}Saving makes version ${protocol.version + 1}: what is assigned or signed keeps its version, what is assigned from now on follows the new one.`;
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={2} size="h3" mb={4}>
        {title}
      </Title>
      <div>{children}</div>
    </section>
  );
}
