import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useMe } from "../../api/queries/me";
import { useAssignment, useOpenedAssignment } from "../../api/queries/reading";
import { Loading } from "../../components/common/Loading";
import { Problem } from "../../components/common/Problem";
import { Trail } from "../../components/shell/Trail";
import { useTitle } from "../../components/shell/slots";
import { ReadRoom } from "./ReadRoom";
import { useAddress } from "./use-address";

/** One specimen to read: its form, and its tissue under an alias. */
export default function ReadPage() {
  const { assignmentId: routed = "" } = useParams();
  const [assignmentId, look] = useAddress(routed);
  const assignment = useAssignment(assignmentId);
  const opened = useOpenedAssignment(assignmentId);
  const me = useMe();
  const navigate = useNavigate();
  useTitle(assignment.data ? `${assignment.data.alias} · ${assignment.data.marker}` : "Reading");
  const found = useMemo(
    () => (assignment.data && opened.data ? { assignment: assignment.data, opened: opened.data } : null),
    [assignment.data, opened.data],
  );
  const [last, setLast] = useState(found);
  if (found !== null && found !== last) setLast(found);
  const failed = [assignment, opened].find((query) => query.isError);
  if (failed?.error) {
    return (
      <div style={{ padding: 24 }}>
        <Trail crumbs={[{ label: "Worklist", to: "/worklist" }]} />
        <Problem
          error={failed.error}
          what="This specimen could not be opened"
          retry={() => {
            void assignment.refetch();
            void opened.refetch();
          }}
          action={
            <Button size="xs" variant="default" onClick={() => void navigate("/worklist")}>
              Back to the worklist
            </Button>
          }
        />
      </div>
    );
  }
  // While the next specimen opens the room stays, with the old tissue and without a form: nothing flickers, and no key
  // goes to the wrong specimen.
  const shown = found ?? last;
  if (shown === null || !me.data) return <Loading what="Opening the specimen…" />;
  return <ReadRoom assignment={shown.assignment} opened={shown.opened} current={assignmentId} person={me.data.id} onLeave={look} />;
}
