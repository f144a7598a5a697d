import { Button, Group, SegmentedControl, Stack, Text, Textarea } from "@mantine/core";
import { IconBan } from "@tabler/icons-react";
import type { Assignment } from "../../api/reading-types";
import { asksControl, type Confidence, type InternalControl, type ReadingForm } from "../../state/reading-form";
import { Keys } from "../commands/Keys";
import { AllredFields } from "./AllredFields";
import type { FieldsProps } from "./fields";
import { Her2Fields } from "./Her2Fields";
import { HScoreFields } from "./HScoreFields";
import { Ki67Fields } from "./Ki67Fields";
import type { FieldKeys } from "./PercentField";
import classes from "./reading.module.css";

const FIELDS: Record<string, (props: FieldsProps) => React.ReactNode> = {
  "h-score": HScoreFields,
  allred: AllredFields,
  "her2-ihc": Her2Fields,
  "ki-67": Ki67Fields,
};

export interface ScoreFormProps {
  assignment: Pick<Assignment, "scheme" | "marker" | "reasons" | "her2_sentences" | "scheme_definition">;
  form: ReadingForm;
  onChange: (change: Partial<ReadingForm>) => void;
  problems: Readonly<Record<string, string>>;
  keys: FieldKeys;
  /** Off for an amendment: it corrects the score alone. */
  withDetails?: boolean;
}

/** The form of one scheme, or the reason why there is no score; then what goes with it. */
export function ScoreForm({ assignment, form, onChange, problems, keys, withDetails = true }: ScoreFormProps) {
  const Fields = FIELDS[assignment.scheme];
  const onInput = (inputs: Record<string, string>): void => onChange({ inputs: { ...form.inputs, ...inputs } });
  return (
    <Stack gap="sm">
      {form.scoreable ? (
        <div>
          {Fields === undefined ? (
            <Text size="sm">This page does not know the scheme {assignment.scheme}. Load it again.</Text>
          ) : (
            <Fields
              form={form}
              marker={assignment.marker}
              onInput={onInput}
              problems={problems}
              keys={keys}
              rules={assignment.scheme_definition.rules}
              sentences={assignment.her2_sentences}
            />
          )}
        </div>
      ) : (
        <NotScoreable reasons={assignment.reasons} form={form} onChange={onChange} problem={problems.reason} />
      )}
      {withDetails && asksControl(form, assignment.scheme, assignment.marker) && (
        <Control value={form.internalControl} onChange={(internalControl) => onChange({ internalControl })} problem={problems.internal_control} />
      )}
      <Textarea
        label="Comment"
        size="xs"
        autosize
        minRows={1}
        maxRows={6}
        maxLength={4000}
        data-input="comment"
        value={form.comment}
        error={problems.comment}
        onChange={(event) => onChange({ comment: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === "Escape") keys.leave();
        }}
      />
      {withDetails && (
        <Choice
          label="Confidence"
          value={form.confidence}
          options={[["low", "low"], ["medium", "medium"], ["high", "high"]]}
          onChange={(confidence) => onChange({ confidence: confidence as Confidence })}
        />
      )}
      {form.scoreable && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          w="fit-content"
          leftSection={<IconBan size={16} aria-hidden />}
          rightSection={<Keys keys={["X"]} />}
          onClick={() => onChange({ scoreable: false })}
        >
          Not scoreable
        </Button>
      )}
    </Stack>
  );
}

function NotScoreable({ reasons, form, onChange, problem }: {
  reasons: Readonly<Record<string, string>>;
  form: ReadingForm;
  onChange: (change: Partial<ReadingForm>) => void;
  problem: string | undefined;
}) {
  return (
    <section aria-label="Not scoreable" data-input="reason">
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          Not scoreable, because
        </Text>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onChange({ scoreable: true, reason: "" })} rightSection={<Keys keys={["X"]} />}>
          Score it
        </Button>
      </Group>
      <Stack gap={4} role="radiogroup" aria-label="Reason">
        {Object.entries(reasons).map(([key, words], index) => (
          <Button
            key={key}
            role="radio"
            aria-checked={form.reason === key}
            variant={form.reason === key ? "light" : "default"}
            justify="space-between"
            size="sm"
            h="auto"
            py={7}
            styles={{ label: { whiteSpace: "normal", textAlign: "left" }, inner: { justifyContent: "space-between" } }}
            fw={form.reason === key ? 600 : 400}
            rightSection={<Keys keys={[String(index + 1)]} />}
            onClick={() => onChange({ reason: key })}
          >
            {words}
          </Button>
        ))}
      </Stack>
      <Text className={classes.note} component="div" role={problem ? "alert" : undefined}>
        {problem ?? ""}
      </Text>
    </section>
  );
}

function Control({ value, onChange, problem }: { value: InternalControl; onChange: (value: InternalControl) => void; problem: string | undefined }) {
  return (
    <div data-input="internal_control">
      <Choice
        label="Internal control (normal epithelium)"
        keys={["I"]}
        value={value}
        options={[["present", "stained"], ["absent", "not stained"], ["not_seen", "none seen"]]}
        onChange={(control) => onChange(control as InternalControl)}
      />
      <Text className={classes.note} component="div" role={problem ? "alert" : undefined}>
        {problem ?? ""}
      </Text>
    </div>
  );
}

/** One of a few; a dash as long as none is chosen. */
function Choice({ label, value, options, onChange, keys = [] }: {
  label: string;
  value: string;
  options: readonly (readonly [key: string, words: string])[];
  onChange: (value: string) => void;
  keys?: readonly string[];
}) {
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text size="sm">{label}</Text>
        <Keys keys={keys} />
      </Group>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={label}
        value={value}
        onChange={onChange}
        data={[...(value === "" ? [{ value: "", label: "—" }] : []), ...options.map(([key, words]) => ({ value: key, label: words }))]}
      />
    </div>
  );
}
