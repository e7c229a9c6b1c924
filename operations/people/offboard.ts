import type { Context } from "../ground/context";
import { converge, rowsOf } from "../fleet/converging";
import {
  deployersOf,
  machineName,
  survey,
  type Leftover,
  type Machine,
  type Survey,
} from "../fleet/fleet";
import { renewAgents } from "./offboarding/agents";
import { closeAwsKeys } from "./offboarding/aws-keys";
import { describe, notProof } from "./offboarding/describe";
import { elsewhere } from "./offboarding/elsewhere";
import {
  judge,
  readRemains,
  type Closing,
  type Evidence,
  type Remains,
} from "./offboarding/evidence";
import { committedFiles, presentFiles } from "./offboarding/files";
import { grantsTo } from "./offboarding/grants";
import { pastOf } from "./offboarding/history";
import { lookedFor, notLookedFor } from "../ground/traces";
import { inParallel } from "../ground/pool";
import type { Unread } from "../ground/reading";
import { evidenceScript, type Person } from "../../components/machine/questions";
import { asDeployer, runScript, type Entrance } from "../ground/sessions";
import { visit } from "../ground/ssh";
import { count } from "../ground/table";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { parallelOf } from "../ground/width";

/** How `berth offboard` is called. */
export const usage = `usage: berth offboard [--environment E] [--json] <member>

Closes a person's accounts on every machine of every environment, and says what is left: keys, rights,
sessions, a login from outside, other accounts that can log in, and what nobody declared and no package
brought since the person came. Makes the access keys of the IAM user of the member's name inactive and takes it out
of its groups, with the AWS credentials at hand; where they may not, the keys are named and it is open. Renews the
agents of Jenkins on machines that know the person, with JENKINS_USER and JENKINS_TOKEN (R51). First take the person out of the stack files and commit that, or the
next pulumi up would let them in again.

  --environment E  stage or prod alone, with the host stacks that serve it
  --parallel N     machines at once (16)
  --json           the evidence as JSON

Ends with 0 when the account is closed on every machine and at AWS, agents are renewed and nothing was found, otherwise with 1; run it
again for those not reached. Members are root: what they hid well nobody finds, so rebuild a machine if
in doubt. What was looked for and what was not stands below the evidence; what it cannot close, last.
`;

/** A look at a machine takes seconds; one under load, or with millions of files, needs more. */
const lookMs = 3 * 60_000;

/** A login from outside, which must be refused. */
const attemptMs = 60_000;

/**
 * A machine where another session is at work for longer is listed and done next time: the others
 * must not wait for it.
 */
const closeMs = 4 * 60_000;

/** `berth offboard`: one person out of every machine, with evidence. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["json"],
    values: ["environment", "parallel"],
  });
  const [member, ...more] = words;
  if (member === undefined || more.length > 0) throw new UsageError("whom? Name one member");
  if (!/^[a-z][a-z0-9_-]{0,31}$/.test(member)) {
    throw new UsageError(`${JSON.stringify(member)} cannot be a member's account`);
  }
  await refuseGrants(context, member);
  const whole = await survey(context, values);
  const entrance = await asDeployer(context, deployersOf(whole.fleets));
  const past = await pastOf(member, context.directory);
  const person = { member, ...past };
  const { evidence, entered } = await closeEverywhere(whole, entrance, person, parallelOf(values));
  const all = [
    ...evidence,
    ...whole.undeclared.map(leftoverEvidence),
    ...whole.unread.filter(({ declares }) => declares).map(unreadEvidence),
  ];
  const accounts = [...new Set(whole.fleets.map(({ agency }) => agency.awsAccount))];
  const keys = await Promise.all(
    accounts.map((account) => closeAwsKeys(member, account, context.env)),
  );
  const jenkins = whole.fleets.flatMap(({ agency }) => agency.jenkins?.agents ?? [])[0];
  const agents = await renewAgents(context, entrance, entered, jenkins);
  const places = elsewhere(member, whole.fleets);
  const at = context.now.toISOString();
  const ok = all.every(isClosed) && [...keys, ...agents].every(({ verdict }) => verdict !== "open");
  if (flags.has("json")) {
    const scope = { note: notProof, lookedFor, notLookedFor };
    const said = { member, at, ok, machines: all, aws: keys, agents, ...scope, elsewhere: places };
    context.out(`${JSON.stringify(said, undefined, 2)}\n`);
  } else context.out(describe(member, at, all, { keys, agents, places }));
  return ok ? exits.done : exits.failed;
}

/** Throws a `Refusal` naming every line that still gives the person access. */
async function refuseGrants(context: Context, member: string): Promise<void> {
  const present = grantsTo(member, presentFiles(context.directory));
  if (present.length > 0) {
    throw new Refusal(
      `the stack files still give ${member} access, so the next pulumi up would let them in ` +
        `again. Take them out, commit, and run this again:\n${present.map((place) => `  ${place}`).join("\n")}`,
    );
  }
  // A rehearsal is not worth a commit.
  if (context.env["BERTH_REHEARSAL_KEYS"]) return;
  const committed = grantsTo(member, await committedFiles(context.directory));
  if (committed.length > 0) {
    throw new Refusal(
      `${member} is out of the stack files, but that is not committed, so somebody else's pulumi ` +
        `up would let them in again. Commit and push it, and run this again:\n` +
        `  git commit -m "Off-board ${member}" -- ${[...new Set(committed.map((place) => place.split(":")[0]))].join(" ")}`,
    );
  }
}

