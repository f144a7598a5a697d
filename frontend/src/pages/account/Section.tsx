import { Paper, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function Section({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Title order={2} size="h3" mb={about ? 2 : "sm"}>
        {title}
      </Title>
      {about && (
        <Text size="sm" c="dimmed" mb="md">
          {about}
        </Text>
      )}
      {children}
    </Paper>
  );
}
