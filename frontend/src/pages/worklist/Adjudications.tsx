import { Button, Group, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useClaimRound, useWaitingRounds } from "../../api/queries/worklist";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { schemeName } from "../../components/common/words";

/** Rounds that wait for an adjudicator, without a word of why; taking one up makes it one's own specimen. */
export function Adjudications({ waiting }: { waiting: number }) {
  const navigate = useNavigate();
  const [page, setPage] = useState(1);
  const rounds = useWaitingRounds(page, waiting > 0);
  const claim = useClaimRound();
  if (waiting === 0) return null;
  return (
    <section aria-label="Waiting for an adjudicator" style={{ marginBottom: 24 }}>
      <Title order={2} size="h3" mb="xs">
        Waiting for an adjudicator
      </Title>
      {rounds.isError && <Problem error={rounds.error} what="The waiting specimens could not be loaded" retry={() => void rounds.refetch()} />}
      {claim.isError && <Problem error={claim.error} what="It could not be taken up" />}
      {rounds.data && (
        <>
          <Table aria-label="Waiting for an adjudicator">
            <Table.Tbody>
              {rounds.data.results.map((round) => (
                <Table.Tr key={round.round}>
                  <Table.Td w={80}>{round.marker}</Table.Td>
                  <Table.Td w={110}>{schemeName(round.scheme)}</Table.Td>
                  <Table.Td>{round.study.name}</Table.Td>
                  <Table.Td w={140}>{round.is_core ? "core" : "whole section"}</Table.Td>
                  <Table.Td w={140}>
                    <Group justify="flex-end">
                      <Button
                        size="compact-sm"
                        loading={claim.isPending && claim.variables === round.round}
                        onClick={() => claim.mutate(round.round, { onSuccess: (item) => void navigate(`/read/${item.id}`) })}
                      >
                        Take it up
                      </Button>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          <Pager count={rounds.data.count} page={page} onPage={setPage} noun="specimens" />
          <Text size="xs" c="dimmed" mt={6}>
            You read each one as independently as its readers did.
          </Text>
        </>
      )}
    </section>
  );
}
