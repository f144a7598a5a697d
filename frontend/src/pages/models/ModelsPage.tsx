import { Anchor, Badge, Skeleton, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { useModelCards } from "../../api/queries/runs";
import { useStudies } from "../../api/queries/studies";
import { Empty } from "../../components/common/Empty";
import { Problem } from "../../components/common/Problem";
import { schemeName } from "../../components/common/words";
import { ModelCardButton } from "../../components/runs/ModelCardDrawer";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";
import { lockOf, studiesNaming } from "./locks";

const MOST_STUDIES = 200;

/** What can be run here, with its cards; and which of one's studies is locked to which version. */
export function ModelsPage() {
  const cards = useModelCards();
  const studies = useStudies({ search: "", page: 1, page_size: MOST_STUDIES });
  return (
    <PageBody title="Models" about="Every method that scores here, with its model card. A study keeps the version that its protocol names: another one is refused there.">
      <Trail crumbs={[{ label: "Models" }]} />
      {cards.isPending && <Skeleton h={320} />}
      {cards.isError && <Problem error={cards.error} what="The model cards could not be loaded" retry={() => void cards.refetch()} />}
      {cards.data?.length === 0 && <Empty title="No model">No method is installed on this server.</Empty>}
      {cards.data && cards.data.length > 0 && (
        <Table.ScrollContainer minWidth={860}>
          <Table aria-label="Models" verticalSpacing={9}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w={230}>Method</Table.Th>
                <Table.Th w={80} ta="right">
                  Version
                </Table.Th>
                <Table.Th w={90}>Scheme</Table.Th>
                <Table.Th w={90}>Markers</Table.Th>
                <Table.Th w={190}>Weights</Table.Th>
                <Table.Th>Locked in your studies</Table.Th>
                <Table.Th w={190}>Card</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {cards.data.map((card) => (
                <Table.Tr key={card.key}>
                  <Table.Td>
                    <Text size="sm" fw={550}>
                      {card.name}
                    </Text>
                    {(card.default_for?.length ?? 0) > 0 && (
                      <Badge variant="default" mt={3}>
                        default
                      </Badge>
                    )}
                  </Table.Td>
                  <Table.Td ta="right" className="duo-number">
                    {card.version}
                  </Table.Td>
                  <Table.Td>{schemeName(card.scheme)}</Table.Td>
                  <Table.Td>{card.markers.join(", ")}</Table.Td>
                  <Table.Td>
                    <Text size="sm">
                      {card.weights_sha256 ? (card.installed === false ? "not installed" : "trained on synthetic tissue") : "none: a rule"}
                    </Text>
                  </Table.Td>
                  <Table.Td>
                    {studiesNaming(card.key, studies.data?.results ?? []).map((study) => {
                      const lock = lockOf(card, study);
                      return (
                        <Text key={study.id} size="sm">
                          <Anchor component={Link} to={`/studies/${study.id}?tab=protocol`} c="inherit" underline="always" inherit>
                            {study.name}
                          </Anchor>
                          : version {lock.versions.join(", ")}
                          {!lock.runs && (
                            <Text span size="sm" fw={600} c="light-dark(var(--mantine-color-amber-9), var(--mantine-color-amber-3))">
                              {" "}
                              — not the installed one, so it cannot run there
                            </Text>
                          )}
                        </Text>
                      );
                    })}
                  </Table.Td>
                  <Table.Td>
                    <ModelCardButton card={card} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </PageBody>
  );
}
