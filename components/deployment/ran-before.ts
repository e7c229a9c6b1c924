import * as pulumi from "@pulumi/pulumi";

import { isEnded } from "../fleet/serving";
import { isDelivered } from "../placement/deliveries";
import { formerNames } from "../placement/former-names";
import type { ResolvedFleet, ResolvedNode, ResolvedProject } from "../placement/resolved";
import { machineBefore, type History } from "../outputs/history";
import { enteredMachine, outputsIfAny } from "../outputs/published";
import { readOutputs } from "../outputs/schema";
import type { OwnState } from "../present/own-state";
import type { RanBefore } from "../site/project-site";
import { siteName } from "../site/site-name";

/** What is known of earlier runs, and how machines are asked. */
export interface Earlier {
  readonly fleet: ResolvedFleet;
  readonly history: History;
  readonly own: OwnState | undefined;
  readonly fullName: (stack: string) => string;
  /** Whether an sshd answers at an address. */
  readonly answers: (address: string) => Promise<boolean>;
}

/** Where a project ran before it came to a machine, told by the machine's id; undefined: nowhere. */
export type Before = (
  machine: pulumi.Output<string>,
) => pulumi.Input<"nowhere" | "unknown"> | RanBefore | undefined;

const command = "command:remote:Command";

/**
 * Where each project of a fleet ran before, by slug, for those that were not delivered to their machine yet: what its
 * first delivery takes the commit from. Another stack's machine that serves it is asked; one that does not answer is
 * not waited for, and a warning says so, because the stack must come up without it. A machine of this stack that took
 * the place of another has the former's projects without anybody to ask.
 */
export async function ranBefore(earlier: Earlier): Promise<ReadonlyMap<string, Before>> {
  const delivered = earlier.fleet.nodes.flatMap((node) =>
    node.residents
      .filter((project) => isDelivered(node, project))
      .map(async (project) => [project.slug, await beforeOf(earlier, node, project)] as const),
  );
  return new Map(await Promise.all(delivered));
}

async function beforeOf(
  earlier: Earlier,
  node: ResolvedNode,
  project: ResolvedProject,
): Promise<Before> {
  const { own, history } = earlier;
  const names = [
    siteName(node.name, project.slug),
    ...formerNames(siteName, node.name, project, node),
  ];
  const has = (part: string) => own?.find(command, ...names.map((each) => `${each}-${part}`));
  const wasAsked = has("running") !== undefined;
  const former = machineBefore(history, node);
  const { slug, formerly = slug } = project;
  const isHere = former?.projects.some((each) => each === slug || each === formerly);
  // Its machine of now may be replaced by this very update, and the former is gone by then.
  const replaced: Before = (machine) =>
    isHere === true && former?.id !== undefined
      ? machine.apply((id) => (id === former.id ? "nowhere" : "unknown"))
      : undefined;
  if (has("delivery") !== undefined && !wasAsked) return replaced;
  const serving = await servingElsewhere(earlier, project);
  if (serving === undefined) return replaced;
  if (wasAsked || (await earlier.answers(serving.address))) {
    const { address, account, hostKey, slug: site } = serving;
    const on = { address: pulumi.output(address), account, hostKey: pulumi.output(hostKey) };
    return () => ({ on, slug: site });
  }
  void pulumi.log.warn(
    `The machine that serves ${slug} (stack ${serving.stack}, ${serving.address}) does not answer, so nobody knows ` +
      `which commit runs, and nothing is delivered to the node ${node.name}. To deliver it: ` +
      `npm run berth -- deploy ${slug} --stack ${earlier.fleet.stack} --ref COMMIT --reason WHY`,
  );
  return () => "unknown";
}

interface ServingElsewhere {
  readonly stack: string;
  readonly address: string;
  readonly account: string;
  readonly hostKey: string;
  /** The project's slug there. */
  readonly slug: string;
}

/** The machine of another stack that serves a project, as that stack published it. */
async function servingElsewhere(
  { fleet, fullName }: Earlier,
  project: ResolvedProject,
): Promise<ServingElsewhere | undefined> {
  const { environment, role, stack } = fleet;
  const published = async (name: string) => readOutputs(name, await outputsIfAny(fullName(name)));
  const slugs = [project.slug, project.formerly];
  let serves = isEnded(project) ? undefined : project.servedBy;
  if (role === "host") {
    const { projects } = await published(environment);
    serves = slugs.flatMap((slug) => (slug && projects[slug]?.servedBy) || [])[0];
  }
  if (serves === undefined || serves === stack || serves === "none") return undefined;
  const found = enteredMachine(await published(serves), slugs);
  return found && { ...found, stack: serves };
}
