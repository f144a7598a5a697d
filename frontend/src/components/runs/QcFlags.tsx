import { Group, Stack, Text } from "@mantine/core";
import { IconAlertCircle, IconAlertTriangle } from "@tabler/icons-react";
import type { QcFlag } from "../../api/types";

const AMBER = "light-dark(var(--mantine-color-amber-8), var(--mantine-color-amber-4))";
const RED = "light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))";

export const isRefusal = (flag: QcFlag): boolean => flag.severity === "refuse";

export function FlagIcon({ flag, size = 16 }: { flag: QcFlag; size?: number }) {
  return isRefusal(flag) ? (
    <IconAlertTriangle size={size} color={RED} style={{ flex: "none" }} aria-label="Refused" />
  ) : (
    <IconAlertCircle size={size} color={AMBER} style={{ flex: "none" }} aria-label="For review" />
  );
}

/** What quality control says of the specimen, a sentence a flag. */
export function QcFlags({ flags }: { flags: QcFlag[] }) {
  if (flags.length === 0) return null;
  return (
    <Stack gap={4} component="section" aria-label="Quality">
      {flags.map((flag) => (
        <Group key={flag.code + flag.message} gap={6} wrap="nowrap" align="flex-start">
          <FlagIcon flag={flag} />
          <Text size="xs">
            {isRefusal(flag) ? "Refused: " : "For review: "}
            {flag.message}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
