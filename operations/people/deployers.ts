import { isEntered } from "../../components/machine/declaration";
import { identityOf } from "../../components/fleet/ssh-key";
import { agentKeys, usableKeys } from "../ground/agent";
import { converge, rowsOf } from "../fleet/converging";
import type { Context } from "../ground/context";
import { breakGlass } from "./deployers/break-glass";
import { declaredKey, refuseRemoval } from "./deployers/decisions";
import {
  fingerprint,
  holdings,
  holds,
  label,
  undeclaredOn,
  unreached,
  type Holding,
} from "./deployers/keys";
import { deployersOf, machineName, survey, type Machine } from "../fleet/fleet";
import { inParallel } from "../ground/pool";
import type { Entrance } from "../ground/sessions";
import { count, table } from "../ground/table";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { parallelOf } from "../ground/width";

/** How `berth deployers` is called. */
export const usage = `usage: berth deployers [list]
       berth deployers add <name>
       berth deployers prove <name>
       berth deployers remove <name>
       berth deployers break-glass

The keys that may enter machines and converge them: Pulumi.yaml, berth:team.deployers. To exchange
one, in this order; each step can be run again until every machine is done:

  1. write the new key to Pulumi.yaml, commit          berth deployers add <new>
  2. where the new private key is                      berth deployers prove <new>
  3. take the old key out of Pulumi.yaml, commit       berth deployers remove <old>

  list         which machine accepts which key, and which your ssh-agent holds
  add          brings a declared key to every machine
  prove        logs in to every machine with this key alone
  remove       takes away keys that are no longer declared, after a login with one that stays
  break-glass  prints what a member runs on a machine when no deployer's key works any more

  --environment E, --stack S, --parallel N  as in berth converge
`;

/** What every step works on. */
interface Job {
  readonly context: Context;
  readonly name: string;
  readonly deployers: Readonly<Record<string, string>>;
  /** Machines that Berth may change. */
  readonly machines: readonly Machine[];
  readonly held: readonly string[];
  readonly width: number;
}

const steps: Readonly<Record<string, (job: Job) => Promise<number>>> = { list, add, prove, remove };

