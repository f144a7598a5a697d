import { Group, Stack, Text, Title } from "@mantine/core";
import { useStudyStep } from "../../api/queries/study-life";
import type { Study } from "../../api/types";
import { ConfirmInPlace } from "../common/ConfirmInPlace";
import { Time } from "../common/Time";

/** Open → closed → locked. Closing can be taken back, locking cannot. */
export function StudyLife({ study }: { study: Study }) {
  return (
    <section aria-label="Study close and data lock">
      <Title order={2} size="h3" mb={4}>
        Study close and data lock
      </Title>
      <Stack gap="sm" align="flex-start">
        <Text size="sm" c="dimmed">
          {study.locked_at ? (
            <>
              The data were locked <Time iso={study.locked_at} />. Nothing can be added or changed any more.
            </>
          ) : study.closed_at ? (
            <>
              The study was closed <Time iso={study.closed_at} />. Nobody reads until it is opened again.
            </>
          ) : (
            "The study is open: readers read, and more can be assigned."
          )}
        </Text>
        {!study.locked_at && (
          <Group gap="sm" align="flex-start">
            {study.closed_at ? <ReopenAndLock study={study} /> : <Close study={study} />}
          </Group>
        )}
      </Stack>
    </section>
  );
}

function Close({ study }: { study: Study }) {
  const step = useStudyStep(study.id);
  return (
    <ConfirmInPlace
      label="Close the study"
      confirm="Close the study"
      says="Nobody can open or sign a reading until the study is opened again. What is signed stays; drafts are kept."
      busy={step.isPending}
      error={step.error}
      onConfirm={(_reason, close) => step.mutate("close", { onSuccess: close })}
    />
  );
}

function ReopenAndLock({ study }: { study: Study }) {
  const reopen = useStudyStep(study.id);
  const lock = useStudyStep(study.id);
  return (
    <>
      <ConfirmInPlace
        label="Open the study again"
        confirm="Open it again"
        says="Readers go on where they stopped."
        busy={reopen.isPending}
        error={reopen.error}
        onConfirm={(_reason, close) => reopen.mutate("reopen", { onSuccess: close })}
      />
      <ConfirmInPlace
        danger
        label="Lock the data"
        confirm="Lock the data for good"
        says="This cannot be taken back: no reading, amendment or assignment can be added to this study ever again."
        busy={lock.isPending}
        error={lock.error}
        onConfirm={(_reason, close) => lock.mutate("lock", { onSuccess: close })}
      />
    </>
  );
}
