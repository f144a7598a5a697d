/** A table as text for other programs. Pure. */

const FORMULA = /^[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]/;

/** What a spreadsheet would take for a formula is led by an apostrophe; a plain number is none. */
const neutral = (text: string): string => (FORMULA.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text);

const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const csvText = (header: string[], rows: string[][]): string =>
  [header, ...rows].map((row) => row.map((cell) => quoted(neutral(cell.replaceAll("−", "-")))).join(",")).join("\n") + "\n";

export const tabText = (header: string[], rows: string[][]): string =>
  [header, ...rows].map((row) => row.map((cell) => neutral(cell.replaceAll(/[\t\n]/g, " "))).join("\t")).join("\n");
