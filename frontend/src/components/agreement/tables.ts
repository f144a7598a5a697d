/** The tables of the cockpit: what the server sends as rows of text. Pure. */

import type { Agreement, AlgorithmBlock, Block, Statistic } from "../../api/agreement-types";
import { schemeName } from "../common/words";
import type { Cell, DataColumn } from "./DataTable";
import { conventionOf, intervalText, lineText, numberIn, STATISTIC_WORDS, valueText } from "./figures";

const text = (said: string): Cell => ({ text: said });
const number = (count: number): Cell => ({ text: String(count) });
const line = (name: string, statistic: Statistic | null | undefined, kind?: "score" | "share"): Cell => text(statistic && statistic.n > 0 ? lineText(name, statistic, kind) : "—");

export interface TableText {
  columns: DataColumn[];
  rows: Cell[][];
}

export const versionName = (block: Pick<AlgorithmBlock, "first" | "version" | "preset">): string =>
  `${block.first} ${block.version}${["", "default"].includes(block.preset) ? "" : ` (${block.preset})`}`;

/** Every statistic of people with each other beside the same of one algorithm with their mean (Liu et al. 2019, table III). */
export function statisticsTable(human: Block, algorithm: AlgorithmBlock | null): TableText {
  const names = Object.keys(STATISTIC_WORDS).filter((name) => human.statistics[name] || algorithm?.statistics[name]);
  const side = (label: string): DataColumn[] => [{ label }, { label: `${label}, 95 % CI` }, { label: `${label}, n`, width: 70 }];
  const cells = (name: string, statistic: Statistic | undefined): Cell[] =>
    statistic ? [text(valueText(name, statistic)), text(intervalText(name, statistic)), number(statistic.n)] : [text("—"), text(""), text("")];
  return {
    columns: [{ label: "Statistic", left: true }, ...side("Readers"), ...(algorithm ? side("Algorithm") : []), { label: "By convention", left: true }],
    rows: names.map((name) => [
      text(STATISTIC_WORDS[name]?.name ?? name),
      ...cells(name, human.statistics[name]),
      ...(algorithm ? cells(name, algorithm.statistics[name]) : []),
      text(conventionOf(name, human.statistics[name]?.value ?? null)),
    ]),
  };
}

export function groupsTable(human: Block, algorithm: AlgorithmBlock | null): TableText {
  const groups = (human.groups ?? algorithm?.groups ?? []).map(({ group }) => group);
  const of = (block: Block | null, group: string): Cell[] => {
    const found = block?.groups?.find((each) => each.group === group)?.mae;
    return found ? [line("mae", found), number(found.n)] : [text("—"), number(0)];
  };
  return {
    columns: [
      { label: "Mean of the two", left: true }, { label: "Readers" }, { label: "n" },
      ...(algorithm ? [{ label: "Algorithm" }, { label: "n " }] : []),
    ],
    rows: groups.map((group) => [text(group), ...of(human, group), ...(algorithm ? of(algorithm, group) : [])]),
  };
}

export function specificTable(human: Block, algorithm: AlgorithmBlock | null, categories: string[]): TableText {
  return {
    columns: [{ label: "Category", left: true }, { label: "Readers" }, ...(algorithm ? [{ label: "Algorithm" }] : [])],
    rows: categories.map((name) => [
      text(name),
      line("specific", human.specific_agreement?.[name], "share"),
      ...(algorithm ? [line("specific", algorithm.specific_agreement?.[name], "share")] : []),
    ]),
  };
}

export function versionsTable(algorithms: AlgorithmBlock[]): TableText {
  return {
    columns: [{ label: "Version", left: true }, { label: "MAE" }, { label: "Bias" }, { label: "ICC(2,1)" }, { label: "κ, quadratic" }, { label: "n" }],
    rows: algorithms.map((block) => [
      text(versionName(block)),
      line("mae", block.statistics.mae),
      line("bias", block.bland_altman?.bias),
      line("icc2", block.statistics.icc2),
      line("kappa_quadratic", block.statistics.kappa_quadratic),
      number(block.n),
    ]),
  };
}

/** The name of a version by its key; the key itself where no block has it. */
const nameOf = (key: string, algorithms: AlgorithmBlock[]): string => {
  const block = algorithms.find((each) => each.key === key);
  return block ? versionName(block) : key;
};

export function versionPairsTable({ versions, algorithms }: Pick<Agreement, "versions" | "algorithms">): TableText {
  return {
    columns: [
      { label: "First", left: true }, { label: "Second", left: true }, { label: "MAE of the first" }, { label: "MAE of the second" },
      { label: "Error, first − second" }, { label: "ICC(2,1) of the two" }, { label: "n" },
    ],
    rows: versions.pairs.map((pair) => [
      text(nameOf(pair.first, algorithms)), text(nameOf(pair.second, algorithms)), line("mae", pair.mae_first), line("mae", pair.mae_second),
      line("mae", pair.more_error), line("icc2", pair.icc2), number(pair.n),
    ]),
  };
}

