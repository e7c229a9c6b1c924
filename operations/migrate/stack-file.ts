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

/** Whether the stack file says already who serves the project after the move. */
export function isWritten({ environment, slug, to, context }: Move): boolean {
  const name = `Pulumi.${environment}.yaml`;
  const text = fs.readFileSync(path.join(context.directory, name), "utf8");
  return withLine(text, { slug, ...servingLine(to, environment) }, name) === text;
}

function servingLine(to: string, environment: string): Omit<ProjectLine, "slug"> {
  return { key: "servedBy", ...(to === environment ? {} : { value: to }) };
}

/** Writes who serves the project: the host stack that it moves to, or by no line the environment itself. */
export function writeServing(move: Move): Promise<void> {
  return writeLine(move, servingLine(move.to, move.environment));
}
