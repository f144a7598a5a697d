import { Anchor, Stack } from "@mantine/core";
import { Link, useParams } from "react-router";
import { AdjudicatorReadings } from "../../components/comparison/AdjudicatorReadings";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";

/** What the adjudicator is shown of a discordant specimen, where the protocol says so. */
export function AdjudicatorPage() {
  const { assignmentId = "" } = useParams();
  return (
    <PageBody title="The readings that disagree" about="You adjudicate this specimen: your reading becomes the consensus.">
      <Trail crumbs={[{ label: "Worklist", to: "/worklist" }, { label: "The readings that disagree" }]} />
      <Stack gap="md" align="flex-start">
        <AdjudicatorReadings assignment={assignmentId} />
        <Anchor component={Link} to="/worklist" size="sm">
          Back to the worklist
        </Anchor>
      </Stack>
    </PageBody>
  );
}
