import type { Context } from "../context";
import { converge, rowsOf } from "../converging";
import { deployersOf, siteName, survey, type Leftover, type Site, type Survey } from "../fleet";
import { elsewhere, type Elsewhere } from "../offboarding/elsewhere";
import { judge, readRemains, type Evidence, type Remains } from "../offboarding/evidence";
import { committedFiles, presentFiles } from "../offboarding/files";
import { grantsTo } from "../offboarding/grants";
import { inParallel } from "../pool";
import { departedScript } from "../scripts";
import { asDeployer, runScript, type Entrance } from "../sessions";
import { visit } from "../ssh";
import { count, table } from "../table";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../usage";
import { parallelOf } from "../width";

/** How `berth offboard` is called. */
export const usage = `usage: berth offboard [--environment E] [--json] <member>

Closes a person's accounts on every machine of every environment, and proves it: keys and rights are
gone, sessions and processes ended, a login is refused. First take the person out of the stack files
and commit that, or the next pulumi up would let them in again.

  --environment E  stage or prod alone, with the host stacks that serve it
  --parallel N     machines at once (16)
  --json           the evidence as JSON

Ends with 0 when it is proven of every machine, otherwise with 1; run it again for those not reached.
What it cannot close is listed at the end.
`;

/** A look at a person's account takes a second; a machine under load may need more. */
const lookMs = 60_000;

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
  const evidence = await closeEverywhere(whole, entrance, member, parallelOf(values));
  const all = [...evidence, ...whole.undeclared.map(leftoverEvidence)];
  const places = elsewhere(member, whole.fleets);
  const at = context.now.toISOString();
  if (flags.has("json")) {
    const ok = all.every(isProven);
    context.out(
      `${JSON.stringify({ member, at, ok, machines: all, elsewhere: places }, undefined, 2)}\n`,
    );
  } else context.out(describe(member, at, all, places));
  return all.every(isProven) ? exits.done : exits.failed;
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

/** Looks, closes where there is an account, and proves. Throws a `Refusal` for a name nobody knows. */
async function closeEverywhere(
  { sites }: Survey,
  entrance: Entrance,
  member: string,
  width: number,
): Promise<Evidence[]> {
  const before = await inParallel(sites, width, (site) => look(site, entrance, member, []));
  const told = before.filter((each) => typeof each !== "string");
  if (told.length === sites.length && told.every(isStranger)) refuseStranger(member, told, sites);
  const keys = [...new Set(told.flatMap((remains) => remains.keys))];
  return inParallel(sites, width, async (site, index) => {
    const seen = before[index] ?? "was not looked at";
    const trouble =
      typeof seen !== "string" && seen.known && seen.account ? await close(site, entrance) : [];
    const after = typeof seen === "string" ? seen : await look(site, entrance, member, keys);
    // Only where the machine answers: a refusal counts against this address at its sshd.
    const attempt = typeof after === "string" ? undefined : await tryLogin(site, entrance, member);
    return judge({ node: siteName(site), address: site.address }, after, attempt, trouble);
  });
}

/** What is left of the person, or why the machine does not say. */
async function look(
  site: Site,
  entrance: Entrance,
  member: string,
  keys: readonly string[],
): Promise<Remains | string> {
  const session = await runScript(site, entrance, departedScript(member, keys), lookMs);
  if (session.kind === "fault") return session.detail;
  return readRemains(session.stdout) ?? `did not tell all (status ${session.code})`;
}

/** Converges without the person; answers what failed. */
async function close(site: Site, entrance: Entrance): Promise<string[]> {
  return rowsOf(await converge(site, entrance, false, closeMs))
    .filter(([, what]) => what !== "changed" && what !== "note")
    .map(([, , subject, detail]) => `converge: ${subject}: ${detail}`);
}

/** A login as the person, from outside. The person's private key is theirs; any key must do. */
function tryLogin(site: Site, entrance: Entrance, member: string) {
  const to = { login: member, address: site.address, hostKey: site.hostKey };
  return visit(to, entrance.keys, { command: "true", timeoutMs: lookMs });
}

function isStranger({ known, account, open }: Remains): boolean {
  return !known && account === undefined && open.length === 0;
}

function refuseStranger(member: string, told: readonly Remains[], sites: readonly Site[]): never {
  const present = new Set(sites.flatMap(({ machine }) => machine.members.map(({ name }) => name)));
  const former = [...new Set(told.flatMap(({ accounts }) => accounts))]
    .filter((name) => !present.has(name) && name !== "berth")
    .sort();
  throw new Refusal(
    `on ${count(sites.length, "machine")}, ${unknown("former member", member, former)}`,
  );
}

function leftoverEvidence({ stack, name, published }: Leftover): Evidence {
  const seen = [
    "deployed and no longer declared, so not visited: run pulumi up, or close it by hand",
  ];
  return { node: `${stack}/${name}`, address: published.address, verdict: "unproven", seen };
}

function isProven({ verdict }: Pick<Evidence, "verdict">): boolean {
  return verdict === "closed" || verdict === "absent";
}

/** The evidence as text. */
export function describe(
  member: string,
  at: string,
  evidence: readonly Evidence[],
  places: readonly Elsewhere[],
): string {
  const proven = evidence.filter(isProven).length;
  const rows = evidence.map(({ node, address, verdict, seen }) => [
    node,
    address,
    isProven({ verdict }) ? verdict : verdict.toUpperCase(),
    seen.join("; "),
  ]);
  return [
    `${member}, ${at}: proven on ${proven} of ${count(evidence.length, "machine")}`,
    "",
    table(["NODE", "ADDRESS", "RESULT", "SEEN"], rows),
    "",
    "Not closed by this command; close by hand:",
    ...places.map(({ place, action }) => `  [ ] ${place}: ${action}`),
    "",
  ].join("\n");
}
