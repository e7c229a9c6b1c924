import { machineBefore, type History } from "../outputs/history";
import { clouds } from "../fleet/fleet";
import { placeOf } from "../fleet/show";
import type { Problem } from "../fleet/problem";
import type { ResolvedFleet, ResolvedNode } from "../placement/resolved";
import { presentMachine } from "./machines";
import type { OwnState } from "./own-state";

const apart =
  "to move, build the new machine in a host stack and have servedBy lead the names there (docs/guides/move-a-project.md)";

/**
 * What would exchange the machine under a project that runs: an edit of `residency`, `needs`, `server` or `adopt` has
 * a node placed elsewhere. The engine makes the new, empty machine and leads the names there before it comes to the old
 * one, whose protection it finds only then. Judged in production by the state, so that a machine counts that no run
 * published; and everywhere where a machine that was adopted would become Berth's own, to be changed and deleted.
 */
export function moveProblems(
  { environment }: ResolvedFleet,
  node: ResolvedNode,
  own: OwnState | undefined,
  history: History,
): readonly Problem[] {
  const before = machineBefore(history, node);
  if (before?.adopted !== undefined && node.adopt === undefined) {
    return [
      {
        path: placeOf(["nodes", node.name, "adopt"]),
        message: `is gone, but the node's machine is ${before.adopted}, which was there before Berth: it would be taken for one that Berth made, or left for a new one`,
        fix: `write adopt with id ${JSON.stringify(before.adopted)} again; it leaves the stack, and stays where it is, by retired with remove: true (docs/guides/let-a-machine-go.md)`,
      },
    ];
  }
  if (environment !== "prod") return [];
  const { provider, region, reason } = node.placement;
  const goes = region === undefined ? provider : `${provider}, ${region}`;
  const left = clouds
    .flatMap((cloud) => presentMachine(own, node, cloud) ?? [])
    .find((found) => found.provider !== provider || (found.region ?? region) !== region);
  const stays =
    left !== undefined
      ? `${left.provider}${left.region === undefined ? "" : `, ${left.region}`}`
      : before?.provider === "client" && provider !== "client"
        ? "the client's own"
        : undefined;
  if (stays === undefined) return [];
  return [
    {
      path: placeOf(["nodes", node.name]),
      message: `would go to ${goes} (${reason}), but its machine runs in production (${stays}): the names would be led to a new, empty one`,
      fix: `take the change back; ${apart}`,
    },
  ];
}

/**
 * What is worth saying of projects that are declared on another node than the last run had them on, where that one
 * has a machine: their names go, and their data stays. A node that was renamed is the same one.
 */
export function leftNodeNotes(
  { nodes, projects, stack }: ResolvedFleet,
  { machines, serving }: History,
): readonly string[] {
  return projects.flatMap(({ slug, formerly = slug, node }) => {
    const [before, machine] =
      [...machines].find(([, { projects: were }]) =>
        were.some((each) => each === slug || each === formerly),
      ) ?? [];
    const served = (serving.get(slug) ?? serving.get(formerly))?.servedBy;
    if (before === undefined || before === node || served !== stack) return [];
    if (nodes.some((each) => each.name === node && each.formerly === before)) return [];
    if (machine?.address === undefined) return [];
    return [
      `This update leads the names of ${slug} from the machine of ${before} to that of ${node}; its data stays where it is. ` +
        `With a backup visitors get 503 until: berth recover ${slug}. To move a site that is in use: docs/guides/move-a-project.md`,
    ];
  });
}
