import { nobody } from "../../components/fleet/fleet";
import { mapping } from "../../components/fleet/mapping";
import { ConfigError } from "../../components/fleet/problem";
import { readStackFiles, type StackConfig } from "../../components/stack-file/stack-files";
import type { Context } from "../ground/context";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";

/** How `berth order` is called. */
export const usage = `usage: berth order STACK

The stacks that a deployment of STACK takes, one a line, in the order in which they are deployed: the
host stacks that serve its projects (\`servedBy\`) or are about to (\`migration\`), then STACK, whose names follow their addresses.
`;

/** `berth order`: what a pipeline deploys, and in which order. */
export function main(context: Context, argv: readonly string[]): Promise<number> {
  const { words } = readCommandLine(argv, {});
  const [stack, ...others] = words;
  if (stack === undefined || others.length > 0) throw new UsageError("order takes one stack");
  const { stacks, unreadable } = readStackFiles(context.directory);
  const order = Object.hasOwn(unreadable, stack) ? [stack] : orderOf(stacks, stack);
  const unread = order.flatMap((name) => unreadable[name] ?? []);
  if (unread.length > 0) throw new ConfigError(unread);
  for (const name of order) context.out(`${name}\n`);
  return Promise.resolve(exits.done);
}

/** The host stacks that serve a stack's projects or are about to, by name, and the stack itself. */
export function orderOf(
  files: Readonly<Record<string, StackConfig>>,
  stack: string,
): readonly string[] {
  const own = files[stack];
  if (own === undefined) throw new Refusal(unknown("stack", stack, Object.keys(files).sort()));
  const serving = Object.values(mapping(own["projects"])).flatMap((project) => {
    const { servedBy, migration } = mapping(project);
    const named = [servedBy, mapping(migration)["to"]];
    return named.filter(
      (name): name is string => typeof name === "string" && name !== stack && name !== nobody,
    );
  });
  const missing = serving.find((name) => files[name] === undefined);
  if (missing !== undefined) {
    throw new Refusal(
      `Pulumi.${stack}.yaml: servedBy or migration names ${missing}, which has no stack file`,
    );
  }
  return [...[...new Set(serving)].sort(), stack];
}
