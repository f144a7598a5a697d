import { Alert, Button, Group, Progress, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { revealSome, useRefetchAgreement } from "../../api/queries/agreement";
import type { Id } from "../../api/types";
import { Problem } from "../common/Problem";
import { counted } from "../common/words";

/** What is over and not looked at yet: shown by one's own act, some hundred at a time, and it can be stopped. */
export function RevealFinished({ study, unseen }: { study: Id; unseen: number }) {
  const refetch = useRefetchAgreement(study);
  const stop = useRef<AbortController | null>(null);
  const [left, setLeft] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const show = async (): Promise<void> => {
    const controller = new AbortController();
    stop.current = controller;
    setError(null);
    setLeft(unseen);
    try {
      let before = Number.POSITIVE_INFINITY;
      for (let rest = unseen; rest > 0 && rest < before && !controller.signal.aborted; ) {
        before = rest;
        rest = (await revealSome(study, controller.signal)).unseen;
        setLeft(rest);
      }
    } catch (problem) {
      if (!controller.signal.aborted) setError(problem);
    }
    await refetch();
    setLeft(null);
  };
  if (unseen === 0 && error === null) return null;
  return (
    <Alert variant="outline" color="gray" mb="md" role="region" aria-label="Not looked at yet">
      <Group justify="space-between" gap="md">
        <Text size="sm" maw={760}>
          {counted(unseen, "finished specimen")} you have not looked at {unseen === 1 ? "is" : "are"} not counted here. Showing{" "}
          {unseen === 1 ? "it" : "them"} is recorded like opening each comparison.
        </Text>
        {left === null ? (
          <Button variant="default" onClick={() => void show()}>
            Show and count {unseen === 1 ? "it" : "them"}
          </Button>
        ) : (
          <Group gap="sm" wrap="nowrap">
            <Progress w={160} value={unseen === 0 ? 100 : (100 * (unseen - left)) / unseen} aria-label="Shown" />
            <Button variant="default" onClick={() => stop.current?.abort()}>
              Stop
            </Button>
          </Group>
        )}
      </Group>
      {error !== null && <Problem error={error} what="They could not be shown" />}
    </Alert>
  );
}
