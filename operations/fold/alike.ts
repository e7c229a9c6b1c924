import { isFirstArchive } from "../../components/backups/first-archive-name";
import { nobody } from "../../components/fleet/fleet";
import type { ResolvedFleet, ResolvedNode } from "../../components/placement/resolved";
import type { Preview } from "../../engine/preview";
import type { StackState, StateResource } from "../../engine/state";
import { Refusal } from "../ground/usage";

/** The component of a node in a state. */
export function rootOf({ resources }: StackState, node: string): StateResource | undefined {
  return resources.find(({ urn }) => urn.endsWith(`::berth:index:ProjectNode::${node}`));
}

/** What a preview would do to resources, a line each; nothing where each stays as it is. */
export function changesIn({ changes }: Preview): string[] {
  return told(changes.filter(({ fate }) => fate !== "same" && fate !== "read"));
}

/**
 * The same without what follows a machine into its new stack and is nothing of the machine: what Berth does at Jenkins and
 * Sentry, and the session that awaits a first archive.
 */
export function changesOfMachines({ changes }: Preview): string[] {
  return told(
    changes.filter(({ fate, type, name }) => {
      if (fate === "same" || fate === "read") return false;
      const isFollowing =
        type === "command:local:Command" || type.startsWith("berth:integrations:");
      return !isFollowing && !(type === "command:remote:Command" && isFirstArchive(name));
    }),
  );
}

function told(changes: Preview["changes"]): string[] {
  return changes.map(({ fate, type, name }) => `  ${fate} ${name} (${type})`);
}

/**
 * Throws a `Refusal` with everything that keeps the machines of a host stack from being the environment's: the old ones
 * are there still, an update was cut off, or they are not declared alike.
 */
export function refuseUnlike(
  hosted: ResolvedFleet,
  target: ResolvedFleet,
  from: StackState,
  to: StackState,
): void {
  const { stack: host } = hosted;
  const { environment } = target;
  const problems = [
    ...[from, to].flatMap(({ halfMade, stack = "a stack" }) =>
      halfMade.length === 0 ? [] : [`an update of ${stack} was cut off: end that first`],
    ),
    ...hosted.leaving.map(({ name }) => `${host}/${name} is to go (retired), and cannot be folded`),
    ...hosted.nodes.flatMap((node) => {
      const { name } = node;
      if (rootOf(from, name) === undefined)
        return [
          `${host}/${name} has no machine yet, so there is nothing to fold: pulumi up --stack ${host}`,
        ];
      if (rootOf(to, name) !== undefined) {
        return [`${environment}/${name} has its old machine still: let it go first`];
      }
      return unlike(node, target, host);
    }),
  ];
  if (problems.length > 0) throw new Refusal(problems.join("\n"));
}

function unlike(node: ResolvedNode, target: ResolvedFleet, host: string): string[] {
  const { environment } = target;
  const { name } = node;
  const file = `Pulumi.${environment}.yaml`;
  const same = target.nodes.find((each) => each.name === name);
  const served = node.projects.flatMap((slug) => {
    const servedBy = target.projects.find((project) => project.slug === slug)?.servedBy;
    return servedBy === undefined || servedBy === nobody
      ? []
      : [`${file}: ${slug} says servedBy: ${servedBy}; take it out, in the same commit`];
  });
  if (same === undefined) {
    return [...served, `${file}: declares no node ${name} to be (retired is taken out first)`];
  }
  const facts = (of: ResolvedNode) => ({
    projects: of.projects.join(", "),
    memoryGb: String(of.memoryGb),
    diskGb: String(of.diskGb),
    size: of.placement.size?.name ?? "",
    cloud: of.placement.provider,
    region: of.placement.region ?? "",
    manage: of.manage.join(", "),
  });
  const [here, there] = [facts(same), facts(node)];
  const keys = Object.keys(there) as (keyof typeof there)[];
  return [
    ...served,
    ...(same.madeBy === host
      ? []
      : [
          `${file}: berth:nodes.${name} lacks madeBy: ${host}, so its owner file and tags would be another stack's`,
        ]),
    ...keys.flatMap((key) =>
      here[key] === there[key]
        ? []
        : [`${name}: ${key} is ${here[key]} in ${environment} and ${there[key]} in ${host}`],
    ),
  ];
}
