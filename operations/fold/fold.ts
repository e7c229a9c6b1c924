import type { ResolvedFleet } from "../../components/placement/resolved";
import type { Context } from "../ground/context";
import { readFleets } from "../ground/reading";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { changesIn, changesOfMachines, refuseUnlike, rootOf } from "./alike";
import { Kept, putBack, States } from "./states";

/** How `berth fold` is called. */
export const usage = `usage: berth fold <host stack> [--undo]

Moves the machines of a host stack into its environment's stack, once the old ones are gone there: from one state to
the other, and nothing at any provider. Declare them alike before: madeBy: <host stack> for each node, the same size
and the same facts of its projects, and no servedBy. Both states are kept in .berth/fold until a preview of the
environment changes no resource; where it would change one, both are put back as they were, and it is said which. Cut
off, the same command puts both back and begins anew. Let nobody run an update of either meanwhile.

  --undo   put both states back as a run that was cut off found them, and no more
`;

/** `berth fold`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, words } = readCommandLine(argv, { flags: ["undo"] });
  const [host, ...more] = words;
  if (host === undefined || more.length > 0) throw new UsageError("which one host stack?");
  const { fleets } = readFleets(context, {});
  const hosted = fleetOf(fleets, host);
  const { environment } = hosted;
  if (hosted.role !== "host") throw new Refusal(`${host} is an environment, and no host stack`);
  const states = new States(context);
  const kept = new Kept(context.directory, host, environment);
  if (kept.isThere) {
    await putBack(states, kept);
    context.say("an earlier run was cut off; both states are as they were before it");
  }
  if (flags.has("undo")) return exits.done;
  const [from, to] = await Promise.all([states.exported(host), states.exported(environment)]);
  refuseUnlike(hosted, fleetOf(fleets, environment), from.state, to.state);
  const pending = changesIn(await states.preview(host));
  if (pending.length > 0) {
    throw new Refusal(
      `${host} is not as it is declared; run pulumi up --stack ${host} first:\n${pending.join("\n")}`,
    );
  }
  const roots = hosted.nodes.map(({ name }) => rootOf(from.state, name)!.urn);
  kept.keep({ [host]: from.text, [environment]: to.text });
  const move = ["state", "move", "--yes", "--source", host, "--dest", environment, ...roots];
  await movedOrBack(states, kept, move);
  kept.drop();
  context.out(
    `${environment} has the machines of ${host}, and a preview of it changes none of its resources.\n` +
      `Next, at once, as an update of ${host} would make others in their place:\n` +
      `  pulumi up --stack ${environment}\n` +
      `  pulumi destroy --stack ${host}      (what is left of it: records of its own)\n` +
      `  pulumi stack rm ${host}, and take Pulumi.${host}.yaml away\n`,
  );
  return exits.done;
}

/** Moves, and looks at what the environment would do then. Whatever is not well puts both states back. */
async function movedOrBack(states: States, kept: Kept, move: readonly string[]): Promise<void> {
  try {
    await states.succeed(...move);
    const changes = changesOfMachines(await states.preview(kept.environment));
    if (changes.length === 0) return;
    throw new Refusal(
      `${kept.environment} would change what was moved; declare it alike first:\n${changes.join("\n")}`,
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await putBack(states, kept);
    throw new Refusal(`${error.message}\nBoth states are as they were.`, { cause: error });
  }
}

function fleetOf(fleets: readonly ResolvedFleet[], stack: string): ResolvedFleet {
  const found = fleets.find((fleet) => fleet.stack === stack);
  if (found !== undefined) return found;
  const known = fleets.map((fleet) => fleet.stack);
  throw new Refusal(unknown("stack", stack, known));
}
