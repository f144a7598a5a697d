/** Whose core is whose, from a CSV: row, column, case, and optionally missing. All lines, or the errors. Pure. */

import { type CoreMap, changeCore } from "./core-map";

export interface CsvError {
  readonly line: number;
  readonly message: string;
}

const YES = new Set(["1", "yes", "true", "x"]);
const NO = new Set(["", "0", "no", "false"]);
const CASE = /^[\w.\- ]{1,40}$/u;

/** "3", "C" or "AA" → the number of a row. */
export function rowNumber(text: string): number | null {
  const trimmed = text.trim();
  if (/^[0-9]{1,4}$/.test(trimmed)) return Number(trimmed) || null;
  if (!/^[a-z]{1,2}$/i.test(trimmed)) return null;
  return [...trimmed.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
}

const cellsOf = (line: string, separator: string): string[] => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));

export function assignCases(map: CoreMap, csv: string): { map: CoreMap; count: number } | { errors: CsvError[] } {
  const lines = csv.replace(/^\uFEFF/, "").split(/\r?\n/);
  const separator = [";", "\t"].find((sign) => (lines[0] ?? "").includes(sign)) ?? ",";
  const header = cellsOf(lines[0] ?? "", separator).map((name) => name.toLowerCase());
  const columns = { row: header.indexOf("row"), column: header.indexOf("column"), case: header.indexOf("case"), missing: header.indexOf("missing") };
  if (columns.row < 0 || columns.column < 0 || columns.case < 0) {
    return { errors: [{ line: 1, message: "The first line names the columns: row,column,case and, if wanted, missing." }] };
  }
  const errors: CsvError[] = [];
  const seen = new Map<string, number>();
  let next = map;
  let count = 0;
  lines.slice(1).forEach((text, index) => {
    const line = index + 2;
    if (text.trim() === "") return;
    const cells = cellsOf(text, separator);
    const wrong = (message: string): void => void errors.push({ line, message });
    if (cells.length !== header.length) return wrong(`Has ${cells.length} cells; the first line has ${header.length}.`);
    const row = rowNumber(cells[columns.row] ?? "");
    const column = rowNumber(cells[columns.column] ?? "");
    if (row === null) return wrong(`The row is a number or a letter; received “${cells[columns.row]}”.`);
    if (column === null) return wrong(`The column is a number; received “${cells[columns.column]}”.`);
    const place = `${row}/${column}`;
    const before = seen.get(place);
    if (before !== undefined) return wrong(`The same core as in line ${before}.`);
    seen.set(place, line);
    const core = next.find((one) => one.row === row && one.column === column);
    if (core === undefined) return wrong(`There is no core in row ${row}, column ${column} of this grid.`);
    const code = cells[columns.case] ?? "";
    if (!CASE.test(code)) return wrong(code === "" ? "Has no case." : `“${code}” is no case code: letters, digits, dots and hyphens, at most 40.`);
    const missing = (columns.missing < 0 ? "" : (cells[columns.missing] ?? "")).toLowerCase();
    if (!YES.has(missing) && !NO.has(missing)) return wrong(`missing is yes or no; received “${missing}”.`);
    next = changeCore(next, core.key, { caseCode: code, ...(columns.missing < 0 ? {} : { isMissing: YES.has(missing) }) });
    count += 1;
    return undefined;
  });
  return errors.length > 0 ? { errors } : { map: next, count };
}
