import { tellInterrupted } from "../ground/interrupted";
import type { Unread } from "../ground/reading";
import { joined } from "../fleet/fleet";
import type { Cell } from "./cell";
import { cellsOf, columnNames, counted, type ColumnName } from "./columns";
import type { Findings } from "./gather";

/** Cells of a kind that count. */
export interface Tally {
  readonly bad: number;
  readonly unknown: number;
  readonly good: number;
}

/** A project in its environment, or a machine that serves none. */
export interface BoardRow extends Tally {
  /** `prod/kmc` */
  readonly name: string;
  readonly environment: string;
  readonly client?: string;
  /** `stack/node` of its machine. */
  readonly machine?: string;
  readonly cells: Readonly<Record<ColumnName, Cell>>;
}

/** How a client's projects are. */
export interface BoardClient extends Tally {
  readonly client: string;
  readonly rows: number;
}

/** All that the board says: what the terminal, the page and the JSON show is this. */
export interface Board extends Tally {
  /** ISO 8601: when it was made. */
  readonly madeAt: string;
  /** Seconds that it took. */
  readonly seconds: number;
  readonly columns: readonly ColumnName[];
  /** Worst first. */
  readonly rows: readonly BoardRow[];
  /** Clients after whom machines are named, worst first. */
  readonly clients: readonly BoardClient[];
  /** What is of no one row and needs a person. */
  readonly notes: readonly string[];
}

/** What a board is made of. */
export interface Made {
  readonly project: string;
  readonly findings: Findings;
  /** Stacks whose files cannot be read. */
  readonly unread: readonly Unread[];
  readonly now: Date;
  readonly seconds: number;
}

/** Puts a board together. Pure. */
export function assemble({ project, findings, unread, now, seconds }: Made): Board {
  const rows = findings.rows
    .map((row): BoardRow => {
      const { name, environment, client, machine } = row.subject;
      const cells = cellsOf(row, now);
      return {
        ...{ name, environment },
        ...(client === undefined ? {} : { client }),
        ...(machine === undefined ? {} : { machine: `${machine.stack}/${machine.node.name}` }),
        ...tallyOf(counted.map((each) => cells[each])),
        cells,
      };
    })
    .sort(byWorst);
  return {
    ...{ madeAt: now.toISOString(), seconds, columns: columnNames },
    ...tallied(rows),
    notes: notesOf(project, findings, unread),
  };
}

/** A board of some of its rows; what is of no one row stays. */
export function only(board: Board, wanted: (row: BoardRow) => boolean): Board {
  return { ...board, ...tallied(board.rows.filter(wanted)) };
}

function tallied(rows: readonly BoardRow[]): Pick<Board, keyof Tally | "rows" | "clients"> {
  return { ...sum(rows), rows, clients: clientsOf(rows) };
}

/** A cell, and the columns of a row that say this very thing. */
export interface CellGroup {
  readonly names: readonly ColumnName[];
  readonly cell: Cell;
}

/** Cells of a row, each said once: of a machine that is not reached eight would say the same. Pure. */
export function grouped({ cells }: BoardRow, names: readonly ColumnName[]): readonly CellGroup[] {
  const groups = new Map<string, { names: ColumnName[]; cell: Cell }>();
  for (const name of names) {
    const cell = cells[name];
    const key = JSON.stringify([cell.state, cell.value, cell.why, cell.source, cell.at]);
    const group = groups.get(key) ?? { names: [], cell };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Bad before unknown before good; then by the gravest column that is so, by how many are, by name. */
function byWorst(one: BoardRow, other: BoardRow): number {
  const [first, second] = [rankOf(one), rankOf(other)];
  const at = first.findIndex((value, index) => value !== second[index]);
  return at < 0 ? (one.name < other.name ? -1 : 1) : first[at]! - second[at]!;
}

function rankOf({ cells, bad, unknown }: BoardRow): number[] {
  const gravest = (state: Cell["state"]) => {
    const at = counted.findIndex((name) => cells[name].state === state);
    return at < 0 ? counted.length : at;
  };
  return [gravest("bad"), -bad, gravest("unknown"), -unknown];
}

function clientsOf(rows: readonly BoardRow[]): BoardClient[] {
  const names = [...new Set(rows.flatMap(({ client }) => client ?? []))];
  return names
    .map((client) => {
      const own = rows.filter((row) => row.client === client);
      return { client, rows: own.length, ...sum(own) };
    })
    .sort((a, b) => b.bad - a.bad || b.unknown - a.unknown || (a.client < b.client ? -1 : 1));
}

function tallyOf(cells: readonly Cell[]): Tally {
  const of = (state: Cell["state"]) => cells.filter((cell) => cell.state === state).length;
  return { bad: of("bad"), unknown: of("unknown"), good: of("good") };
}

function sum(tallies: readonly Tally[]): Tally {
  const all = (name: keyof Tally) => tallies.reduce((total, each) => total + each[name], 0);
  return { bad: all("bad"), unknown: all("unknown"), good: all("good") };
}

/** Stacks that cannot be read, machines that nobody declares, and what a killed update may have made. */
function notesOf(
  project: string,
  { stacks }: Findings,
  unread: readonly Unread[],
): readonly string[] {
  return [
    ...unread.map(({ why }) => why),
    ...stacks.flatMap(({ fleet, state }) => {
      const { stack } = fleet;
      if (state.kind === "unknown") return [`${state.source} cannot be read: ${state.why}`];
      const { nodes = {}, interrupted = [] } = state.said ?? {};
      return [
        ...joined(project, fleet, nodes).undeclared.map(
          ({ name }) => `${stack}/${name}: is deployed and not declared to stay; run pulumi up`,
        ),
        ...interrupted.map((each) => `${stack}: ${tellInterrupted(each)}`),
      ];
    }),
  ];
}