export function versionMonthsTable({ versions, algorithms }: Pick<Agreement, "versions" | "algorithms">): TableText {
  return {
    columns: [{ label: "Version", left: true }, { label: "Month", left: true }, { label: "MAE" }, { label: "Bias" }, { label: "n" }],
    rows: versions.months.map(({ key, month, mae, bias, n }) => [
      text(nameOf(key, algorithms)), text(month), line("mae", mae), line("bias", bias), number(n),
    ]),
  };
}

export function pairsTable(pairs: Agreement["pairs"]): TableText {
  return {
    columns: [
      { label: "First", left: true }, { label: "Second", left: true }, { label: "MAE" }, { label: "Bias (first − second)" }, { label: "ICC(2,1)" },
      { label: "κ, quadratic" }, { label: "n" },
    ],
    rows: pairs.map((pair) => [
      text(pair.first), text(pair.second), line("mae", pair.mae), line("bias", pair.bias), line("icc2", pair.icc2),
      line("kappa_quadratic", pair.kappa_quadratic), number(pair.n),
    ]),
  };
}

export function markersTable(rows: Agreement["by_marker"]): TableText {
  const keys = [...new Set(rows.flatMap(({ algorithms }) => algorithms.map(({ key }) => key)))];
  return {
    columns: [{ label: "Marker", left: true }, { label: "Scheme", left: true }, { label: "Readers, MAE" }, { label: "n" }, ...keys.flatMap((key) => [{ label: `${key}, MAE` }, { label: `${key}, n` }])],
    rows: rows.map(({ marker, scheme, human, algorithms }) => [
      text(marker), text(schemeName(scheme)), line("mae", human), number(human.n),
      ...keys.flatMap((key) => {
        const found = algorithms.find((each) => each.key === key)?.mae;
        return [line("mae", found), number(found?.n ?? 0)];
      }),
    ]),
  };
}

export function readersTable(standing: Agreement["standing"]): TableText {
  return {
    columns: [
      { label: "Reader", left: true }, { label: "Readings" }, { label: "Not scoreable" }, { label: "Positive (95 % CI)" }, { label: "Control limits" },
      { label: "From the others (95 % CI)" }, { label: "Median time" },
    ],
    rows: standing.readers.map((reader) => [
      text(reader.name), number(reader.n), number(reader.not_scoreable),
      { ...line("positive", reader.positive, "share"), out: reader.positive?.is_out ?? false },
      text(reader.positive?.limits ? reader.positive.limits.map((limit) => numberIn(limit, "share")).join(" to ") : "—"),
      line("bias", reader.bias),
      text(reader.median_seconds === null ? "—" : `${Math.round(reader.median_seconds)} s (n = ${reader.n_timed})`),
    ]),
  };
}

export function monthsTable(months: Agreement["standing"]["months"]): TableText {
  return {
    columns: [{ label: "Reader", left: true }, { label: "Month", left: true }, { label: "From the others (95 % CI)" }, { label: "Control limits" }, { label: "n" }, { label: "Positive (95 % CI)" }, { label: "n " }],
    rows: months.map(({ name, month, bias, positive }) => [
      text(name), text(month), { ...line("bias", bias), out: bias.is_out ?? false },
      text(bias.limits ? bias.limits.map((limit) => numberIn(limit, "score")).join(" to ") : "—"), number(bias.n),
      { ...line("positive", positive, "share"), out: positive?.is_out ?? false }, number(positive?.n ?? 0),
    ]),
  };
}

export function intraTable(intra: Agreement["standing"]["intra"]): TableText {
  return {
    columns: [{ label: "Reader", left: true }, { label: "MAE" }, { label: "ICC(2,1)" }, { label: "κ" }, { label: "κ, quadratic" }, { label: "n" }],
    rows: intra.map((found) => [
      text(found.name), line("mae", found.mae), line("icc2", found.icc2), line("kappa", found.kappa),
      line("kappa_quadratic", found.kappa_quadratic), number(found.n),
    ]),
  };
}

export function aidedTable(aided: Agreement["standing"]["aided"]): TableText {
  return {
    columns: [{ label: "Reader", left: true }, { label: "Score changed" }, { label: "Category changed" }, { label: "n" }],
    rows: aided.map(({ name, changed, flipped, n }) => [text(name), line("changed", changed, "share"), line("flipped", flipped, "share"), number(n)]),
  };
}

const LARGEST = 10;

/** The specimens on which the two are furthest apart, for whoever does not use the plots. */
export function differencesTable(block: Block, specimens: Agreement["specimens"]): TableText {
  const points = (block.points ?? []).toSorted((one, other) => Math.abs(other[1] - other[2]) - Math.abs(one[1] - one[2])).slice(0, LARGEST);
  return {
    columns: [{ label: "Specimen", left: true }, { label: block.first }, { label: block.second }, { label: "Difference" }],
    rows: points.map(([place, first, second]) => {
      const specimen = specimens[place];
      return [
        { text: specimen?.name ?? "", to: `/comparisons/${specimen?.id ?? ""}` },
        text(numberIn(first, "score")), text(numberIn(second, "score")), text(numberIn(first - second, "score")),
      ];
    }),
  };
}
