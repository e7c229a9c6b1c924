import { namedResolvers } from "../ground/resolvers";
import type { Move } from "./move";

/** Resolvers that many people use, of three operators. */
const usual = ["1.1.1.1", "8.8.8.8", "9.9.9.9"];

/** Milliseconds between two questions. */
const pauseMs = 15_000;

/** The resolvers that are asked: `BERTH_RESOLVERS`, addresses with commas between, or three public ones. */
export function resolversOf(env: NodeJS.ProcessEnv): readonly string[] {
  return namedResolvers(env) ?? usual;
}

/** Prints the records that the client has to set, and waits until every resolver gives them. */
export async function waitForRecords(
  { world, context, target, slug }: Move,
  names: readonly string[],
  resolvers: readonly string[],
): Promise<void> {
  let told = false;
  for (;;) {
    const asked = await Promise.all(
      resolvers.flatMap((resolver) =>
        names.map(async (name) => ({
          what: `${resolver} for ${name}`,
          given: await world.resolve(resolver, name),
        })),
      ),
    );
    const stale = asked.filter(({ given }) => given.length !== 1 || given[0] !== target.address);
    if (stale.length === 0) return;
    if (!told) {
      context.out(
        `${slug}: whoever runs its DNS has to set:\n${names.map((name) => `  ${name}  A  ${target.address}\n`).join("")}and no AAAA record beside it: that leads to a machine that will go\n`,
      );
      context.say(
        "waiting for public resolvers; Ctrl-C ends the waiting alone, the same command goes on with it. Visitors of the old address are led on",
      );
      told = true;
    }
    const [{ what, given } = { what: "", given: [] }] = stale;
    context.say(
      `${stale.length} of ${asked.length} answers are old: ${what}: ${given.join(", ") || "none"}`,
    );
    await world.pause(pauseMs);
  }
}
