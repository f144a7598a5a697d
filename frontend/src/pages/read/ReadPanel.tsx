import { Badge, Button, Group, Text, Title } from "@mantine/core";
import { IconBook2, IconClockPlay, IconEyeOff } from "@tabler/icons-react";
import { useResume } from "../../api/queries/reading";
import type { Assignment, OwnReading } from "../../api/reading-types";
import { READING_COMMANDS } from "../../commands/reading";
import { useCommands } from "../../components/commands/CommandProvider";
import { Keys } from "../../components/commands/Keys";
import { AlgorithmStep } from "../../components/reading/AlgorithmStep";
import { OpenReading } from "../../components/reading/OpenReading";
import type { ReadingDesk } from "../../components/reading/reading-desk";
import classes from "../../components/reading/reading.module.css";
import { SignedReading } from "../../components/reading/SignedReading";
import { PURPOSE_WORDS } from "../../components/reading/state-words";
import { useDraft } from "../../components/reading/use-draft";

export interface ReadPanelProps {
  assignment: Assignment;
  person: string;
  desk: ReadingDesk;
}

/** The form at the right, or what was signed with it. */
export function ReadPanel(props: ReadPanelProps) {
  const { assignment } = props;
  const { reading } = assignment;
  return (
    <aside className={classes.panel} aria-label="Score">
      <Head {...props} />
      {assignment.state === "signed" ? reading === null ? <SignedUnseen desk={props.desk} /> : <Signed {...props} reading={reading} /> : <Unsigned {...props} />}
    </aside>
  );
}

function Head({ assignment, desk }: ReadPanelProps) {
  return (
    <div style={{ padding: "12px 16px 0" }}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Title order={2} size="h3" lineClamp={1}>
          {assignment.is_core ? "Core" : "Section"} {assignment.alias} · {assignment.marker}
        </Title>
        <Group gap={8} wrap="nowrap">
          {assignment.purpose !== "primary" && (
            <Badge variant="default" style={{ flex: "none" }}>
              {PURPOSE_WORDS[assignment.purpose]}
            </Badge>
          )}
          <Text size="sm" c="dimmed" className="duo-number" style={{ whiteSpace: "nowrap" }}>
            {assignment.position + 1} / {assignment.of}
          </Text>
        </Group>
      </Group>
      <Group justify="space-between" wrap="nowrap" gap="xs" mt={2} pb={8} style={{ borderBottom: "1px solid var(--duo-line)" }}>
        <Group gap={6} wrap="nowrap">
          <IconEyeOff size={15} aria-hidden color="var(--duo-muted)" />
          <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
            Your reading is independent
          </Text>
        </Group>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconBook2 size={15} aria-hidden />}
          title="The categories in words and pictures · G"
          style={{ flex: "none" }}
          onClick={desk.showReference}
        >
          Reference
        </Button>
      </Group>
    </div>
  );
}

function Unsigned({ assignment, person, desk }: ReadPanelProps) {
  const draft = useDraft(assignment, person);
  return (
    <OpenReading assignment={assignment} person={person} desk={desk} form={draft.form} onChange={draft.change} draft={draft}>
      {assignment.state === "deferred" && <Deferred assignment={assignment} />}
    </OpenReading>
  );
}

function Deferred({ assignment }: { assignment: Assignment }) {
  const resume = useResume(assignment.id);
  return (
    <Group justify="space-between" mb="sm" wrap="nowrap">
      <Text size="sm">You put this one back for later.</Text>
      <Button size="compact-sm" variant="default" leftSection={<IconClockPlay size={15} aria-hidden />} loading={resume.isPending} onClick={() => resume.mutate()}>
        Take it up
      </Button>
    </Group>
  );
}

function Signed({ assignment, person, desk, reading }: ReadPanelProps & { reading: OwnReading }) {
  if (assignment.may_revise) {
    return (
      <>
        <WayOn desk={desk} />
        <AlgorithmStep assignment={assignment} reading={reading} person={person} desk={desk} />
        <Next desk={desk} />
      </>
    );
  }
  return (
    <>
      <WayOn desk={desk} />
      <div className={classes.scroll}>
        <SignedReading assignment={assignment} reading={reading} />
      </div>
      <Next desk={desk} />
    </>
  );
}

/** Signed, but not to be looked at for now; why is not said, for that would tell what is still to come. */
function SignedUnseen({ desk }: { desk: ReadingDesk }) {
  return (
    <>
      <WayOn desk={desk} />
      <div className={classes.scroll}>
        <Text size="sm">You have signed this reading. It is not shown at present.</Text>
      </div>
      <Next desk={desk} />
    </>
  );
}

/** Next, previous, fit and reference by key where no form is open. */
function WayOn({ desk }: { desk: ReadingDesk }) {
  const nothing = (): void => {};
  useCommands(READING_COMMANDS, {
    scheme: "",
    marker: "",
    isOpen: false,
    isScoreable: false,
    asksControl: false,
    hasNext: desk.next !== null,
    hasPrevious: desk.previous !== null,
    sign: nothing,
    focusInput: nothing,
    toggleScoreable: nothing,
    focusComment: nothing,
    defer: nothing,
    next: () => desk.next?.(),
    previous: () => desk.previous?.(),
    nextControl: nothing,
    undoCount: nothing,
    showReference: desk.showReference,
    fit: desk.fit,
  });
  return null;
}

function Next({ desk }: { desk: ReadingDesk }) {
  return (
    <div className={classes.foot}>
      {desk.next === null ? (
        <Text size="sm" c="dimmed" ta="center">
          Nothing is left to read here.
        </Text>
      ) : (
        <Button fullWidth variant="default" rightSection={<Keys keys={["N"]} />} onClick={desk.next}>
          Next to read
        </Button>
      )}
    </div>
  );
}
