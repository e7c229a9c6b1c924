import type { Fleet } from "../../components/fleet/fleet";
import type { ResolvedFleet } from "../../components/placement/resolved";
import { servedBy } from "../../components/fleet/serving";
import type { Context } from "../ground/context";
import type { Outcome } from "./converging";
import { deployersOf, survey, type Machine } from "./fleet";
import { concerns, duration, type Health } from "./health";
import { look } from "./look";
import { tellInterrupted } from "../ground/interrupted";
import { inParallel } from "../ground/pool";
import { printableLine } from "../ground/printable";
import { asDeployer } from "../ground/sessions";
import { count, table } from "../ground/table";
import { backedUpText, backupConcerns } from "./backed-up";
import { deliveredText, deliveryConcerns } from "./delivered";
import { judgeInside } from "./inside";
import { askAbout, judgeNames, namesOf, resolversHere } from "./named";
import { servedConcerns, servedText } from "./served";
import { chosenMachines, nothingSeen } from "./targets";
import { exits, readCommandLine } from "../ground/usage";
import { parallelOf } from "../ground/width";

/** How `berth status` is called. */
export const usage = `usage: berth status [--environment E | --stack S] [--json] [node…]

One table of machines: whether they answer, differ from their declaration, have updates pending or
want a reboot, how full their disks are, since when they run, and who owns them. Below it: the certificates
they serve to the edge, the commit of each project with its delivery, its newest archive, what was found
that nobody declared and no package brought, as berth offboard looks for it, and what needs a person:
also who can log in and is not declared, what listens or runs there and is neither declared nor
delivered, names that lead elsewhere (asked of BERTH_RESOLVERS, or of this computer's resolvers), and
what a killed pulumi up may have made that no state knows.

  --environment E  stage or prod, with the host stacks that serve it
  --stack S        this stack alone
  --parallel N     machines at once (16)
  --json           as JSON

Ends with 1 when something needs a person; it is said below the table.
`;

/** A check of a machine that another session is at work on is given up after this time. */
const statusMs = 5 * 60_000;

/** `berth status`: every machine at a glance, in one session each. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["json"],
    values: ["environment", "stack", "parallel"],
  });
  const whole = await survey(context, values);
  const { machines, fleets, undeployed, undeclared, interrupted, unread } = whole;
  const chosen = chosenMachines(machines, words);
  // Where nothing is deployed nobody needs a key to be told so.
  const entrance =
    chosen.length === 0
      ? { keys: { env: context.env } }
      : await asDeployer(context, deployersOf(fleets));
  const seen = await inParallel(chosen, parallelOf(values), async (machine) => {
    const { health } = await look(machine, entrance, statusMs);
    const { owner, sites, deliveries, backups } = machine.declared;
    const inside = health.facts ? insideConcerns(machine, health) : [];
    const named = await namesConcerns(context, fleets, machine);
    const served = health.facts
      ? [
          ...servedConcerns(sites, health.served, context.now),
          ...deliveryConcerns(deliveries, health.delivered, servedElsewhere(fleets, machine)).map(
            (line) => printableLine(line),
          ),
          ...backupConcerns(backups, health.backedUp, context.now).map((line) =>
            printableLine(line),
          ),
        ]
      : [];
    return { health, concerns: [...concerns(health, owner), ...served, ...inside, ...named] };
  });
  const worries = seen.flatMap((one) =>
    one.concerns.map((concern) => `${one.health.node}: ${concern}`),
  );
  const leftovers = undeclared.map(
    ({ stack, name, why }) =>
      `${stack}/${name}: is deployed and ${why === undefined ? "no longer declared; run pulumi up" : `not visited: ${why}`}`,
  );
  const halfMade = interrupted.map((each) => `${each.stack}: ${tellInterrupted(each)}`);
  const found =
    words.length === 0
      ? [...worries, ...leftovers, ...unread.map(({ why }) => why), ...halfMade]
      : worries;
  // Where nothing was looked at, nothing is known: a wrong backend looks like an empty one.
  const attention = seen.length === 0 ? [...found, nothingSeen(undeployed)] : found;
  if (flags.has("json")) {
    const nodes = seen.map(({ health, concerns }) => ({ ...health, concerns }));
    context.out(`${JSON.stringify({ nodes, undeployed, interrupted, attention }, undefined, 2)}\n`);
  } else {
    const healths = seen.map(({ health }) => health);
    context.out(`${describe(healths)}\n`);
    for (const line of served(healths)) context.out(`${line}\n`);
    for (const line of deliveries(healths)) context.out(`${line}\n`);
    for (const line of backups(healths)) context.out(`${line}\n`);
    for (const line of unguarded(healths)) context.out(`${line}\n`);
    if (undeployed.length > 0) context.out(`\nNot deployed yet: ${undeployed.join(", ")}\n`);
    for (const line of findings(healths)) context.out(`${line}\n`);
    context.out(
      attention.length === 0
        ? "\nNothing needs a person.\n"
        : `\n${count(attention.length, "thing")} for a person:\n${attention.map((each) => `  ${each}\n`).join("")}`,
    );
  }
  return attention.length === 0 ? exits.done : exits.failed;
}

/** What machines hold that nobody declared: for a person to know, not to be put right by anybody. */
function findings(nodes: readonly Health[]): string[] {
  const lines = nodes.flatMap(({ node, traces }) => {
    const found = traces?.found ?? [];
    const more = found.length - shownLimit;
    return [
      ...found.slice(0, shownLimit).map((line) => `  ${node}: ${line}`),
      ...(more > 0 ? [`  ${node}: and ${more} more (--json)`] : []),
    ];
  });
  if (lines.length === 0) return [];
  return ["", "Found, and explained by no package and no declaration since Berth came:", ...lines];
}

