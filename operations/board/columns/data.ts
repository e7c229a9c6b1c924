import { drillDays, freshHours, hoursSince, isAhead } from "../../backups/choose";
import { backupConcerns } from "../../fleet/backed-up";
import { ageOf, bad, good, none, unknown, type Cell } from "../cell";
import type { Gathered } from "../gather";
import { ofReading } from "./known";

/** How old the newest archive in the bucket is, and what the machine says of its last attempt. */
export function backup(row: Gathered, now: Date): Cell {
  const absent = withoutBackup(row);
  if (absent !== undefined) return absent;
  const cell = ofReading(row.proof, ({ archive }, origin) => {
    const { slug } = row.subject.project!;
    if (archive === null) return bad("none", origin, `has no archive; berth backup ${slug}`);
    const at = new Date(archive);
    const hours = hoursSince(at, now);
    const from = { ...origin, at };
    if (isAhead(hours)) return unknown(from, "its newest archive is dated in the future");
    const value = `${ageOf(at, now)} old`;
    if (hours <= freshHours) return good(value, from);
    return bad(value, from, `${freshHours} h are allowed; berth backup ${slug}`);
  });
  if (cell.state === "bad") return cell;
  // What lies in the bucket may be young and the last attempt have failed: the machine alone knows.
  const { subject, machine } = row;
  const declared = (subject.machine?.declared.backups ?? []).filter(
    ({ slug }) => slug === subject.project?.slug,
  );
  if (declared.length === 0 || machine?.kind !== "known") return cell;
  const from = { source: machine.source, at: machine.at };
  const { backedUp } = machine.said;
  if (backedUp === null) return unknown(from, "it did not tell what it backs up", cell.value);
  const [concern] = backupConcerns(declared, backedUp, now);
  return concern === undefined ? cell : bad(cell.value, from, concern);
}

/** How old the last drill is, and what it found. */
export function drill(row: Gathered, now: Date): Cell {
  const absent = withoutBackup(row);
  if (absent !== undefined) return absent;
  return ofReading(row.proof, ({ drill: last, broken }, origin) => {
    const { slug } = row.subject.project!;
    if (broken.length > 0) return bad("not believed", origin, broken.slice(0, 3).join("; "));
    if (last === null) return bad("never", origin, `was never drilled; berth drill ${slug}`);
    if (last.project !== slug) return bad("not its own", origin, `is of ${last.project}`);
    const at = new Date(last.begun);
    const from = { ...origin, at };
    const hours = hoursSince(at, now);
    if (isAhead(hours)) return unknown(from, "its last drill is dated in the future");
    const value = `${last.verdict}, ${ageOf(at, now)} ago`;
    if (last.verdict !== "proven") return bad(value, from, last.reasons.join("; "));
    if (hours <= drillDays * 24) return good(value, from);
    return bad(value, from, `${drillDays} days are allowed; berth drill ${slug}`);
  });
}

function withoutBackup({ subject: { project, ended, environment } }: Gathered): Cell | undefined {
  if (project === undefined) return none("it serves no project");
  if (ended) return none("its service ended");
  if (project.archives !== undefined) return undefined;
  if (environment !== "prod") return none("no backup is declared");
  return bad("none", { source: "declared" }, "production without a backup (R29)");
}
