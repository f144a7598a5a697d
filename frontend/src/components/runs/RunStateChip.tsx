import { Badge } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconCheck, IconClock, IconPlayerPlay } from "@tabler/icons-react";
import type { RunState } from "../../api/types";
import { RUN_STATE_WORDS } from "../common/words";

const LOOK: Record<RunState, { color: string; icon: typeof IconCheck }> = {
  queued: { color: "gray", icon: IconClock },
  running: { color: "teal", icon: IconPlayerPlay },
  done: { color: "teal", icon: IconCheck },
  failed: { color: "red", icon: IconAlertTriangle },
  cancelled: { color: "gray", icon: IconBan },
};

export function RunStateChip({ state }: { state: RunState }) {
  const { color, icon: Icon } = LOOK[state];
  return (
    <Badge color={color} variant="light" leftSection={<Icon size={12} aria-hidden />}>
      {RUN_STATE_WORDS[state]}
    </Badge>
  );
}
