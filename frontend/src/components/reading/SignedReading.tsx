import { Button, Divider, Group, Stack, Text } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import type { Assignment, OwnReading } from "../../api/reading-types";
import { Time } from "../common/Time";
import { AmendForm } from "./AmendForm";
import { Pair, ScoreView } from "./ScoreView";
import classes from "./reading.module.css";

const CONTROL_WORDS: Record<string, string> = { present: "stained", absent: "not stained", not_seen: "none seen" };

/** One's own signed reading, its amendments, and the way to add one. */
export function SignedReading({ assignment, reading }: { assignment: Assignment; reading: OwnReading }) {
  const [amending, setAmending] = useState(false);
  const { details } = reading;
  return (
    <Stack gap="md" component="section" aria-label="Signed reading">
      <ScoreView score={reading} scheme={reading.scheme} reasons={assignment.reasons} />
      <dl className={classes.facts}>
        {details.confidence && <Pair name="Confidence" value={details.confidence} />}
        {details.internal_control && <Pair name="Internal control" value={CONTROL_WORDS[details.internal_control] ?? details.internal_control} />}
        {details.magnification !== undefined && <Pair name="Highest magnification" value={`${details.magnification}×`} />}
        <Pair name="Signed by" value={reading.signer} />
        <Pair name="at" value={<Time iso={reading.signed_at} />} />
      </dl>
      <Text size="xs" c="dimmed">
        {reading.meaning} It cannot be changed any more, by anybody.
      </Text>
      {reading.amendments.map((amendment) => (
        <section key={amendment.id} aria-label="Amendment">
          <Divider mb="sm" label="Amendment" labelPosition="left" />
          <ScoreView score={amendment} scheme={reading.scheme} reasons={assignment.reasons} />
          <Text size="sm" mt={4}>
            Because: {amendment.why}
          </Text>
          <Text size="xs" c="dimmed">
            {amendment.signer}, <Time iso={amendment.signed_at} />
          </Text>
        </section>
      ))}
      {amending ? (
        <AmendForm assignment={assignment} reading={reading} onDone={() => setAmending(false)} />
      ) : (
        <Group>
          <Button variant="default" size="xs" leftSection={<IconPencil size={15} aria-hidden />} onClick={() => setAmending(true)}>
            Amend, with a reason
          </Button>
        </Group>
      )}
    </Stack>
  );
}
