import { Badge, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconClock, IconLoader } from "@tabler/icons-react";
import type { SlideState } from "../../api/types";
import { SLIDE_STATE_WORDS } from "../common/words";

const LOOK: Record<SlideState, { color: string; icon: typeof IconCheck }> = {
  registered: { color: "gray", icon: IconClock },
  ingesting: { color: "gray", icon: IconLoader },
  ready: { color: "teal", icon: IconCheck },
  refused: { color: "red", icon: IconAlertTriangle },
};

/** State in a word and a sign; why it was refused, where that may be known. */
export function StateChip({ state, reason }: { state: SlideState; reason?: string }) {
  const { color, icon: Icon } = LOOK[state];
  const chip = (
    <Badge color={color} variant="light" leftSection={<Icon size={12} aria-hidden />} tabIndex={reason ? 0 : undefined}>
      {SLIDE_STATE_WORDS[state]}
    </Badge>
  );
  return reason ? (
    <Tooltip label={reason} multiline maw={360}>
      {chip}
    </Tooltip>
  ) : (
    chip
  );
}
