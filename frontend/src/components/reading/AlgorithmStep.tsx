import { Button, Divider, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconEye } from "@tabler/icons-react";
import { useState } from "react";
import { toNumber } from "../../api/numbers";
import { useRevealAlgorithm } from "../../api/queries/reading";
import type { AlgorithmResult, Assignment, OwnReading } from "../../api/reading-types";
import { STAIN_CLASSES, type StainClass } from "../../api/types";
import type { ReadingForm } from "../../state/reading-form";
import { formError } from "../common/form-errors";
import { ResearchUse, StackedBar } from "../runs/ClassBars";
import { formOf } from "./AmendForm";
import { OpenReading } from "./OpenReading";
import type { ReadingDesk } from "./reading-desk";
import classes from "./reading.module.css";
import { scoreWords, ScoreView } from "./ScoreView";
import { SignedReading } from "./SignedReading";

/** Sequential reading: one's own is signed; now the algorithm may be looked at, and a revised reading signed. */
export function AlgorithmStep({ assignment, reading, person, desk }: { assignment: Assignment; reading: OwnReading; person: string; desk: ReadingDesk }) {
  const [revising, setRevising] = useState<ReadingForm | null>(null);
  const reveal = useRevealAlgorithm(assignment.id);
  const results = reveal.data?.algorithms ?? null;
  if (revising !== null && results !== null) {
    return (
      <OpenReading
        assignment={assignment}
        person={person}
        desk={desk}
        form={revising}
        onChange={(change) => setRevising((old) => (old === null ? null : { ...old, ...change }))}
        draft={null}
      >
        <Results results={results} assignment={assignment} />
        <Divider my="sm" label={`Yours was ${scoreWords(reading, reading.scheme, assignment.reasons)}`} labelPosition="left" />
      </OpenReading>
    );
  }
  return (
    <div className={classes.scroll}>
      {results === null ? (
        <Stack gap="xs" mb="md">
          <Text size="sm">Your unaided reading is signed and stays as it is. You may now look at the algorithm’s result and sign a revised reading.</Text>
          <Button leftSection={<IconEye size={18} aria-hidden />} loading={reveal.isPending} onClick={() => reveal.mutate()}>
            Show the algorithm’s result
          </Button>
          <Text size="xs" c="dimmed">
            Looking is recorded.
          </Text>
          {reveal.isError && (
            <Text size="sm" role="alert" c="light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))">
              <IconAlertTriangle size={15} aria-hidden /> {formError(reveal.error, [])}
            </Text>
          )}
        </Stack>
      ) : (
        <Stack gap="xs" mb="md">
          <Results results={results} assignment={assignment} />
          <Button onClick={() => setRevising({ ...formOf(reading), comment: "" })}>Revise my reading</Button>
        </Stack>
      )}
      <Divider mb="sm" />
      <SignedReading assignment={assignment} reading={reading} />
    </div>
  );
}

function Results({ results, assignment }: { results: AlgorithmResult[]; assignment: Assignment }) {
  if (results.length === 0) return <Text size="sm">No algorithm has a result of this specimen yet.</Text>;
  return (
    <section aria-label="Algorithm">
      {results.map((result) => (
        <div key={result.run}>
          <Text size="xs" c="dimmed">
            {result.name} {result.version} · {result.preset}
          </Text>
          <ScoreView score={asScore(result)} scheme={assignment.scheme} reasons={assignment.reasons} />
          <Bar result={result} />
        </div>
      ))}
      <ResearchUse />
    </section>
  );
}

const asScore = ({ scoreable, reason, value, category }: AlgorithmResult) => ({
  scoreable, reason, value, category, inputs: {}, rule: "", flags: [], comment: "",
});

function Bar({ result }: { result: AlgorithmResult }) {
  const shares = Object.fromEntries(STAIN_CLASSES.map((name) => [name, toNumber(result.percentages?.[name])])) as Record<StainClass, number | null>;
  if (Object.values(shares).includes(null)) return null;
  return <StackedBar percentages={shares as Record<StainClass, number>} />;
}
