import { Badge, Table } from "@mantine/core";
import type { ReactNode } from "react";
import type { ProtocolVersion } from "../../api/administration";
import { toNumber } from "../../api/numbers";
import type { Protocol } from "../../api/types";
import { MODE_WORDS, REVEAL_WORDS, schemeName } from "../common/words";
import { CORE_RULE_WORDS } from "./AlgorithmFields";
import { TOLERANCE_OF } from "./protocol-draft";
import { DESIGN_WORDS } from "./ReadingFields";

type Row = [name: string, value: ReactNode];

/** A version of the protocol in words. What members are told is less than what its administrators see. */
export function ProtocolWords({ protocol }: { protocol: Protocol | ProtocolVersion }) {
  return (
    <Table variant="vertical" layout="fixed" maw={860} withTableBorder aria-label={`Protocol, version ${protocol.version}`}>
      <Table.Tbody>
        {rowsOf(protocol).map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th w={260} fw={500}>
              {name}
            </Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function rowsOf(protocol: Protocol | ProtocolVersion): Row[] {
  const readers = protocol.readers_per_specimen;
  return [
    [
      "Version",
      <>
        {protocol.version} {protocol.frozen ? <Badge ml={8} variant="default">frozen: reading has started</Badge> : null}
      </>,
    ],
    ["Readers per specimen", readers === 0 ? "None: this study asks for no readings" : String(readers)],
    ...(readers > 0 ? ([["Blinding", MODE_WORDS[protocol.mode]], ["Readers see the others' results", REVEAL_WORDS[protocol.reveal_to_readers]]] as Row[]) : []),
    [
      "Scoring schemes",
      Object.keys(protocol.marker_schemes).length === 0
        ? "none stated"
        : Object.entries(protocol.marker_schemes).map(([marker, scheme]) => (
            <div key={marker}>
              {marker}: {schemeName(scheme)}
            </div>
          )),
    ],
    ["Algorithms", protocol.algorithms.length === 0 ? "none stated" : protocol.algorithms.map((key) => key.replace("@", " version ")).join(", ")],
    ...("tolerances" in protocol && protocol.tolerances ? moreRows(protocol) : []),
  ];
}

const percent = (share: unknown): string => `${Number(((toNumber(share) ?? 0) * 100).toFixed(1))} %`;

function moreRows(protocol: ProtocolVersion): Row[] {
  const used = new Set(Object.values(protocol.marker_schemes));
  const tolerances = Object.entries(protocol.tolerances).filter(([scheme]) => used.has(scheme));
  return [
    ["Tolerances", tolerances.length === 0 ? "none needed" : tolerances.map(([scheme, value]) => `${TOLERANCE_OF[scheme]?.label ?? scheme} ${String(toNumber(value))}`).join(", ")],
    ["Design", DESIGN_WORDS[protocol.design]],
    ["Workload cap", protocol.workload_cap === null ? "no limit" : `${protocol.workload_cap} specimens per reader and series`],
    ["Days to read", protocol.reading_days === null ? "no deadline" : String(protocol.reading_days)],
    ["QA share", percent(protocol.qa_share)],
    ["Re-reads", protocol.re_read_series === 0 ? "none" : `${protocol.re_read_series}, after ${protocol.washout_days} days${protocol.re_reads_turned ? ", turned" : ""}`],
    ["Qualification", toNumber(protocol.qualification_share) === 0 ? "not asked for" : `agree with ${percent(protocol.qualification_share)} of the set`],
    ["Adjudicator sees the readings", protocol.readings_shown_to_adjudicator ? "yes" : "no"],
    ["Weight of the algorithm", String(toNumber(protocol.algorithm_weight) ?? "—")],
    ["Rule for cores", CORE_RULE_WORDS[protocol.core_rule]],
  ];
}
