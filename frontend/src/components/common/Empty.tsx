import { Center, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** What belongs here, and the one action that brings it. */
export function Empty({ title, children, action, icon }: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}) {
  return (
    <Center py={56} px="md">
      <Stack align="center" gap="xs" maw={440} ta="center">
        {icon}
        <Title order={3}>{title}</Title>
        <Text c="dimmed" size="sm">
          {children}
        </Text>
        {action && <div style={{ marginTop: 8 }}>{action}</div>}
      </Stack>
    </Center>
  );
}
