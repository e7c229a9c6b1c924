import { Refusal } from "../ground/usage";
import type { Database, Survey } from "./answers";
import { instructionLevel } from "./instructions";
import type { Way } from "./journal";

/** What both machines say of themselves. */
export interface Both {
  readonly old: Survey;
  readonly new: Survey;
  /** Whether the version that serves is on the new machine already, so that its images can be compared. */
  readonly delivered: boolean;
  readonly way: Way;
}

/** Whether the version that serves runs on the new machine too: a move that was given up has left its commit alone. */
export function isDelivered({ old, new: target }: Pick<Both, "old" | "new">): boolean {
  return old.commit === target.commit && target.services.length > 0;
}

/** What keeps a move from being done, and what a person should know before it is. */
export interface Judgement {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** Bytes that stay free beside the copy: images, logs, what is written while it is made. */
const reserve = 2 * 1024 ** 3;

/** Judges whether a project can go from one machine to the other. Pure. */
export function judge({ old, new: target, delivered, way }: Both): Judgement {
  const problems: string[] = [];
  const notes: string[] = [];
  if (!old.commit) {
    problems.push(`${old.slug} was never delivered to the old machine: berth deploy ${old.slug}`);
  } else if (old.databases.length === 0) {
    problems.push(
      `${old.slug} has no database, at which writes are stopped: docs/guides/move-a-project.md says how it moves by hand`,
    );
  }
  for (const each of old.databases) {
    problems.push(...(way === "dump" ? whyNotByDump(each) : whyNot(each)));
    if (each.logins.length > 0) {
      notes.push(
        `${each.service} is written by ${each.logins.join(", ")}: all are stopped with its server`,
      );
    }
    problems.push(...slotsOf(each));
    if (delivered) problems.push(...(way === "dump" ? older : unlike)(each, target));
  }
  for (const { what, reason, data } of old.leftOut) {
    (data ? problems : notes).push(`${what} would stay on the old machine: ${reason}`);
  }
  problems.push(...notLeft(target));
  notes.push(...whatIsLeft(target));
  const databases = total(old.databases.map(({ bytes }) => bytes ?? 0));
  const files = total(old.files.map(({ bytes }) => bytes));
  const needed = databases + files + reserve;
  // A copy that was made already has taken its room.
  if (target.databases.length === 0 && target.disk.free < needed) {
    problems.push(
      `disk: the new machine has ${gib(target.disk.free)} free and ${gib(needed)} are needed (databases ${gib(databases)}, files ${gib(files)}, ${gib(reserve)} to spare${takenBy(target)}); declare a larger disk or size in berth:nodes`,
    );
  }
  notes.push(...whatWaits(old));
  if (target.memory < old.memory) {
    notes.push(`memory: the new machine has ${gib(target.memory)}, the old one ${gib(old.memory)}`);
  }
  // A dump is read by any processor; the images are the delivery's to judge.
  if (way === "replication" || old.cpu.arch === target.cpu.arch) {
    problems.push(...otherProcessor(old.cpu, target.cpu));
  }
  return { problems, notes };
}

/** Throws a `Refusal` with every problem. */
export function refuseUnfit(both: Both, name: string): void {
  const { problems } = judge(both);
  if (problems.length === 0) return;
  throw new Refusal(
    [`${both.old.slug} cannot go to ${name}:`, ...problems.map((each) => `  - ${each}`)].join("\n"),
  );
}

/** Why a database cannot be moved at all by this command. */
function whyNot({ service, kind, image, unmovable, unfenced }: Database): string[] {
  if (kind === "mongodb") {
    return [
      `${service} is MongoDB, which moves by dump and restore: see how long that takes, and what it has not: --by dump --plan`,
    ];
  }
  if (kind === "other") {
    return [
      `${service} (${image}) is a database whose users nobody here can fence, so writes could be lost: docs/guides/move-a-project.md`,
    ];
  }
  return [
    ...unmovable.map(
      (why) => `${service}: ${why}; where it runs, it moves by dump and restore: --by dump`,
    ),
    ...unfenced.map(
      ({ login, why }) =>
        `${service}: the login ${login} could not be fenced: ${why}; end what uses it`,
    ),
  ];
}

/** Why a database cannot be moved by dump and restore. */
function whyNotByDump({ service, kind, image, status }: Database): string[] {
  if (kind === "other") {
    return [
      `${service} (${image}) is a database that nobody here can dump: docs/guides/move-a-project.md`,
    ];
  }
  if (status === undefined || status === null || status === "running") return [];
  return [`${service}: the database is ${status}; start it`];
}

/** Whoever reads by a slot gets nothing of what was written between its end and a new one. */
function slotsOf({ service, slots }: Database): string[] {
  return slots.map(
    (slot) =>
      `${service}: the replication slot ${slot} stays behind, and who reads by it: end that, drop it (SELECT pg_drop_replication_slot('${slot}')) and begin it anew on the new machine`,
  );
}

/** Whether a dump of the one can be loaded into its counterpart. */
function older(one: Database, target: Survey): string[] {
  const other = target.databases.find(({ service }) => service === one.service);
  if (other?.kind !== one.kind) {
    return [`${one.service}: the new machine has no such database after the delivery`];
  }
  if (!one.major || !other.major || other.major >= one.major) return [];
  return [
    `${one.service}: is of version ${one.major} on the old machine and ${other.major} on the new one, which does not load what a newer one dumped: pin the image in the compose file`,
  ];
}

/** What differs between a database and its counterpart, which must read the very same files. */
function unlike(one: Database, target: Survey): string[] {
  const other = target.databases.find(({ service }) => service === one.service);
  if (other === undefined) {
    return [`${one.service}: the new machine has no such database after the delivery`];
  }
  const differ = (what: string, a: unknown, b: unknown, fix: string) =>
    a === b
      ? []
      : [
          `${one.service}: ${what} ${String(a ?? "unknown")} on the old machine and ${String(b ?? "unknown")} on the new one; ${fix}`,
        ];
  const version = differ(
    "is of version",
    one.major,
    other.major,
    "a physical copy needs the same one: pin the image in the compose file, or move by dump and restore: --by dump",
  );
  if (version.length > 0) return version;
  return [
    ...differ(
      "runs image",
      one.imageId,
      other.imageId,
      "the same digest is needed: pin it in the compose file and deliver both",
    ),
    ...differ(
      "has collation",
      collationOf(one),
      collationOf(other),
      "indexes would be in another order: use the same image",
    ),
  ];
}

function collationOf({ collation }: Database): string | undefined {
  return collation ? `${collation.provider} ${collation.version ?? ""}`.trim() : undefined;
}

/** What acts on the world outside: two of it would remind, charge and publish twice. */
function whatWaits({ acting }: Survey): string[] {
  if (!acting || acting.services.length === 0) return [];
  const how = acting.guessed
    ? " (a guess: nothing that answers visitors needs them; `workers` of the project says which do)"
    : "";
  return [
    `${acting.services.join(", ")} act by themselves and start when the new machine serves${how}`,
  ];
}

/** Whether read-only data of a move that ended stands where the copy comes to. */
export function hasLeft({ left }: Survey): boolean {
  return (left?.services.length ?? 0) > 0;
}

function notLeft({ left }: Survey): string[] {
  return left?.problem ? left.problem.split("\n") : [];
}

function whatIsLeft({ left }: Survey): string[] {
  if (!left || left.problem) return [];
  const { at, to, bytes, services, aside } = left;
  const name = `the move of ${at.slice(0, 10)}${to ? ` to ${to}` : ""}`;
  const notes = aside.map(
    (place) => `data of an earlier move lies aside on the new machine: ${place}`,
  );
  if (services.length === 0) return notes;
  return [
    `what stayed of ${name} on the new machine (${services.join(", ")}, read-only, ${mib(bytes)}) is set aside there before the delivery, and stays`,
    ...notes,
  ];
}

/** Room that was used before the copy, of which people may free some. */
function takenBy({ left }: Survey): string {
  if (!left) return "";
  const stays =
    left.services.length > 0 ? [`what stayed of an earlier move: ${gib(left.bytes)}`] : [];
  const all = [...stays, ...left.aside];
  return all.length === 0 ? "" : `; used there by ${all.join(", ")}`;
}

function otherProcessor(old: Survey["cpu"], target: Survey["cpu"]): string[] {
  if (old.arch !== target.arch) {
    return [
      `processor: the old machine is ${old.arch} and the new one ${target.arch}; a copy of a database cannot be read there: choose a size of the same architecture`,
    ];
  }
  const [a, b] = [instructionLevel(old), instructionLevel(target)];
  if (a === undefined || b === undefined || b >= a) return [];
  return [
    `processor: the old machine's has the instructions of x86-64-v${a}, the new one's those of v${b} alone; programs that were built for more would end: choose another size`,
  ];
}

/**
 * Rates that were measured of this method: seconds that it takes whatever is moved (2.1 to 3.6 between two booted machines
 * on two cores, the way back attached; two to five times as long where these had ten times as much to do), and entries a
 * second.
 */
const switchSeconds = 4;
const entriesPerSecond = 4_000;

/** Seconds that visitors will wait, by the pass over the files that was measured last. */
export function expectedInterruption(old: Survey, passSeconds?: number): number {
  const pass = passSeconds ?? total(old.files.map(({ entries }) => entries)) / entriesPerSecond;
  return Math.round((switchSeconds + pass) * 10) / 10;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function mib(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
