import { unknown, type Cell } from "./cell";
import { alerts } from "./columns/alerts";
import { certificate } from "./columns/certificate";
import { backup, drill } from "./columns/data";
import { drift } from "./columns/drift";
import { disk, people, updates } from "./columns/machine";
import { cost, grace } from "./columns/record";
import { edge, origin } from "./columns/site";
import { commit, containers } from "./columns/version";
import type { Gathered } from "./gather";

/** One thing that the board tells of every row. */
interface Column {
  readonly title: string;
  readonly cell: (row: Gathered, now: Date) => Cell;
  /** Not counted, and why: what nobody can know yet would make every row unknown. */
  readonly uncounted?: string;
}

/** What the board tells, gravest first: a row's worst cell decides where the row stands. */
export const columns = {
  edge: { title: "Site through the edge", cell: edge },
  origin: { title: "Site at the origin", cell: origin },
  backup: { title: "Newest backup", cell: backup },
  drill: { title: "Restore drill", cell: drill },
  people: { title: "People with access", cell: people },
  containers: { title: "Containers", cell: containers },
  disk: { title: "Disk", cell: disk },
  certificate: { title: "Certificates", cell: certificate },
  drift: { title: "Drift", cell: drift },
  commit: { title: "Running commit", cell: commit },
  updates: { title: "Updates and reboot", cell: updates },
  grace: { title: "Grace of an old machine", cell: grace },
  cost: { title: "Cost", cell: cost },
  alerts: {
    title: "Alerts proven",
    cell: alerts,
    uncounted: "only where --alerts names what was kept does anybody know",
  },
} as const satisfies Readonly<Record<string, Column>>;

export type ColumnName = keyof typeof columns;

/** Their names, gravest first. */
export const columnNames = Object.keys(columns) as ColumnName[];

/** Those that count towards a verdict. */
export const counted: readonly ColumnName[] = columnNames.filter(
  (name) => (columns[name] as Column).uncounted === undefined,
);

/** Why a column does not count; undefined for one that does. */
export function whyUncounted(name: ColumnName): string | undefined {
  return (columns[name] as Column).uncounted;
}

/** A row's cells. What a column cannot make sense of is not known, and takes nothing else with it. */
export function cellsOf(row: Gathered, now: Date): Readonly<Record<ColumnName, Cell>> {
  const cells = columnNames.map((name) => [name, cellOf(name, row, now)] as const);
  return Object.fromEntries(cells) as Record<ColumnName, Cell>;
}

function cellOf(name: ColumnName, row: Gathered, now: Date): Cell {
  try {
    return (columns[name] as Column).cell(row, now);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unknown({ source: "the board itself" }, `what was answered makes no sense: ${why}`);
  }
}
