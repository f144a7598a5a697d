import { Group, NumberInput, SegmentedControl, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { type SampleSizeQuery, useSampleSize } from "../../api/queries/sample-size";
import { Problem } from "../common/Problem";
import { FIELDS_OF, type FieldName, FIELD_WORDS, START } from "./sample-size";

/** How many specimens agreement needs, before they are assigned. */
export function SampleSize() {
  const [statistic, setStatistic] = useState<SampleSizeQuery["statistic"]>("icc");
  const [aim, setAim] = useState<SampleSizeQuery["aim"]>("width");
  const [numbers, setNumbers] = useState<Record<FieldName, number | string>>(START);
  const fields = FIELDS_OF[`${statistic} ${aim}`];
  const complete = fields.every((name) => typeof numbers[name] === "number");
  const found = useSampleSize({ statistic, aim, ...Object.fromEntries(fields.map((name) => [name, numbers[name]])) }, complete);
  return (
    <Stack gap="sm" maw={760}>
      <Group gap="md">
        <SegmentedControl
          aria-label="Statistic"
          size="xs"
          data={[{ value: "icc", label: "ICC (numbers)" }, { value: "kappa", label: "κ (two categories)" }]}
          value={statistic}
          onChange={(value) => setStatistic(value as SampleSizeQuery["statistic"])}
        />
        <SegmentedControl
          aria-label="Aim"
          size="xs"
          data={[{ value: "width", label: "An interval of a width" }, { value: "test", label: "To be above a least value" }]}
          value={aim}
          onChange={(value) => setAim(value as SampleSizeQuery["aim"])}
        />
      </Group>
      <Group gap="sm" align="flex-end">
        {fields.map((name) => (
          <NumberInput
            key={name}
            label={FIELD_WORDS[name]}
            size="xs"
            w={132}
            step={name === "readers" ? 1 : 0.05}
            decimalScale={name === "readers" ? 0 : 3}
            value={numbers[name]}
            onChange={(value) => setNumbers({ ...numbers, [name]: value })}
          />
        ))}
      </Group>
      {found.isError && <Problem error={found.error} what="It could not be computed" />}
      {found.data && !found.isError && (
        <Text size="sm" role="status">
          <strong>{found.data.sentence}</strong>{" "}
          <Text span size="sm" c="dimmed">
            {found.data.formula}
          </Text>
        </Text>
      )}
    </Stack>
  );
}
