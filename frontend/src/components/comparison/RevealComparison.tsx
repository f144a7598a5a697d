import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { FormProblem } from "../common/FormProblem";

/** Nothing is asked for before the person says so: looking is recorded for good. */
export function RevealComparison({ onReveal, busy, error, children }: {
  onReveal: () => void;
  busy: boolean;
  error: unknown;
  /** What one will see, and what looking means. */
  children: ReactNode;
}) {
  return (
    <Paper withBorder p="lg" maw={620}>
      <Stack gap="sm" align="flex-start">
        <Title order={2} size="h3">
          Not looked at yet
        </Title>
        <Text size="sm">{children}</Text>
        <Button leftSection={<IconEye size={16} aria-hidden />} loading={busy} onClick={onReveal}>
          Show the readings
        </Button>
        <FormProblem error={error} />
      </Stack>
    </Paper>
  );
}
