import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { Keys } from "./Keys";
import { useAllCommands } from "./CommandProvider";

/** Ctrl+K: every command by name. What cannot be done now is listed with the reason instead of being hidden. */
export function Palette() {
  const commands = useAllCommands().filter((command) => command.inPalette);
  const groups: SpotlightActionGroupData[] = [...new Set(commands.map((command) => command.group))].map((group) => ({
    group,
    actions: commands
      .filter((command) => command.group === group)
      .map((command) => {
        const reason = command.disabled();
        return {
          id: command.id,
          label: command.label,
          description: reason ?? undefined,
          disabled: reason !== null,
          onClick: () => command.run(),
          rightSection: command.keys.length > 0 ? <Keys keys={command.keys.slice(0, 1)} /> : undefined,
        };
      }),
  }));
  return (
    <Spotlight
      actions={groups}
      shortcut={null}
      overlayProps={{ blur: 0, backgroundOpacity: 0.45 }}
      nothingFound="No command has this name."
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{ leftSection: <IconSearch size={18} aria-hidden />, placeholder: "Find a command", "aria-label": "Find a command" }}
    />
  );
}