/** `berth deployers`: keys are exchanged by declaring them; these steps carry it out and prove it. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { values, words } = readCommandLine(argv, { values: ["environment", "stack", "parallel"] });
  const [verb = "list", name = "", ...more] = words;
  const known = [...Object.keys(steps), "break-glass"];
  if (!known.includes(verb)) throw new UsageError(unknown("step", verb, known));
  const takesName = verb !== "list" && verb !== "break-glass";
  if (takesName !== (name !== "") || more.length > 0) {
    throw new UsageError(takesName ? "which deployer? Name one" : `${verb} takes no name`);
  }
  const { fleets, machines, unread } = await survey(context, values);
  const deployers = deployersOf(fleets);
  if (verb === "break-glass") return printBreakGlass(context, deployers);
  const step = steps[verb] ?? list;
  const done = await step({
    context,
    name,
    deployers,
    machines: machines.filter(({ declared }) => isEntered(declared)),
    held: await agentKeys(context.env),
    width: parallelOf(values),
  });
  return unread.some(({ declares }) => declares) ? exits.failed : done;
}

async function list(job: Job): Promise<number> {
  const { context, deployers, machines, held } = job;
  const all = await holdings(machines, entranceOf(job), job.width);
  const extra = all.flatMap((one) => undeclaredOn(one, deployers));
  const rows = [
    ...Object.entries(deployers),
    ...[...new Set(extra)].map((line) => [label(line), line] as const),
  ].map(([name, line]) => [
    name,
    fingerprint(line),
    Object.values(deployers).includes(line) ? "declared" : "NOT DECLARED",
    `${all.filter((one) => holds(one, line)).length} of ${machines.length}`,
    held.some((key) => identityOf(key) === identityOf(line)) ? "yes" : "no",
  ]);
  context.out(`${table(["DEPLOYER", "KEY", "", "MACHINES", "IN YOUR AGENT"], rows)}\n`);
  return told(context, unreached(all));
}

async function add(job: Job): Promise<number> {
  const { context, name, deployers, machines, width } = job;
  const key = declaredKey(name, deployers);
  const entrance = entranceOf(job);
  const failures = await convergeEach(machines, entrance, width);
  const all = await holdings(machines, entrance, width);
  const without = all.filter((one) => "keys" in one && !holds(one, key));
  const troubles = [
    ...unreached(all),
    ...without.map(({ machine }) => `${machineName(machine)}: does not accept ${name}'s key yet`),
    ...failures,
  ];
  const done = all.filter((one) => holds(one, key)).length;
  context.out(`${name}: accepted by ${done} of ${count(machines.length, "machine")}\n`);
  if (done === machines.length) {
    context.out(`Next, where ${name}'s private key is: berth deployers prove ${name}\n`);
  }
  return told(context, troubles);
}

async function prove(job: Job): Promise<number> {
  const { context, name, deployers, machines, held, width } = job;
  const key = declaredKey(name, deployers);
  if (!held.some((each) => identityOf(each) === identityOf(key))) {
    throw new Refusal(
      `your ssh-agent does not hold ${name}'s key (${fingerprint(key)}). Run this where its ` +
        "private half is, after ssh-add",
    );
  }
  const all = await holdings(machines, { keys: { env: context.env, offer: [key] } }, width);
  const proven = all.filter((one) => "keys" in one).length;
  context.out(`${name}: logged in to ${proven} of ${count(machines.length, "machine")}\n`);
  return told(context, unreached(all));
}

async function remove(job: Job): Promise<number> {
  const { context, name, deployers, machines, held, width } = job;
  refuseRemoval(name, deployers, held);
  const entrance = entranceOf(job);
  // Nothing is taken away anywhere before the key that stays has come in everywhere it can.
  const before = await holdings(machines, entrance, width);
  refuseUnproven(before);
  const affected = before.filter((one) => undeclaredOn(one, deployers).length > 0);
  const failures = await convergeEach(
    affected.map(({ machine }) => machine),
    entrance,
    width,
  );
  const after = await holdings(
    affected.map(({ machine }) => machine),
    entrance,
    width,
  );
  const left = after.flatMap((one) =>
    undeclaredOn(one, deployers).map(
      (line) => `${machineName(one.machine)}: still accepts ${label(line)}`,
    ),
  );
  const removed = [...new Set(affected.flatMap((one) => undeclaredOn(one, deployers)))];
  context.out(
    removed.length === 0
      ? `no machine that was reached accepts a key that is not declared\n`
      : `taken away from ${count(affected.length, "machine")}: ${removed.map((line) => `${label(line)} (${fingerprint(line)})`).join(", ")}\n`,
  );
  return told(context, [...unreached(before), ...unreached(after), ...left, ...failures]);
}

/** A machine that does not accept the key that stays would be lost; one that is dead is not. */
function refuseUnproven(all: readonly Holding[]): void {
  const refusing = all.filter((one) => "fault" in one && one.fault === "login");
  if (refusing.length === 0) return;
  const lines = refusing.map(({ machine }) => `  ${machineName(machine)}`).join("\n");
  throw new Refusal(
    "nothing was taken away: these machines do not accept the key that would stay. Bring it there " +
      `first, with one they accept: berth deployers add <name>\n${lines}`,
  );
}

function printBreakGlass(context: Context, deployers: Readonly<Record<string, string>>): number {
  context.out(`${breakGlass(Object.values(deployers))}\n`);
  context.say(
    "Run this on the machine as any member (berth ssh <node>); then, with a deployer's key:\n" +
      "berth converge <node>. A member who has this clone can do both at once:\n" +
      "berth converge --as <member> <node>",
  );
  return exits.done;
}

async function convergeEach(
  machines: readonly Machine[],
  entrance: Entrance,
  width: number,
): Promise<string[]> {
  const done = await inParallel(machines, width, (machine) => converge(machine, entrance, false));
  return done
    .filter(({ outcome }) => outcome.kind === "failed" || outcome.kind === "refused")
    .flatMap((one) => rowsOf(one))
    .filter(([, what]) => what === "failed" || what === "refused")
    .map(([node, , subject, detail]) => `${node}: ${subject}: ${detail}`);
}

function entranceOf({ context, held, deployers }: Job): Entrance {
  return { keys: { env: context.env, offer: Object.values(usableKeys(held, deployers)) } };
}

/** Says what is left to do; the exit status follows from it. */
function told(context: Context, troubles: readonly string[]): number {
  if (troubles.length === 0) return exits.done;
  const lines = troubles.map((line) => `  ${line}\n`).join("");
  context.out(`\nNot done, run it again:\n${lines}`);
  return exits.failed;
}