/** What each machine serves to the edge, by its own word. */
function served(nodes: readonly Health[]): string[] {
  const lines = nodes.flatMap((health) =>
    (health.served ?? []).map((site) => `  ${health.node}: ${printableLine(servedText(site))}`),
  );
  return lines.length === 0 ? [] : ["", "Certificates:", ...lines];
}

/** What each machine delivered, by its own word. */
function deliveries(nodes: readonly Health[]): string[] {
  const lines = nodes.flatMap((health) =>
    (health.delivered ?? []).map(
      (site) => `  ${health.node}: ${printableLine(deliveredText(site))}`,
    ),
  );
  return lines.length === 0 ? [] : ["", "Projects:", ...lines];
}

/** What each machine backed up, by its own word. */
function backups(nodes: readonly Health[]): string[] {
  const lines = nodes.flatMap((health) =>
    (health.backedUp ?? []).map(
      (project) => `  ${health.node}: ${printableLine(backedUpText(project))}`,
    ),
  );
  return lines.length === 0 ? [] : ["", "Backups:", ...lines];
}

/** Machines whose ports nobody here shuts: said each time, since a published database would be open. */
function unguarded(nodes: readonly Health[]): string[] {
  const names = nodes.filter((health) => health.unguarded === true).map(({ node }) => node);
  if (names.length === 0) return [];
  return ["", `Unguarded, since manage does not name firewall: ${names.join(", ")}`];
}

/** Findings of one machine that are shown; JSON has them all. */
const shownLimit = 40;

const titles = ["NODE", "ADDRESS", "STATE", "UPDATES", "REBOOT", "DISK", "UP", "OWNER"] as const;

/** The table of `berth status`. */
export function describe(nodes: readonly Health[]): string {
  return table(
    titles,
    nodes.map(({ node, address, outcome, facts }) => [
      node,
      address,
      stateOf(outcome),
      facts ? `${facts.updates} (${facts.securityUpdates} security)` : "-",
      facts ? (facts.rebootNeeded ? "needed" : "no") : "-",
      facts ? `${facts.diskPercent}%` : "-",
      facts ? duration(facts.uptimeSeconds) : "-",
      facts ? facts.owner : "-",
    ]),
  );
}

function stateOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "done":
      return "as declared";
    case "drift":
      return `${outcome.report.findings.filter(({ kind }) => kind === "drift").length} differ`;
    case "failed":
      return "check failed";
    case "refused":
      return "refused";
    case "observed":
      return "observed";
    case "fault":
      return outcome.fault;
    default:
      return outcome satisfies never;
  }
}

/** What of a machine's ports, containers and images needs a person, one sentence each. */
function insideConcerns({ declared, node }: Machine, { inside = {}, delivered }: Health): string[] {
  const { differs, unseen } = judgeInside(declared, node.jenkins === "agent", inside, delivered);
  return [...differs, ...unseen.map((what) => `not seen: ${what}`)].map((line) =>
    printableLine(line),
  );
}

/** Milliseconds that a resolver has. */
const resolveMs = 5_000;

/** What of the names that lead to a machine needs a person: where they lead, as resolvers say. */
async function namesConcerns(
  context: Context,
  fleets: readonly ResolvedFleet[],
  machine: Machine,
): Promise<string[]> {
  const elsewhere = servedElsewhere(fleets, machine);
  const wanted = fleets
    .filter(
      ({ role, environment }) => role === "environment" && environment === machine.environment,
    )
    .flatMap(({ projects }) => projects)
    .filter(({ slug }) => machine.node.projects.includes(slug) && !elsewhere.has(slug))
    .flatMap((project) => namesOf(project, machine.address));
  try {
    return judgeNames(wanted, await askAbout(wanted, resolversHere(context.env), resolveMs));
  } catch (error) {
    return [
      `not seen: where its names lead: ${error instanceof Error ? error.message : String(error)}`,
    ];
  }
}

/** Slugs of projects on a machine whose visitors are led to another stack's, as far as their environment's file was read. */
function servedElsewhere(
  fleets: readonly Fleet[],
  { stack, node, environment }: Machine,
): ReadonlySet<string> {
  const served = fleets
    .filter((fleet) => fleet.role === "environment" && fleet.environment === environment)
    .flatMap((fleet) => fleet.projects.map((each) => [each.slug, servedBy(fleet, each)] as const))
    .filter(([slug, serving]) => node.projects.includes(slug) && serving !== stack);
  return new Set(served.map(([slug]) => slug));
}
