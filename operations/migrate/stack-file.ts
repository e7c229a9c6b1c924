import * as fs from "node:fs";
import * as path from "node:path";

import type { Move } from "./move";
import { withLine, type ProjectLine } from "./project-line";

/**
 * Writes a line of the project into its environment's stack file and says so; with --commit on a branch of its own, for
 * review.
 */
export async function writeLine(move: Move, line: Omit<ProjectLine, "slug">): Promise<void> {
  const { environment, slug, context, commits, world, to } = move;
  const name = `Pulumi.${environment}.yaml`;
  const file = path.join(context.directory, name);
  const before = fs.readFileSync(file, "utf8");
  const after = withLine(before, { slug, ...line }, name);
  if (after === before) return;
  const what = line.value === undefined ? `${line.key} is taken out` : `${line.key} is written`;
  fs.writeFileSync(file, after);
  if (!commits) return context.say(`${name}: ${what} (${slug}); commit it`);
  const branch = `move-${slug}-to-${to}`;
  const made = await world.commit(name, branch, `${slug}: ${what}, as it moves to ${to}`);
  context.say(`${name}: ${what} (${slug}), committed on ${made}: have it reviewed`);
}

/** Writes who serves the project: the host stack that it moves to, or by no line the environment itself. */
export function writeServing(move: Move): Promise<void> {
  const { to, environment } = move;
  return writeLine(move, { key: "servedBy", ...(to === environment ? {} : { value: to }) });
}
