import { environments, type Environment } from "../fleet/fleet";
import type { Problem } from "../fleet/problem";
import { placeOf, show } from "../fleet/show";

/** What a stack is: decided by its name and, for host stacks, by what they declare. */
export interface Role {
  readonly role: "environment" | "host";
  /** Absent when a host stack does not say it. */
  readonly environment: Environment | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Tells environment stacks from host stacks.
 *
 * | stack name  | `berth:environment` | role                        |
 * | ----------- | ------------------- | --------------------------- |
 * | stage, prod | absent              | environment                 |
 * | stage, prod | present             | refused                     |
 * | any other   | stage or prod       | host of that environment    |
 * | any other   | absent              | refused                     |
 */
export function roleOf(input: {
  readonly stack: string;
  readonly config: Readonly<Record<string, unknown>>;
}): Role {
  const declared = input.config["environment"];
  const named = environments.find((environment) => environment === input.stack);
  const path = placeOf(["environment"]);
  if (named !== undefined) {
    const received = show(declared);
    const problem: Problem = {
      path,
      message: `is set, but the stack ${named} is an environment itself`,
      ...(received === undefined ? {} : { received }),
      fix: "remove the line, or rename the stack if it is to be a host stack",
    };
    return {
      role: "environment",
      environment: named,
      problems: declared === undefined ? [] : [problem],
    };
  }
  const problem: Problem = {
    path,
    message: `is missing: the stack ${input.stack} must say which environment it serves`,
    allowed: environments.join(", "),
    fix: "add `berth:environment: prod` (or stage) to the stack's file; only stage and prod are environments themselves",
  };
  return {
    role: "host",
    environment: environments.find((environment) => environment === declared),
    problems: declared === undefined ? [problem] : [],
  };
}
