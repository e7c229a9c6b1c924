import { unknown, type Cell } from "../cell";
import type { Gathered } from "../gather";
import type { MachineSaid } from "../collectors/machines";
import type { Reading } from "../reading";

/** A cell of a reading that is known, else why it is not. */
export function ofReading<Said>(
  reading: Reading<Said> | undefined,
  cell: (said: Said, origin: { readonly source: string; readonly at: Date }) => Cell,
): Cell {
  if (reading === undefined) return unknown({ source: "nobody" }, "nobody was asked");
  const { source } = reading;
  if (reading.kind === "unknown") return unknown({ source }, reading.why);
  return cell(reading.said, { source, at: reading.at });
}

/** A cell of what a row's machine says; where there is none, why. */
export function ofMachine(
  { subject, machine }: Gathered,
  cell: (said: MachineSaid, origin: { readonly source: string; readonly at: Date }) => Cell,
): Cell {
  if (machine === undefined) {
    return unknown({ source: "the stacks' states" }, subject.missing ?? "there is no machine");
  }
  return ofReading(machine, cell);
}
