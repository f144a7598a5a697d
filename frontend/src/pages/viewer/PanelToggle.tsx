import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand } from "@tabler/icons-react";
import { preferences } from "../../state/preferences";

const ICONS = {
  left: { open: IconLayoutSidebarLeftCollapse, closed: IconLayoutSidebarLeftExpand },
  right: { open: IconLayoutSidebarRightCollapse, closed: IconLayoutSidebarRightExpand },
};

/** Gives the panel's place to the tissue, and back. */
export function PanelToggle({ side, open }: { side: "left" | "right"; open: boolean }) {
  const label = `${open ? "Hide" : "Show"} ${side === "left" ? "the case’s slides" : "the panel"}`;
  const Icon = ICONS[side][open ? "open" : "closed"];
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        aria-pressed={open}
        onClick={() => preferences.set(side === "left" ? { filmstripOpen: !open } : { panelOpen: !open })}
      >
        <Icon size={19} />
      </ActionIcon>
    </Tooltip>
  );
}