/**
 * Looks, closes where there is an account, and looks again. `entered`: machines that know the person, who was root there
 * once. Throws a `Refusal` for a name nobody knows.
 */
async function closeEverywhere(
  { machines }: Survey,
  entrance: Entrance,
  person: Person,
  width: number,
): Promise<{ readonly evidence: Evidence[]; readonly entered: readonly Machine[] }> {
  const { member } = person;
  const before = await inParallel(machines, width, (machine) => look(machine, entrance, person));
  const told = before.filter((each) => typeof each !== "string");
  if (told.length === machines.length && told.every(isStranger))
    refuseStranger(member, told, machines);
  const keys = [...new Set([...person.keys, ...told.flatMap((remains) => remains.keys)])];
  const entered = machines.filter((_, index) => {
    const seen = before[index];
    return typeof seen === "object" && seen.known;
  });
  const evidence = await inParallel(machines, width, async (machine, index) => {
    const seen = before[index] ?? "was not looked at";
    const closing =
      typeof seen !== "string" && seen.known && seen.account
        ? await close(machine, entrance, member)
        : undefined;
    const after =
      typeof seen === "string" ? seen : await look(machine, entrance, { ...person, keys });
    // Only where the machine answers: a refusal counts against this address at its sshd.
    const attempt =
      typeof after === "string" ? undefined : await tryLogin(machine, entrance, member);
    return judge({ node: machineName(machine), address: machine.address }, after, attempt, closing);
  });
  return { evidence, entered };
}

/** What is left of the person, or why the machine does not say. */
async function look(
  machine: Machine,
  entrance: Entrance,
  person: Person,
): Promise<Remains | string> {
  const session = await runScript(
    machine,
    entrance,
    evidenceScript(machine.declared, person),
    lookMs,
  );
  if (session.kind === "fault") return session.detail;
  return readRemains(session.stdout) ?? `did not tell all (status ${session.code})`;
}

/** Converges without the person; answers what it put right besides, and what failed. */
async function close(machine: Machine, entrance: Entrance, member: string): Promise<Closing> {
  const rows = rowsOf(await converge(machine, entrance, false, closeMs));
  const of = (wanted: (what: string) => boolean) =>
    rows.filter(([, what = ""]) => wanted(what)).map(([, , ...words]) => words.join(": "));
  return {
    repaired: of((what) => what === "changed").filter(
      (line) => !line.startsWith(`account ${member}: `),
    ),
    trouble: of((what) => what !== "changed" && what !== "note").map((line) => `converge: ${line}`),
  };
}

/** A login as the person, from outside. The person's private key is theirs; any key must do. */
function tryLogin(machine: Machine, entrance: Entrance, member: string) {
  const to = { login: member, address: machine.address, hostKey: machine.hostKey };
  return visit(to, entrance.keys, { command: "true", timeoutMs: attemptMs });
}

/** Neither an account nor a word of them: what else is open there is no sign of this person. */
function isStranger({ known, account, open }: Remains): boolean {
  return !known && account === undefined && !open.some((line) => line.startsWith("a key of "));
}

function refuseStranger(
  member: string,
  told: readonly Remains[],
  machines: readonly Machine[],
): never {
  const present = new Set(
    machines.flatMap(({ declared }) => declared.members.map(({ name }) => name)),
  );
  const former = [...new Set(told.flatMap(({ accounts }) => accounts))]
    .filter((name) => !present.has(name) && name !== "berth")
    .sort();
  throw new Refusal(
    `on ${count(machines.length, "machine")}, ${unknown("former member", member, former)}`,
  );
}

function leftoverEvidence({ stack, name, published, why }: Leftover): Evidence {
  const told =
    why === undefined
      ? "deployed and no longer declared, so not visited: run pulumi up, or close it by hand"
      : `deployed, and not visited: ${why}`;
  return judge({ node: `${stack}/${name}`, address: published.address }, told, undefined);
}

function unreadEvidence({ stack, why }: Unread): Evidence {
  return judge({ node: `${stack}/?`, address: "-" }, `machines not known: ${why}`, undefined);
}

function isClosed({ verdict }: Pick<Evidence, "verdict">): boolean {
  return verdict === "closed" || verdict === "absent";
}
