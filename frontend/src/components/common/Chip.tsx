import { Badge } from "@mantine/core";
import type { IconCheck } from "@tabler/icons-react";

export type Tone = "quiet" | "good" | "bad";

const COLOUR: Record<Tone, string> = {
  quiet: "var(--duo-muted)",
  good: "light-dark(var(--mantine-color-teal-7), var(--mantine-color-teal-4))",
  bad: "light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))",
};

/** A state in a sign and a word. Only the sign has a colour, so that a list of them stays calm. */
export function Chip({ tone, icon: Icon, label }: { tone: Tone; icon: typeof IconCheck; label: string }) {
  return (
    <Badge variant="default" leftSection={<Icon size={13} aria-hidden color={COLOUR[tone]} />} style={{ flex: "none" }}>
      {label}
    </Badge>
  );
}
