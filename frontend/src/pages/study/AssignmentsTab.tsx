import { Alert, Skeleton, Stack } from "@mantine/core";
import { useProtocol } from "../../api/queries/protocols";
import type { Study } from "../../api/types";
import { Disclosure } from "../../components/common/Disclosure";
import { Problem } from "../../components/common/Problem";
import { AllocationForm } from "../../components/study/AllocationForm";
import { AssignedList } from "../../components/study/AssignedList";
import { SampleSize } from "../../components/study/SampleSize";

/** Who reads what: assign, follow, move. */
export function AssignmentsTab({ study }: { study: Study }) {
  const protocol = useProtocol(study.id);
  return (
    <Stack gap="xl">
      {study.closed_at ? (
        <Alert variant="default" title="This study is closed">
          Nothing more is assigned or read. It can be opened again under Progress, unless its data are locked.
        </Alert>
      ) : (
        <>
          {protocol.isPending && <Skeleton h={230} />}
          {protocol.isError && <Problem error={protocol.error} what="The protocol could not be loaded" retry={() => void protocol.refetch()} />}
          <Disclosure label="How many specimens does agreement need?">
            <SampleSize />
          </Disclosure>
          {protocol.data?.in_force && <AllocationForm key={protocol.data.in_force.version} study={study} protocol={protocol.data.in_force} />}
        </>
      )}
      <AssignedList study={study} />
    </Stack>
  );
}
