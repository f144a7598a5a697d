import { IconAlertTriangle, IconBan, IconCheck, IconClock, IconPlayerPlay } from "@tabler/icons-react";
import type { RunState } from "../../api/types";
import { Chip, type Tone } from "../common/Chip";
import { RUN_STATE_WORDS } from "../common/words";

const LOOK: Record<RunState, { tone: Tone; icon: typeof IconCheck }> = {
  queued: { tone: "quiet", icon: IconClock },
  running: { tone: "good", icon: IconPlayerPlay },
  done: { tone: "good", icon: IconCheck },
  failed: { tone: "bad", icon: IconAlertTriangle },
  cancelled: { tone: "quiet", icon: IconBan },
};

export function RunStateChip({ state }: { state: RunState }) {
  const { tone, icon } = LOOK[state];
  return <Chip tone={tone} icon={icon} label={RUN_STATE_WORDS[state]} />;
}
