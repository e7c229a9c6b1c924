import { printableLine } from "../ground/printable";
import { count, table } from "../ground/table";
import { ageOf, type State } from "./cell";
import { grouped, type Board, type BoardRow, type CellGroup, type Tally } from "./assemble";
import { columns, whyUncounted, type ColumnName } from "./columns";

/** What a state is called in the table. */
export const marks: Readonly<Record<State, string>> = {
  good: "ok",
  bad: "BAD",
  unknown: "?",
  none: "-",
};

/** The board for a terminal: a table of marks, then what is bad or unknown; `whole`: every cell in full. */
export function terminal(board: Board, whole: boolean): string {
  const titles = ["PROJECT", ...board.columns.map((name) => name.toUpperCase())];
  const rows = board.rows.map((row) => [
    row.name,
    ...board.columns.map((name) => marks[row.cells[name].state]),
  ]);
  const uncounted = board.columns.flatMap((name) => {
    const why = whyUncounted(name);
    return why === undefined ? [] : [`${name} does not count: ${why}`];
  });
  return [
    ...(board.rows.length === 0 ? [] : [table(titles, rows), ""]),
    ...board.rows.flatMap((row) => rowLines(board, row, whole)),
    ...board.clients.map((each) => `${printableLine(each.client)}: ${tallyText(each)}`),
    ...(board.clients.length === 0 ? [] : [""]),
    ...board.notes.map((note) => `! ${printableLine(note, 600)}`),
    ...(board.notes.length === 0 ? [] : [""]),
    `${count(board.rows.length, "row")}: ${tallyText(board)}; ok, BAD, ? not known, - nothing to know`,
    ...uncounted,
    `made at ${board.madeAt} in ${board.seconds} s`,
    "",
  ].join("\n");
}

function rowLines(board: Board, row: BoardRow, whole: boolean): string[] {
  const shown = board.columns.filter((name) => {
    const isSilent = whyUncounted(name) !== undefined;
    return whole || (!isSilent && ["bad", "unknown"].includes(row.cells[name].state));
  });
  if (shown.length === 0) return [];
  const client = row.client === undefined ? "" : ` (${row.client})`;
  const machine = row.machine === undefined ? "" : ` on ${row.machine}`;
  const title = `${row.name}${client}${machine}: ${tallyText(row)}`;
  return [printableLine(title), ...grouped(row, shown).map((each) => cellLine(board, each)), ""];
}

function cellLine({ madeAt }: Board, { names, cell }: CellGroup): string {
  const { state, value, why, source, at } = cell;
  const age = at === undefined ? "" : `, ${ageOf(at, new Date(madeAt))}`;
  const said = `${titlesOf(names)}: ${value}${why === undefined ? "" : `: ${why}`}`;
  return `  ${marks[state].padEnd(3)}  ${printableLine(said)} [${printableLine(source)}${age}]`;
}

/** `Disk, Drift` */
export function titlesOf(names: readonly ColumnName[]): string {
  return names.map((name) => columns[name].title).join(", ");
}

/** `1 bad, 2 unknown, 9 good` */
export function tallyText({ bad, unknown, good }: Tally): string {
  return `${bad} bad, ${unknown} unknown, ${good} good`;
}
