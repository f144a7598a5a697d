import { Anchor, Group, Table, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Order } from "../../api/queries/batches";
import type { CoreResult, Id } from "../../api/types";
import { heatColour, HIGHEST_H } from "../../geometry/heat";
import { coreName, grouped } from "../common/words";
import { FlagIcon, isRefusal } from "./QcFlags";
import { LEAST_TUMOUR } from "./TumourShare";
import classes from "./runs.module.css";

/** Where a core's result is looked at, with the batch's heat view kept. */
export const coreAddress = (slide: Id, batch: Id, core: Pick<CoreResult, "specimen" | "run">): string =>
  `/slides/${slide}?specimen=${core.specimen}&run=${core.run}&batch=${batch}`;

export interface CoreTableProps {
  batch: Id;
  slide: Id;
  results: CoreResult[];
  order: Order;
  onOrder: (order: Order) => void;
}

/** The cores of a batch with their scores; a line opens the slide at its core. */
export function CoreTable({ batch, slide, results, order, onOrder }: CoreTableProps) {
  return (
    <Table aria-label="Results of the cores" highlightOnHover verticalSpacing={5} stickyHeader>
      <Table.Thead>
        <Table.Tr>
          <Head name="Core" order={order} mine={["core"]} onOrder={onOrder} width={80} />
          <Head name="Case" order={order} mine={["case"]} onOrder={onOrder} width={120} />
          <Head name="H-score" order={order} mine={["-value", "value"]} onOrder={onOrder} width={90} right />
          <Table.Th w={130}>
            <span className="duo-hidden">H-score as a bar</span>
          </Table.Th>
          <Table.Th w={110} ta="right">
            Tumour, %
          </Table.Th>
          <Table.Th w={90} ta="right">
            Nuclei
          </Table.Th>
          <Table.Th>Quality</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {results.map((core) => (
          <Table.Tr key={core.run}>
            <Table.Td>
              <Anchor component={Link} to={coreAddress(slide, batch, core)} c="inherit" fw={550} size="sm">
                {coreName(core.row, core.column)}
              </Anchor>
            </Table.Td>
            <Table.Td>
              <Text size="sm">{core.case}</Text>
            </Table.Td>
            <Table.Td ta="right" className="duo-number">
              <Text size="sm" fw={600}>
                {core.value === null ? "–" : core.value.toFixed(0)}
              </Text>
            </Table.Td>
            <Table.Td>
              <ScoreSpark value={core.value} />
            </Table.Td>
            <Table.Td ta="right" className="duo-number">
              <Share share={core.tumour_fraction} />
            </Table.Td>
            <Table.Td ta="right" className="duo-number">
              <Text size="sm">{grouped(core.cell_count)}</Text>
            </Table.Td>
            <Table.Td>
              <Quality core={core} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface HeadProps {
  name: string;
  order: Order;
  mine: [Order, ...Order[]];
  onOrder: (order: Order) => void;
  width: number;
  right?: boolean;
}

function Head({ name, order, mine, onOrder, width, right = false }: HeadProps) {
  const active = mine.includes(order);
  const next = active && mine.length > 1 ? (mine.find((one) => one !== order) ?? mine[0]) : mine[0];
  const Arrow = order.startsWith("-") ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th w={width} aria-sort={active ? (order.startsWith("-") ? "descending" : "ascending") : undefined}>
      <UnstyledButton onClick={() => onOrder(next)} w="100%" fw={700} fz="sm">
        <Group gap={2} justify={right ? "flex-end" : "flex-start"} wrap="nowrap">
          {name}
          {active && <Arrow size={13} aria-hidden />}
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}

/** A value on 0–300, in the colour its circle has on the slide. */
function ScoreSpark({ value }: { value: number | null }) {
  return (
    <div className={classes.spark} aria-hidden>
      {value !== null && <div className={classes.sparkFill} style={{ width: `${Math.max(1.5, (100 * value) / HIGHEST_H)}%`, background: heatColour(value) }} />}
    </div>
  );
}

function Share({ share }: { share: number | null }) {
  if (share === null) return <Text size="sm">–</Text>;
  const text = <Text size="sm">{(100 * share).toFixed(0)}</Text>;
  return share > LEAST_TUMOUR ? text : <Tooltip label="More than 15 % is needed">{text}</Tooltip>;
}

/** Why there is no score, and what quality control flagged: the sentence, or its code where there are several. */
function Quality({ core }: { core: CoreResult }) {
  const flags = core.qc_flags.toSorted((a, b) => Number(isRefusal(b)) - Number(isRefusal(a)));
  return (
    <Group gap={8} wrap="nowrap">
      {!core.scoreable && (
        <Text size="xs" lineClamp={2} title={core.reason}>
          Not scoreable: {core.reason}
        </Text>
      )}
      {flags.map((flag) => (
        <Tooltip key={flag.code + flag.message} label={flag.message} multiline maw={340}>
          <Group gap={4} wrap="nowrap">
            <FlagIcon flag={flag} size={15} />
            <Text size="xs" lineClamp={1}>
              {flags.length === 1 ? flag.message : flag.code.replaceAll("_", " ")}
            </Text>
          </Group>
        </Tooltip>
      ))}
    </Group>
  );
}
