import { Box, Group, Modal, Text, Title } from "@mantine/core";
import { Keys } from "./Keys";
import { useAllCommands } from "./CommandProvider";

/** Every key of the page as it is now, read from the same table that makes the keys work. */
export function KeyboardHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const commands = useAllCommands().filter((command) => command.keys.length > 0);
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <Modal opened={opened} onClose={onClose} title="All keys" size={860}>
      <div style={{ columns: "2 300px", columnGap: 40 }}>
        {groups.map((group) => (
          <Box key={group} mb="lg">
            <Title order={3} mb="xs" style={{ breakAfter: "avoid" }}>
              {group}
            </Title>
            <div>
              {commands
                .filter((command) => command.group === group)
                .map((command) => (
                  <Group key={command.id} justify="space-between" wrap="nowrap" gap="md" py={3} style={{ breakInside: "avoid" }}>
                    <Text size="sm" c={command.disabled() ? "dimmed" : undefined}>
                      {command.label}
                    </Text>
                    <Keys keys={command.keys} />
                  </Group>
                ))}
            </div>
          </Box>
        ))}
      </div>
      <Text size="sm" c="dimmed" mt="lg">
        Keys do nothing while you type in a field. Ctrl K finds any command by its name.
      </Text>
    </Modal>
  );
}
