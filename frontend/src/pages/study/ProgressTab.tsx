import { Anchor, Button, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import type { RoundState, StudyProgress } from "../../api/administration";
import { useProgress } from "../../api/queries/assigning";
import type { Id, Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { Problem } from "../../components/common/Problem";
import { grouped } from "../../components/common/words";
import { Absences } from "../../components/study/Absences";
import { percentSigned, totalsOf } from "../../components/study/progress";
import { ReaderProgressTable } from "../../components/study/ReaderProgressTable";
import { StudyLife } from "../../components/study/StudyLife";
import classes from "../../components/study/study.module.css";
import { ROUND_STATE_WORDS } from "../../components/study/words";

/** How far the readers are. Counts of work alone: what was read is for those to whom the protocol reveals it. */
export function ProgressTab({ study }: { study: Study }) {
  const progress = useProgress(study.id);
  return (
    <Stack gap="xl">
      {progress.isPending && <Skeleton h={360} />}
      {progress.isError && <Problem error={progress.error} what="The progress could not be loaded" retry={() => void progress.refetch()} />}
      {progress.data && progress.data.readers.length === 0 && (
        <Empty
          title="Nothing is assigned yet"
          action={
            <Button component={Link} to={`/studies/${study.id}?tab=assignments`} variant="default">
              Assign specimens
            </Button>
          }
        >
          Once specimens are assigned, this shows how far each reader is.
        </Empty>
      )}
      {progress.data && progress.data.readers.length > 0 && <Shown study={study.id} progress={progress.data} />}
      {progress.data && <Absences study={study.id} readers={progress.data.readers} />}
      <StudyLife study={study} />
    </Stack>
  );
}

function Shown({ study, progress }: { study: Id; progress: StudyProgress }) {
  const totals = totalsOf(progress.readers);
  return (
    <>
      <div className={classes.figures} role="group" aria-label="All readers together">
        <Figure number={`${percentSigned(totals)} %`} label={`${grouped(totals.signed)} of ${grouped(totals.assigned)} readings signed`} />
        <Figure number={grouped(totals.overdue)} label="readings overdue" />
        <Figure number={grouped(progress.rounds.discordant)} label="specimens waiting for an adjudicator" to={`/comparisons?study=${study}&state=discordant`} />
        <Figure number={grouped(progress.rounds.decided)} label="specimens decided" to={`/comparisons?study=${study}&state=decided`} />
        <Figure number={grouped(progress.rounds.open)} label="specimens being read" />
      </div>
      <section aria-label="Readers">
        <Title order={2} size="h3" mb="xs">
          Readers
        </Title>
        <ReaderProgressTable study={study} readers={progress.readers} />
      </section>
      {progress.by_marker.length > 0 && <ByMarker rows={progress.by_marker} />}
    </>
  );
}

function Figure({ number, label, to }: { number: string; label: string; to?: string }) {
  return (
    <div className={classes.figure}>
      <div className={classes.figureNumber}>{number}</div>
      <Text size="sm" c="dimmed">
        {to ? (
          <Anchor component={Link} to={to} c="inherit" inherit underline="always">
            {label}
          </Anchor>
        ) : (
          label
        )}
      </Text>
    </div>
  );
}

const STATES: RoundState[] = ["open", "discordant", "decided", "closed"];

function ByMarker({ rows }: { rows: StudyProgress["by_marker"] }) {
  return (
    <section aria-label="Specimens by marker">
      <Title order={2} size="h3" mb="xs">
        Specimens by marker
      </Title>
      <Table aria-label="Specimens by marker" maw={860} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Marker</Table.Th>
            {STATES.map((state) => (
              <Table.Th key={state} ta="right">
                {ROUND_STATE_WORDS[state]}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.marker}>
              <Table.Td>{row.marker}</Table.Td>
              {STATES.map((state) => (
                <Table.Td key={state} ta="right">
                  {grouped(row[state] ?? 0)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
