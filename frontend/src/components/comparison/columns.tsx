import { Anchor, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Comparison, ShownAlgorithm, ShownReading } from "../../api/comparison-types";
import { Disclosure } from "../common/Disclosure";
import { Time } from "../common/Time";
import { Amendments } from "./Amendments";
import { allInputsText, differenceText, headline, inputsText, KIND_WORDS, numberText, sameCategory, sentence, STAGE_WORDS, subline, whoText } from "./comparison-words";
import { barOf, type BarShare } from "./score-bar";

/** One column of the comparison, top to bottom. */
export interface Column {
  key: string;
  title: string;
  under: ReactNode;
  kind: "reader" | "algorithm" | "decision";
  /** The colour under which this reader or algorithm is drawn everywhere. */
  colour: string;
  number: string;
  category: string;
  bar: BarShare[] | null;
  noBar: string;
  details: ReactNode;
}

const READER_COLOURS = ["#2A9D8F", "#8E6BBF", "#C0842F", "#5C7F3A", "#A85C7A"];
const ALGORITHM_COLOUR = "light-dark(#75757b, #E9ECEF)";
const DECISION_COLOUR = "light-dark(#000000, #ffffff)";

export function columnsOf(comparison: Comparison): Column[] {
  const people = [...new Set(comparison.readings.map((reading) => reading.who))];
  const readers = comparison.readings.map((reading) => readerColumn(comparison, reading, READER_COLOURS[people.indexOf(reading.who) % READER_COLOURS.length] ?? ""));
  return [...readers, ...comparison.algorithms.map((run) => algorithmColumn(comparison, run)), decisionColumn(comparison)];
}

export function readerColumn({ scheme, readings }: Comparison, reading: ShownReading, colour: string): Column {
  return {
    key: reading.id,
    title: whoText(reading, readings),
    under: (
      <>
        {[reading.name, reading.is_mine ? "your reading" : null].filter(Boolean).join(" · ") || STAGE_WORDS[reading.stage]}
      </>
    ),
    kind: "reader",
    colour,
    number: headline(reading, scheme),
    category: subline(reading, scheme),
    bar: reading.scoreable ? barOf(scheme, reading.inputs) : null,
    noBar: reading.scoreable ? inputsText(reading.inputs) || "by category" : "",
    details: (
      <>
        {reading.comment && (
          <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            “{reading.comment}”
          </Text>
        )}
        <Amendments amendments={reading.amendments} scheme={scheme} />
        <Disclosure label="The raw reading">
          <Text size="xs">{STAGE_WORDS[reading.stage]}</Text>
          {allInputsText(reading.inputs) && <Text size="xs">{allInputsText(reading.inputs)}</Text>}
          {reading.rule && <Text size="xs">{sentence(reading.rule)}</Text>}
          <Text size="xs" c="dimmed">
            signed <Time iso={reading.signed_at} />
          </Text>
        </Disclosure>
      </>
    ),
  };
}

function algorithmColumn({ slide, specimen, with_algorithm: beside }: Comparison, run: ShownAlgorithm): Column {
  return {
    key: run.run,
    title: run.name,
    under: `algorithm, version ${run.version} · ${run.preset}`,
    kind: "algorithm",
    colour: ALGORITHM_COLOUR,
    number: headline(run, run.scheme),
    category: run.scoreable ? subline(run, run.scheme) : run.reason,
    bar: run.scoreable ? barOf(run.scheme, run.percentages) : null,
    noBar: run.scoreable ? "no percentages" : "",
    details: (
      <>
        <Anchor component={Link} to={`/slides/${slide}?specimen=${specimen}&run=${run.run}`} size="sm">
          Overlay on the slide
        </Anchor>
        {beside?.run === run.run && (
          <Text size="xs" c="dimmed">
            The one in the average with the algorithm
          </Text>
        )}
        <Text size="xs" c="dimmed">
          finished <Time iso={run.finished_at} />
        </Text>
        <Text size="xs" c="dimmed">
          Research use only: not for diagnosis.
        </Text>
      </>
    ),
  };
}

function decisionColumn(comparison: Comparison): Column {
  const { consensus, mean, scheme, with_algorithm: beside, discordant } = comparison;
  const shown = consensus ?? (mean && !discordant ? { ...mean, scoreable: true, reason: "" } : null);
  const same = sameCategory(comparison.readings);
  const difference = differenceText(comparison);
  return {
    key: "decision",
    title: consensus ? "Consensus" : "Decision",
    under: consensus ? KIND_WORDS[consensus.kind] : discordant ? "waiting for an adjudicator" : "not decided yet",
    kind: "decision",
    colour: DECISION_COLOUR,
    number: shown ? headline(shown, scheme) : "—",
    category: shown ? subline(shown, scheme) : "",
    bar: shown?.scoreable ? barOf(scheme, (consensus ?? mean)?.inputs ?? null) : null,
    noBar: "",
    details: (
      <>
        {mean && consensus?.kind !== "mean" && (
          <Text size="sm">
            Readers’ mean {numberText(mean.value, scheme)}
            {mean.category ? `, ${mean.category}` : ""}
          </Text>
        )}
        {difference && <Text size="sm">{difference}</Text>}
        {same !== null && <Text size="sm">Category: {same ? "same" : "differs"}</Text>}
        {beside && (
          <div>
            <Text size="sm">
              With the algorithm {numberText(beside.value, scheme)}
              {beside.category ? `, ${beside.category}` : ""}
            </Text>
            <Text size="xs" c="dimmed">
              {beside.label}. Never part of the consensus.
            </Text>
          </div>
        )}
      </>
    ),
  };
}
