import { environments, nobody } from "../../components/fleet/fleet";
import { phaseOf } from "../../components/fleet/migration";
import { servedBy } from "../../components/fleet/serving";
import type { Placement } from "../../components/placement/placement";
import { readStackFiles } from "../../components/stack-file/stack-files";
import { machineName, survey, type Machine, type Survey } from "../fleet/fleet";
import type { Context } from "../ground/context";
import { Refusal, unknown } from "../ground/usage";
import { later, readJournal, type Journal } from "./journal";
import { Away, type Side } from "./machines";
import type { Route } from "./move";

/** A route, with what its machines tell of an earlier command. */
export interface Found {
  readonly route: Route;
  readonly fleets: Survey;
  /** Of a move under way, or of the last one; undefined where the next one goes back from it. */
  readonly journal: Journal | undefined;
  /** The last one's, also then. */
  readonly last: Journal | undefined;
}

/**
 * From which machine to which one a project moves, by the stack files, the engine and the machines' journals. Throws a
 * `Refusal` that names what is wrong, before anything is touched.
 */
export async function routeOf(
  context: Context,
  slug: string,
  to: string,
  side: (machine: Machine) => Side,
): Promise<Found> {
  const environment = environmentOf(context.directory, to);
  const fleets = await survey(context, { environment });
  const fleet = fleets.fleets.find(({ stack }) => stack === environment);
  if (fleet === undefined)
    throw new Refusal(`Pulumi.${environment}.yaml cannot be read; put it right first`);
  const project = fleet.projects.find((each) => each.slug === slug);
  if (project === undefined) {
    const slugs = fleet.projects.map((each) => each.slug);
    throw new Refusal(
      `--to ${to}: serves ${environment}: ${unknown("project there", slug, slugs)}`,
    );
  }
  const now = servedBy(fleet, project);
  if (now === nobody) {
    throw new Refusal(`${slug} is served by nobody (servedBy: none), so there is nothing to move`);
  }
  const { machine: target, placement } = placedIn(fleets, to, slug);
  const candidates = fleets.machines.filter(
    (each) => each.stack !== to && each.node.projects.includes(slug),
  );
  const journal = await journalOf(
    [target, ...candidates].map((machine) => side(machine)),
    slug,
  );
  const last = journal?.state === "moving" ? journal : undefined;
  // Once the new machine serves, the way back is another move, which need not wait for the end of this one.
  const goesBack = last?.from === to && last.steps["forward"]?.state === "done";
  // What took over is not bound to a machine that is gone from the stacks: nobody meets that one any more.
  const isGone =
    last?.way === "takeover" &&
    last.steps["names"]?.state === "done" &&
    ![target, ...candidates].some(({ stack }) => stack === last.from);
  const moving = goesBack || isGone ? undefined : last;
  // What names the machine that serves already is left of an earlier move.
  const declared = phaseOf(fleet, project) === "beside" ? project.migration?.to : undefined;
  const elsewhere = moving?.to ?? (goesBack ? to : declared) ?? to;
  if (elsewhere !== to) {
    const since = moving ? `since ${moving.begun}` : `by Pulumi.${environment}.yaml (migration)`;
    throw new Refusal(
      `${slug} is moving to ${elsewhere} already, ${since}; go on with that: berth migrate ${slug} --to ${elsewhere}, or give it up by --abort`,
    );
  }
  const from = moving?.from ?? (goesBack ? last.to : now);
  if (from === to) throw new Refusal(`${slug} is served by ${to} already`);
  const { machine: source, placement: before } = placedIn(fleets, from, slug);
  if (source.address === target.address) {
    throw new Refusal(
      `${machineName(source)} and ${machineName(target)} are one machine (${source.address}): there is nothing to move`,
    );
  }
  for (const each of [source, target]) refuseUndelivered(each, slug);
  return {
    route: {
      ...{ slug, environment, project, from, to, source, target },
      placements: { from: before, to: placement },
    },
    fleets,
    journal: goesBack || isGone ? undefined : journal,
    last: journal,
  };
}

/** The environment that a stack serves. Throws a `Refusal` for a stack that there is none of, or that serves none. */
function environmentOf(directory: string, to: string): "stage" | "prod" {
  const { stacks, unreadable } = readStackFiles(directory);
  const all = Object.keys({ ...stacks, ...unreadable }).sort();
  if (!all.includes(to)) throw new Refusal(`--to: ${unknown("stack", to, all)}`);
  const own = environments.find((each) => each === to);
  const served = own ?? environments.find((each) => each === stacks[to]?.["environment"]);
  if (served !== undefined) return served;
  throw new Refusal(
    `--to ${to}: Pulumi.${to}.yaml does not say which environment it serves; write berth:environment there`,
  );
}

/** A machine, and which rule put it where it is. */
interface Placed {
  readonly machine: Machine;
  readonly placement: Placement;
}

function placedIn(fleets: Survey, stack: string, slug: string): Placed {
  const fleet = fleets.fleets.find((each) => each.stack === stack);
  if (fleet === undefined) {
    const why = fleets.unread.find((each) => each.stack === stack)?.why;
    throw new Refusal(why ?? `Pulumi.${stack}.yaml cannot be read; put it right first`);
  }
  const node = fleet.nodes.find(({ residents }) => residents.some((each) => each.slug === slug));
  if (node === undefined) {
    throw new Refusal(
      `${stack} has no machine for ${slug}: add \`${slug}: {}\` to berth:projects in Pulumi.${stack}.yaml, then pulumi up --stack ${stack}`,
    );
  }
  const found = fleets.machines.find(
    (each) => each.stack === stack && each.node.name === node.name,
  );
  if (found !== undefined) return { machine: found, placement: node.placement };
  throw new Refusal(
    `${stack}/${node.name} (${node.placement.provider}, rule ${node.placement.rule.number}) is declared and not there yet; look at what it makes and make it: pulumi up --stack ${stack}`,
  );
}

function refuseUndelivered(machine: Machine, slug: string): void {
  if (machine.declared.deliveries.some((each) => each.slug === slug)) return;
  throw new Refusal(
    `${machineName(machine)} does not deliver ${slug}: a project moves where it has a repository and its node manages deploy and proxy`,
  );
}

/** The latest of the journals; a machine that does not answer has none to show. */
async function journalOf(sides: readonly Side[], slug: string): Promise<Journal | undefined> {
  const read = await Promise.all(
    sides.map((side) =>
      readJournal(side, slug).catch((error: unknown) => {
        if (error instanceof Away) return undefined;
        throw error;
      }),
    ),
  );
  return read.reduce(later, undefined);
}
