import { Group, Kbd, Text } from "@mantine/core";
import { Fragment } from "react";
import { keyCaps } from "../../commands/shortcuts";

/** Keys as caps: one group per alternative. */
export function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <Group gap={6} wrap="nowrap">
      {keys.map((chord, index) => (
        <Fragment key={chord}>
          {index > 0 && (
            <Text size="xs" c="dimmed">
              or
            </Text>
          )}
          <Group gap={3} wrap="nowrap">
            {keyCaps(chord).map((cap) => (
              <Kbd key={cap} size="xs">
                {cap}
              </Kbd>
            ))}
          </Group>
        </Fragment>
      ))}
    </Group>
  );
}
