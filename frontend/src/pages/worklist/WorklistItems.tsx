import { Badge, Button, Skeleton, Table, Text } from "@mantine/core";
import { IconChecks, IconClockPause, IconGridDots, IconInbox, IconPencil } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Link, useNavigate } from "react-router";
import type { WorklistItem } from "../../api/reading-types";
import type { Page } from "../../api/types";
import { LIST_COMMANDS } from "../../commands/list";
import { useCommands } from "../../components/commands/CommandProvider";
import { Chip } from "../../components/common/Chip";
import { Empty } from "../../components/common/Empty";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { schemeName } from "../../components/common/words";
import { PURPOSE_WORDS } from "../../components/reading/state-words";
import { dueWords } from "../../components/reading/words-due";
import { utcText } from "../../components/common/Time";
import { stepInList } from "../../state/worklist-order";
import { EMPTY_WORDS } from "./empty-words";
import { lastOpened } from "./last-opened";
import classes from "./worklist.module.css";

export interface WorklistItemsProps {
  items: UseQueryResult<Page<WorklistItem>>;
  tab: string;
  page: number;
  onPage: (page: number) => void;
  onNext: (() => void) | null;
  /** Takes the filters away; null where there are none. */
  showAll: (() => void) | null;
}

/** The list itself: arrows or J and K move, Enter opens, N opens the next. */
export function WorklistItems({ items, tab, page, onPage, onNext, showAll }: WorklistItemsProps) {
  const navigate = useNavigate();
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = items.data?.results ?? [];
  const links = (): HTMLAnchorElement[] => [...(body.current?.querySelectorAll<HTMLAnchorElement>("a[data-row]") ?? [])];
  const move = (step: 1 | -1): void => {
    const all = links();
    const to = all[stepInList(all.findIndex((link) => link === document.activeElement), all.length, step)];
    to?.focus();
    to?.scrollIntoView({ block: "nearest" });
  };
  useCommands(LIST_COMMANDS, { move, next: onNext, count: rows.length });
  const shown = items.data !== undefined;
  useEffect(() => {
    // Back from a specimen: the list is where it was left.
    if (!shown || lastOpened.id === null) return;
    const link = [...(body.current?.querySelectorAll<HTMLAnchorElement>("a[data-row]") ?? [])].find((one) => one.dataset.row === lastOpened.id);
    lastOpened.id = null;
    link?.focus({ preventScroll: true });
    link?.scrollIntoView({ block: "center" });
  }, [shown]);
  if (items.isError) return <Problem error={items.error} what="The worklist could not be loaded" retry={() => void items.refetch()} />;
  if (!shown) return <Skeleton h={420} aria-busy="true" />;
  if (rows.length === 0) return <Nothing tab={tab} showAll={showAll} />;
  const open = (id: string): void => {
    lastOpened.id = id;
    void navigate(`/read/${id}`);
  };
  return (
    <>
      <Table aria-label="Specimens" highlightOnHover={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={130}>Specimen</Table.Th>
            <Table.Th w={80}>Marker</Table.Th>
            <Table.Th w={110}>Scheme</Table.Th>
            <Table.Th>Study</Table.Th>
            <Table.Th w={170}>Kind</Table.Th>
            <Table.Th w={180}>Due</Table.Th>
            <Table.Th w={130}>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody ref={body}>
          {rows.map((item) => (
            <Row key={item.id} item={item} onOpen={() => open(item.id)} />
          ))}
        </Table.Tbody>
      </Table>
      <Pager count={items.data.count} page={page} onPage={onPage} noun="specimens" />
    </>
  );
}

function Row({ item, onOpen }: { item: WorklistItem; onOpen: () => void }) {
  const due = item.state === "signed" ? null : dueWords(item.due_at);
  return (
    <Table.Tr className={classes.row} onClick={onOpen}>
      <Table.Td>
        <Link
          to={`/read/${item.id}`}
          data-row={item.id}
          className={classes.alias}
          onClick={(event) => {
            event.stopPropagation();
            lastOpened.id = item.id;
          }}
        >
          {item.alias}
        </Link>
      </Table.Td>
      <Table.Td>{item.marker}</Table.Td>
      <Table.Td>{schemeName(item.scheme)}</Table.Td>
      <Table.Td>{item.study.name}</Table.Td>
      <Table.Td>
        {item.is_core ? (
          <>
            <IconGridDots size={14} aria-hidden style={{ verticalAlign: "-2px", marginRight: 6 }} />
            core
          </>
        ) : (
          "whole section"
        )}
        {item.purpose !== "primary" && (
          <Badge ml={8} variant="default">
            {PURPOSE_WORDS[item.purpose]}
          </Badge>
        )}
      </Table.Td>
      <Table.Td>
        {due === null ? (
          <Text size="sm" c="dimmed">
            —
          </Text>
        ) : (
          <Text
            size="sm"
            title={item.due_at === null ? undefined : utcText(item.due_at)}
            c={due.isOverdue ? "light-dark(var(--mantine-color-amber-9), var(--mantine-color-amber-3))" : undefined}
          >
            {due.words}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <StateChip state={item.state} />
      </Table.Td>
    </Table.Tr>
  );
}

function StateChip({ state }: { state: WorklistItem["state"] }) {
  if (state === "draft") return <Chip tone="quiet" icon={IconPencil} label="Draft" />;
  if (state === "deferred") return <Chip tone="quiet" icon={IconClockPause} label="Deferred" />;
  if (state === "signed") return <Chip tone="good" icon={IconChecks} label="Signed" />;
  return <Chip tone="quiet" icon={IconInbox} label="To read" />;
}

function Nothing({ tab, showAll }: { tab: string; showAll: (() => void) | null }) {
  if (showAll !== null) {
    return (
      <Empty
        title="Nothing matches these filters"
        action={
          <Button variant="default" onClick={showAll}>
            Show everything
          </Button>
        }
      >
        The list is narrowed by study, marker or search.
      </Empty>
    );
  }
  const words = EMPTY_WORDS[tab] ?? EMPTY_WORDS.to_read;
  return words ? <Empty title={words.title}>{words.text}</Empty> : null;
}
