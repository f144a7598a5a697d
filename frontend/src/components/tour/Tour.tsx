import { Button, CloseButton, Group, Paper, Portal, Text, Title } from "@mantine/core";
import { useState, useSyncExternalStore } from "react";
import { useLocation } from "react-router";
import { preferences } from "../../state/preferences";

const STEPS = [
  {
    title: "Studies hold cases, cases hold slides",
    text: "Open a study, choose a case or a slide, and click its picture. The trail at the top always leads back.",
  },
  {
    title: "Everything has a key",
    text: "In the viewer Alt+1 to Alt+6 set the magnification, F fits the slide, O switches stains. Press ? at any time to see all keys.",
  },
  {
    title: "Find any command by name",
    text: "Ctrl+K opens a list of everything you can do here. What cannot be done right now says why.",
  },
] as const;

const IN_VIEWER = /^\/(slides|read)\//;

/** Three steps in a corner, once; nothing is covered and nothing has to be clicked. */
export function Tour() {
  const { tourSeen } = useSyncExternalStore(preferences.subscribe, preferences.get);
  const [asked, setAt] = useState(0);
  const { pathname } = useLocation();
  // Whoever looks at tissue has found the way that the first step tells.
  const at = asked === 0 && IN_VIEWER.test(pathname) ? 1 : asked;
  const step = STEPS[at];
  if (tourSeen || !step) return null;
  const end = (): void => {
    preferences.set({ tourSeen: true });
    setAt(0);
  };
  const last = at === STEPS.length - 1;
  return (
    <Portal>
      <Paper
        component="section"
        aria-label="Tour"
        withBorder
        shadow="lg"
        p="md"
        w={340}
        style={{ position: "fixed", left: "calc(50% - 170px)", bottom: 40, zIndex: 150 }}
      >
        <Group justify="space-between" wrap="nowrap" align="flex-start" mb={6}>
          <Title order={3}>{step.title}</Title>
          <CloseButton size="sm" aria-label="Skip the tour" onClick={end} />
        </Group>
        <Text size="sm" c="dimmed">
          {step.text}
        </Text>
        <Group justify="space-between" mt="md">
          <Text size="xs" c="dimmed" className="duo-number">
            {at + 1} of {STEPS.length}
          </Text>
          <Group gap="xs">
            {asked > 0 && (
              <Button size="xs" variant="subtle" color="gray" onClick={() => setAt(at - 1)}>
                Back
              </Button>
            )}
            <Button size="xs" onClick={last ? end : () => setAt(at + 1)}>
              {last ? "Start" : "Next"}
            </Button>
          </Group>
        </Group>
      </Paper>
    </Portal>
  );
}
