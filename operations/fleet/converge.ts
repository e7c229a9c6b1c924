import type { Context } from "../ground/context";
import { converge, rowsOf, type Converged } from "./converging";
import { deployersOf, machineName, survey, type Machine } from "./fleet";
import { inParallel } from "../ground/pool";
import { chosenMachines, nothingSeen } from "./targets";
import { asDeployer, asMember, type Entrance } from "../ground/sessions";
import { count, table } from "../ground/table";
import { tellUnfinished } from "../ground/unfinished";
import { exits, readCommandLine } from "../ground/usage";
import { parallelOf } from "../ground/width";

/** How `berth converge` is called. */
export const usage = `usage: berth converge [--check] [--environment E | --stack S] [--as MEMBER] [node…]

Brings machines to what their stack files declare: the script of pulumi up, now, without waiting for
a difference in the stack. Without a node: every machine of every stack.

  --check          say what differs and change nothing
  --environment E  stage or prod, with the host stacks that serve it
  --stack S        this stack alone
  --as MEMBER      come as a member, through sudo, when no deployer's key works any more
  --parallel N     machines at once (16)
  --json           the outcome as JSON

Ends with 0 when all is as declared, 2 when a check found differences, 1 when a machine failed or was
not reached, or none is deployed; the others are done all the same.
`;

/** `berth converge`: the identical script on demand, on all machines or some. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["check", "json"],
    values: ["environment", "stack", "as", "parallel"],
  });
  const check = flags.has("check");
  const { machines, fleets, undeployed, unread } = await survey(context, values);
  const chosen = chosenMachines(machines, words);
  if (chosen.length === 0) {
    if (flags.has("json")) context.out("[]\n");
    context.say(nothingSeen(undeployed));
    return exits.failed;
  }
  const entrance = values["as"]
    ? asMember(
        context,
        values["as"],
        fleets.flatMap(({ team }) => Object.keys(team.members)),
      )
    : await asDeployer(context, deployersOf(fleets));
  const options = { check, parallel: parallelOf(values), say: context.say };
  const done = await convergeAll(chosen, entrance, options);
  if (flags.has("json")) context.out(`${JSON.stringify(done.map(asJson), undefined, 2)}\n`);
  else context.out(describe(done, check));
  if (undeployed.length > 0 && words.length === 0) {
    context.say(`not deployed yet, so not visited: ${undeployed.join(", ")}`);
  }
  const all = words.length === 0 && unread.some(({ declares }) => declares);
  return all ? exits.failed : exitOf(done);
}

/** Converges machines side by side; one that fails does not stop the others. */
export async function convergeAll(
  machines: readonly Machine[],
  entrance: Entrance,
  { check, parallel, say }: { check: boolean; parallel: number; say: (text: string) => void },
): Promise<Converged[]> {
  const unfinished = tellUnfinished(say);
  try {
    return await inParallel(machines, parallel, (machine) =>
      unfinished.during(machineName(machine), () => converge(machine, entrance, check)),
    );
  } finally {
    unfinished.stop();
  }
}

/** The exit status for a set of outcomes. */
export function exitOf(done: readonly Converged[]): number {
  const kinds = done.map(({ outcome }) => outcome.kind);
  if (kinds.some((kind) => kind === "failed" || kind === "refused" || kind === "fault")) {
    return exits.failed;
  }
  return kinds.includes("drift") ? exits.drift : exits.done;
}

/** What a person reads: a table of differences, and one line that counts the machines. */
export function describe(done: readonly Converged[], check: boolean): string {
  const rows = done.flatMap(rowsOf);
  const differences = rows.length === 0 ? "" : `${table(titles, rows)}\n\n`;
  const number = (kinds: readonly string[], changed?: boolean) =>
    done.filter(
      ({ outcome }) =>
        kinds.includes(outcome.kind) && (changed === undefined || hasChanges(outcome) === changed),
    ).length;
  const parts = [
    [number(["done"], false), "as declared"],
    [number(["done"], true), "changed"],
    [number(["drift"]), "differ"],
    [number(["failed", "refused"]), "failed"],
    [number(["fault"]), "not reached"],
    [number(["observed"]), "only observed"],
  ] as const;
  const said = parts.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  const verb = check ? "checked" : "converged";
  return `${differences}${count(done.length, "machine")} ${verb}: ${said.join(", ") || "none there"}\n`;
}

const titles = ["NODE", "WHAT", "SUBJECT", "DETAIL"] as const;

function hasChanges(outcome: Converged["outcome"]): boolean {
  return "report" in outcome && outcome.report.findings.some(({ kind }) => kind === "changed");
}

function asJson({ machine, outcome }: Converged) {
  return { node: machineName(machine), address: machine.address, ...outcome };
}
