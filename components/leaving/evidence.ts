import type { Evidence } from "../clouds/look";
import type { Cloud, NodeSpec } from "../fleet/fleet";
import type { Problem } from "../fleet/problem";
import { placeOf, received } from "../fleet/show";

/**
 * What speaks against letting a machine go (R75): its snapshot must be of its own disk, complete and
 * taken after its service ended at `idle`. No provider records whether a machine was off when its
 * snapshot was taken, so the machine must be off now.
 */
export function evidenceProblems(
  { name, retired }: NodeSpec,
  provider: Cloud,
  idle: Date,
  { machine, snapshot }: Evidence,
): Problem[] {
  const base = {
    path: placeOf(["nodes", name, "retired", "snapshot"]),
    ...received(retired?.snapshot),
  };
  const fix = "take a snapshot of the stopped machine and write its id (R75)";
  const problem = (message: string): Problem => ({ ...base, message, fix });
  const running: Problem[] =
    machine === "off"
      ? []
      : [
          problem(
            `is to be an offline one, and ${provider} finds the machine of ${name} not off but ${machine}`,
          ),
        ];
  if (snapshot === undefined) {
    return [problem(`is not a snapshot that ${provider} has in this account`), ...running];
  }
  const { takenAt, unfinished, ofThisDisk } = snapshot;
  const end = idle.toISOString();
  return [
    ...(ofThisDisk ? [] : [problem(`is not of the disk of ${name}'s machine`)]),
    ...(unfinished === undefined ? [] : [problem(`is not complete: it is ${unfinished}`)]),
    ...(takenAt === undefined
      ? [problem(`has no date at ${provider}`)]
      : takenAt >= idle
        ? []
        : [
            problem(
              `was taken at ${takenAt.toISOString()}, before the machine's service ended at ${end}`,
            ),
          ]),
    ...running,
  ];
}
