import { Badge, Button, Select, Skeleton, Table, Text } from "@mantine/core";
import { useState } from "react";
import type { QaReview } from "../../api/administration";
import { useCallOffQa, useQaReviews } from "../../api/queries/quality";
import type { Study } from "../../api/types";
import { Empty } from "../common/Empty";
import { FormProblem } from "../common/FormProblem";
import { Pager } from "../common/Pager";
import { Problem } from "../common/Problem";
import { GRADE_WORDS, placeText, QA_STATE_WORDS } from "./words";

/** Specimens with one reading that get a blinded second one, and what came of it. */
export function QaList({ study }: { study: Study }) {
  const [page, setPage] = useState(1);
  const [state, setState] = useState("");
  const list = useQaReviews(study.id, { page, state });
  if (list.isPending) return <Skeleton h={220} />;
  if (list.isError) return <Problem error={list.error} what="The QA list could not be loaded" retry={() => void list.refetch()} />;
  if (list.data.results.length === 0 && state === "") {
    return <Empty title="Nothing is chosen for QA">Specimens come here by lot, as the protocol’s QA share says, or chosen by you below.</Empty>;
  }
  return (
    <>
      <Select aria-label="State" placeholder="All states" w={200} mb="xs" clearable data={Object.entries(QA_STATE_WORDS).map(([value, label]) => ({ value, label }))} value={state || null} onChange={(chosen) => { setState(chosen ?? ""); setPage(1); }} />
      <Table aria-label="QA second reads" verticalSpacing={6} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Specimen</Table.Th>
            <Table.Th w={80}>Marker</Table.Th>
            <Table.Th w={120}>Chosen</Table.Th>
            <Table.Th w={200}>State</Table.Th>
            <Table.Th w={330}>Outcome</Table.Th>
            <Table.Th w={90} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.data.results.map((review) => (
            <QaRow key={review.id} study={study} review={review} />
          ))}
        </Table.Tbody>
      </Table>
      <Pager count={list.data.count} page={page} onPage={setPage} noun="QA second reads" />
    </>
  );
}

function QaRow({ study, review }: { study: Study; review: QaReview }) {
  const drop = useCallOffQa(study.id);
  return (
    <Table.Tr>
      <Table.Td>{placeText(review)}</Table.Td>
      <Table.Td>{review.marker}</Table.Td>
      <Table.Td>{review.targeted ? "by a person" : "by lot"}</Table.Td>
      <Table.Td>{QA_STATE_WORDS[review.state]}</Table.Td>
      <Table.Td>
        <Outcome grade={review.grade} />
      </Table.Td>
      <Table.Td ta="right">
        {(review.state === "chosen" || review.state === "assigned") && (
          <Button size="compact-sm" variant="default" loading={drop.isPending} aria-label={`Call off ${placeText(review)}`} onClick={() => drop.mutate(review.id)}>
            Call off
          </Button>
        )}
        <FormProblem error={drop.error} />
      </Table.Td>
    </Table.Tr>
  );
}

function Outcome({ grade }: { grade: QaReview["grade"] }) {
  if (grade === "") return <Text span size="sm" c="dimmed">—</Text>;
  if (grade === "major") return <Badge color="amber" variant="outline">{GRADE_WORDS.major}</Badge>;
  return <>{GRADE_WORDS[grade]}</>;
}
