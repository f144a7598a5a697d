import { ActionIcon, CopyButton, Group, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** "3f9ac2d41b77…" with the whole digest one click away. */
export function WeightsDigest({ sha256 }: { sha256: string }) {
  return (
    <Group gap={4} wrap="nowrap" component="span" display="inline-flex">
      <Text size="xs" ff="monospace" component="span" title={sha256}>
        {sha256.slice(0, 12)}…
      </Text>
      <CopyButton value={sha256}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : "Copy the whole SHA-256"}>
            <ActionIcon size="sm" variant="subtle" color="gray" aria-label="Copy the weights’ SHA-256" onClick={copy}>
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
