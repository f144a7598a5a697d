import { Button, Group, NumberInput, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useEditSlide } from "../../api/queries/slides";
import type { Slide } from "../../api/types";
import { fieldError } from "../common/form-errors";
import { FormProblem } from "../common/FormProblem";

/** Asks a technician for what the file does not say. It is recorded with "entered by a technician", never guessed. */
export function PixelSizeForm({ slide }: { slide: Pick<Slide, "id" | "version"> }) {
  const edit = useEditSlide();
  const [value, setValue] = useState<number | string>("");
  const number = typeof value === "number" ? value : Number.NaN;
  const valid = number >= 0.01 && number <= 100;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (valid) edit.mutate({ slide, change: { um_per_px: number } });
  };
  return (
    <form onSubmit={submit} aria-label="Enter µm/px">
      <Text size="xs" mb={4} c="light-dark(var(--mantine-color-amber-8), var(--mantine-color-amber-4))">
        The file does not say its µm/px. Scores need it.
      </Text>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <NumberInput
          size="xs"
          aria-label="µm/px"
          placeholder="e.g. 0.25"
          hideControls
          decimalScale={6}
          value={value}
          onChange={setValue}
          error={fieldError(edit.error, "um_per_px") ?? (value !== "" && !valid ? "0.01 to 100" : undefined)}
          flex={1}
        />
        <Button size="xs" type="submit" loading={edit.isPending} disabled={!valid}>
          Save
        </Button>
      </Group>
      <FormProblem error={edit.error} fields={["um_per_px"]} />
    </form>
  );
}
