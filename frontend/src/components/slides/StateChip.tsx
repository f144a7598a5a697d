import { IconAlertTriangle, IconCheck, IconClock, IconLoader } from "@tabler/icons-react";
import type { SlideState } from "../../api/types";
import { Chip, type Tone } from "../common/Chip";
import { SLIDE_STATE_WORDS } from "../common/words";

const LOOK: Record<SlideState, { tone: Tone; icon: typeof IconCheck }> = {
  registered: { tone: "quiet", icon: IconClock },
  ingesting: { tone: "quiet", icon: IconLoader },
  ready: { tone: "good", icon: IconCheck },
  refused: { tone: "bad", icon: IconAlertTriangle },
};

/** A slide's state in a word and a sign. */
export function StateChip({ state }: { state: SlideState }) {
  const { tone, icon } = LOOK[state];
  return <Chip tone={tone} icon={icon} label={SLIDE_STATE_WORDS[state]} />;
}
