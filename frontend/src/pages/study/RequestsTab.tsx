import { Anchor, Button, Group, SegmentedControl, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import type { SlideRequest } from "../../api/administration";
import { useSettleRequest, useSlideRequests } from "../../api/queries/slide-requests";
import type { Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { Time } from "../../components/common/Time";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { coreName } from "../../components/common/words";
import { REQUEST_WORDS } from "../../components/study/words";

/** What readers ask of the technician: another scan, cut or stain. Who asked is not told. */
export function RequestsTab({ study }: { study: Study }) {
  const [filters, setFilters] = useUrlFilters({ state: "open", page: "1" });
  const state = filters.state === "settled" ? "settled" : "open";
  const requests = useSlideRequests({ study: study.id, state, page: pageOf(filters.page) });
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Which requests"
        w={220}
        size="xs"
        value={state}
        onChange={(value) => setFilters({ state: value })}
        data={[
          { value: "open", label: "Open" },
          { value: "settled", label: "Settled" },
        ]}
      />
      {requests.isPending && <Skeleton h={240} />}
      {requests.isError && <Problem error={requests.error} what="The requests could not be loaded" retry={() => void requests.refetch()} />}
      {requests.data && requests.data.results.length === 0 && (
        <Empty title={state === "open" ? "No open request" : "Nothing has been settled yet"}>
          When a reader asks for another scan, cut or stain of a specimen, it appears here.
        </Empty>
      )}
      {requests.data && requests.data.results.length > 0 && (
        <Table aria-label="Requests" verticalSpacing={8}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={120}>Asked</Table.Th>
              <Table.Th w={110}>Wanted</Table.Th>
              <Table.Th w={260}>Specimen</Table.Th>
              <Table.Th>Note</Table.Th>
              <Table.Th w={340}>{state === "open" ? "Answer" : "Settled"}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {requests.data.results.map((request) => (
              <RequestRow key={request.id} request={request} maySettle={study.my_roles.includes("technician")} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {requests.data && <Pager count={requests.data.count} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="requests" />}
    </Stack>
  );
}

function RequestRow({ request, maySettle }: { request: SlideRequest; maySettle: boolean }) {
  const { place } = request;
  return (
    <Table.Tr>
      <Table.Td>
        <Time iso={request.created_at} relative />
      </Table.Td>
      <Table.Td>{REQUEST_WORDS[request.kind]}</Table.Td>
      <Table.Td>
        {place ? (
          <Anchor component={Link} to={`/slides/${place.slide}`} c="inherit" size="sm" fw={550}>
            {place.slide_name}
          </Anchor>
        ) : (
          "Asked by yourself"
        )}
        <Text size="xs" c="dimmed">
          {[request.marker, place && `${coreName(place.row, place.column)} · case ${place.case_code}`].filter(Boolean).join(" · ")}
        </Text>
      </Table.Td>
      <Table.Td>{request.note || "—"}</Table.Td>
      <Table.Td>{request.settled_at ? <Settled request={request} /> : maySettle ? <Settle request={request} /> : "open"}</Table.Td>
    </Table.Tr>
  );
}

function Settled({ request }: { request: SlideRequest }) {
  return (
    <>
      <Text size="sm">{request.answer || "—"}</Text>
      <Text size="xs" c="dimmed">
        <Time iso={request.settled_at} relative />
      </Text>
    </>
  );
}

function Settle({ request }: { request: SlideRequest }) {
  const settle = useSettleRequest();
  const [answer, setAnswer] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (answer.trim() !== "") settle.mutate({ id: request.id, answer: answer.trim() });
  };
  return (
    <form onSubmit={submit} aria-label="Settle this request">
      <Group gap={6} wrap="nowrap" align="flex-start">
        <TextInput size="xs" aria-label="What was done" placeholder="What was done" style={{ flex: 1 }} maxLength={400} value={answer} onChange={(event) => setAnswer(event.currentTarget.value)} error={fieldError(settle.error, "answer")} />
        <Button type="submit" size="xs" variant="default" loading={settle.isPending} disabled={answer.trim() === ""}>
          Settle
        </Button>
      </Group>
      <FormProblem error={settle.error} fields={["answer"]} />
    </form>
  );
}
