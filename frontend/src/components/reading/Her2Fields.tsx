import { Button, Radio, SegmentedControl, Stack, Text } from "@mantine/core";
import { HER2_CATEGORIES } from "../../geometry/her2";
import { plain } from "../../state/percent";
import { HER2_PARTS, her2By, her2ByPercentages, overBy, parts } from "../../state/reading-form";
import { her2 } from "../../state/scores";
import type { FieldsProps } from "./fields";
import { onlySentence } from "./her2-sentence";
import { PercentField } from "./PercentField";
import classes from "./reading.module.css";

const PART_WORDS: Record<(typeof HER2_PARTS)[number], string> = {
  intense_complete: "intense, complete",
  moderate_complete: "weak to moderate, complete",
  faint_incomplete: "faint, incomplete",
  intense_incomplete: "intense, incomplete (rare)",
};

/** HER2 by the category with the guideline's sentence, or by percentages of which the category follows. */
export function Her2Fields(props: FieldsProps) {
  const byPercentages = her2ByPercentages(props.form);
  return (
    <Stack gap="xs">
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="How HER2 is given"
        value={byPercentages ? "percentages" : "category"}
        onChange={(by) => props.onInput(her2By(by === "percentages" ? "percentages" : "category"))}
        data={[
          { value: "category", label: "By category" },
          { value: "percentages", label: "By percentages" },
        ]}
      />
      {byPercentages ? <ByPercentages {...props} /> : <ByCategory {...props} />}
    </Stack>
  );
}

function ByCategory({ form, onInput, problems, sentences }: FieldsProps) {
  const chosen = form.inputs.category ?? "";
  const fitting = sentences.filter((sentence) => sentence.category === chosen);
  return (
    <>
      <div className={classes.categories} data-input="category" role="group" aria-label="HER2 category">
        {HER2_CATEGORIES.map(({ category, colour }) => (
          <Button
            key={category}
            variant={chosen === category ? "filled" : "default"}
            aria-pressed={chosen === category}
            px={6}
            h={44}
            leftSection={<span className={classes.swatch} style={{ background: colour, width: 12, height: 12 }} aria-hidden />}
            onClick={() => onInput({ category, sentence: onlySentence(sentences, category) })}
          >
            {category}
          </Button>
        ))}
      </div>
      <Text className={classes.note} component="div">
        {problems.category ?? problems.sentence ?? ""}
      </Text>
      <Radio.Group
        aria-label="The guideline's sentence"
        data-input="sentence"
        value={form.inputs.sentence ?? ""}
        onChange={(sentence) => onInput({ sentence })}
      >
        <Stack gap={8} mih={64}>
          {fitting.map((sentence) => (
            <Radio key={sentence.key} value={sentence.key} size="sm" label={sentence.text} />
          ))}
        </Stack>
      </Radio.Group>
    </>
  );
}

function ByPercentages({ form, onInput, problems, keys, rules }: FieldsProps) {
  const [intense = 0, moderate = 0, faint = 0, unusual = 0] = parts(form, HER2_PARTS).map((part) => part ?? 0);
  const over = overBy(form, HER2_PARTS);
  const isEmpty = parts(form, HER2_PARTS).every((part) => part === null);
  const found = isEmpty ? null : her2(intense, moderate, faint, unusual);
  return (
    <>
      {HER2_PARTS.map((name) => (
        <div key={name} className={classes.wide}>
          <PercentField
            name={name}
            label={PART_WORDS[name]}
            value={form.inputs[name] ?? ""}
            onChange={(value) => onInput({ [name]: value })}
            keys={keys}
            problem={problems[name]}
            over={over > 0}
          />
        </div>
      ))}
      <div className={classes.total} aria-live="polite">
        <Text fw={550}>HER2</Text>
        {over > 0 ? (
          <span className={classes.over} role="alert">
            {plain(over)} % over 100
          </span>
        ) : (
          <span className={classes.totalValue} data-empty={found === null || undefined} data-testid="her2">
            {found?.category ?? "—"}
          </span>
        )}
      </div>
      <Text size="sm" c="dimmed" mih={40}>
        {found ? rules[found.rule] : "What is left to 100 % is unstained."}
      </Text>
    </>
  );
}
