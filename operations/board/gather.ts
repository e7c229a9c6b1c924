import { deliveryOf } from "../../components/placement/deliveries";
import type { ResolvedFleet } from "../../components/placement/resolved";
import type { Environment } from "../../components/fleet/environment";
import { namesOf } from "../fleet/named";
import { inParallel } from "../ground/pool";
import type { Evidence } from "../notify/evidence";
import type { Branch, BranchSaid } from "./collectors/branches";
import type { Collectors } from "./collectors/collectors";
import type { MachineSaid } from "./collectors/machines";
import type { Names, NamesSaid } from "./collectors/names";
import { backedUp, type ProofSaid } from "./collectors/proofs";
import type { Visited, VisitSaid } from "./collectors/visits";
import { readingOf, type Collector, type Reading, type Time } from "./reading";
import { subjectsOf, type Stack, type Subject } from "./subjects";

/** All that was found out about one row; what there is nothing to ask of is absent. */
export interface Gathered {
  readonly subject: Subject;
  readonly machine?: Reading<MachineSaid>;
  readonly visit?: Reading<VisitSaid>;
  /** Where its names lead. */
  readonly named?: Reading<NamesSaid>;
  readonly branch?: Reading<BranchSaid>;
  readonly proof?: Reading<ProofSaid>;
  readonly alerts?: AlertsKnown;
}

/** What is known of alerts, and which webhook the board itself was given. */
export interface AlertsKnown {
  readonly reading: Reading<Evidence>;
  readonly webhook?: string | undefined;
}

/** What is looked at, how, and how many at once. */
export interface Asking {
  /** The engine's project. */
  readonly project: string;
  readonly fleets: readonly ResolvedFleet[];
  readonly collectors: Collectors;
  readonly parallel: number;
  readonly time: Time;
  /** Where it is kept that Slack took a message, and a mark of the webhook at hand. */
  readonly alerts?: { readonly file: string; readonly webhook?: string | undefined };
}

/** The rows and the stacks that they come from. */
export interface Findings {
  readonly stacks: readonly Stack[];
  readonly rows: readonly Gathered[];
}

/** The share of the whole time that states may take. */
const statesShare = 0.4;

/**
 * Asks everybody about everything, side by side. Never throws for what somebody does who is asked, and ends when
 * the time is over.
 */
export async function gather(asking: Asking): Promise<Findings> {
  const { fleets, collectors, time, parallel } = asking;
  // Where one state does not come, there must be time left to ask what the others lead to.
  const first = { ...time, until: Date.now() + (time.until - Date.now()) * statesShare };
  const stacks = await inParallel(fleets, parallel, async (fleet): Promise<Stack> => ({
    fleet,
    state: await readingOf(collectors.stacks, fleet.stack, first),
  }));
  const subjects = subjectsOf(asking.project, stacks);
  // A machine is asked once, however many projects live on it; the kinds do not wait for each other.
  const each = <Thing, Said>(
    collector: Collector<Thing, Said>,
    thingOf: (subject: Subject) => Thing | undefined,
    keyOf: (thing: Thing) => unknown,
  ) => everyone(subjects, thingOf, keyOf, parallel, (thing) => readingOf(collector, thing, time));
  const { alerts } = asking;
  const [kept, machines, visits, named, branches, proofs] = await Promise.all([
    alerts === undefined ? undefined : readingOf(collectors.alerts, alerts.file, time),
    each(
      collectors.machines,
      ({ machine }) => machine,
      (machine) => machine,
    ),
    each(collectors.visits, pageOf, ({ domain, path }) => `${domain}${path}`),
    each(collectors.names, namesFor, ({ wanted }) => wanted.map(({ name }) => name).join(" ")),
    each(collectors.branches, branchOf, ({ repository, branch }) => `${repository} ${branch}`),
    each(
      collectors.proofs,
      ({ project, environment }) => project && backedUp(environment, project),
      ({ place }) => `${place.bucket.name}/${place.prefix}`,
    ),
  ]);
  const rows = subjects.map((subject, index): Gathered => {
    const [machine, visit] = [machines[index], visits[index]];
    const [branch, proof, names] = [branches[index], proofs[index], named[index]];
    return {
      subject,
      ...(machine ? { machine } : {}),
      ...(visit ? { visit } : {}),
      ...(names ? { named: names } : {}),
      ...(branch ? { branch } : {}),
      ...(proof ? { proof } : {}),
      ...(kept ? { alerts: { reading: kept, webhook: alerts?.webhook } } : {}),
    };
  });
  return { stacks, rows };
}

/** Asks about the things of all subjects, once each; answers in the order of the subjects. */
async function everyone<Thing, Said>(
  subjects: readonly Subject[],
  thingOf: (subject: Subject) => Thing | undefined,
  keyOf: (thing: Thing) => unknown,
  parallel: number,
  ask: (thing: Thing) => Promise<Reading<Said>>,
): Promise<(Reading<Said> | undefined)[]> {
  const keyed = subjects.map((subject) => {
    const thing = thingOf(subject);
    return thing === undefined ? undefined : { key: keyOf(thing), thing };
  });
  const things = new Map(keyed.flatMap((each) => (each ? [[each.key, each.thing] as const] : [])));
  const asked = await inParallel([...things], parallel, async ([key, thing]) => {
    return [key, await ask(thing)] as const;
  });
  const answers = new Map(asked);
  return keyed.map((each) => each && answers.get(each.key));
}

/** The page that visitors of a project ask for. */
function pageOf({ project, ended }: Subject): Visited | undefined {
  if (project === undefined || ended) return undefined;
  return { domain: project.domain, path: project.health?.path ?? "/" };
}

/** The names that lead to a project's machine. */
export function namesFor({ project, machine, ended }: Subject): Names | undefined {
  if (project === undefined || machine === undefined || ended) return undefined;
  return { wanted: namesOf(project, machine.address) };
}

/** What a project is delivered from. */
function branchOf({ project, environment, ended }: Subject): Branch | undefined {
  if (project === undefined || ended) return undefined;
  return deliveryOf(project, environment as Environment);
}
