import type { Environment } from "../../components/fleet/fleet";
import { isEnded, nobody } from "../../components/fleet/serving";
import type { ResolvedFleet, ResolvedProject } from "../../components/placement/resolved";
import type { Context } from "../ground/context";
import { readFleets } from "../ground/reading";
import { Refusal, unknown } from "../ground/usage";

/** Whose a machine is, which decides what may become of it. */
export type Owner = "berth" | "adopted" | "client";

/** A machine that the project is on, or was until its last host was exchanged. */
export interface MachineFacts {
  readonly stack: string;
  readonly node: string;
  readonly owner: Owner;
  /** Other projects that are declared on it. */
  readonly others: readonly string[];
  /** Whether the stack's last run published it. */
  readonly exists: boolean;
  readonly address?: string;
  /** Its protection was lifted by the last run: the next one lets it go. */
  readonly released: boolean;
  /** `retired` with `remove: true` is declared. */
  readonly leaving: boolean;
}

/** What is so of a project that ends, by its stack files and by what the last runs published. */
export interface Facts {
  readonly slug: string;
  readonly environment: Environment;
  readonly fleet: ResolvedFleet;
  readonly project: ResolvedProject;
  /** The stack file says `servedBy: none`. */
  readonly ended: boolean;
  /** The environment's last run leads nobody there any more. */
  readonly ledAway: boolean;
  /** When that was, where a run recorded it. */
  readonly since?: Date;
  readonly machines: readonly MachineFacts[];
}

/** Reads all of it. Throws a `Refusal` for a project that is unknown, on the move, or not told whole. */
export async function factsOf(
  context: Context,
  environment: Environment,
  slug: string,
): Promise<Facts> {
  const { fleets, unread } = readFleets(context, { environment });
  if (unread.length > 0) {
    throw new Refusal(
      `where ${slug} runs is not known while a stack cannot be read: ${unread[0]!.why}`,
    );
  }
  const fleet = fleets.find((each) => each.role === "environment");
  const project = fleet?.projects.find((each) => each.slug === slug);
  if (fleet === undefined || project === undefined) {
    const known = fleet?.projects.map((each) => each.slug) ?? [];
    throw new Refusal(unknown(`project of ${environment}`, slug, known));
  }
  if (project.migration !== undefined) {
    throw new Refusal(`${slug} is on the move: end that first (berth migrate), then retire it`);
  }
  const published = new Map(
    await Promise.all(
      fleets.map(async ({ stack }) => [stack, (await context.published(stack))?.outputs] as const),
    ),
  );
  const last = published.get(environment)?.projects[slug];
  const machines = fleets.flatMap((each) =>
    [...each.nodes, ...each.leaving].flatMap((node): MachineFacts[] => {
      const { name, formerly = name, projects } = node;
      if (!projects.includes(slug)) return [];
      const nodes = published.get(each.stack)?.nodes;
      const found = nodes?.[name] ?? nodes?.[formerly];
      return [
        {
          ...{ stack: each.stack, node: name },
          owner: node.server ? "client" : node.adopt ? "adopted" : "berth",
          others: projects.filter((other) => other !== slug),
          exists: found !== undefined,
          ...(found?.address === undefined ? {} : { address: found.address }),
          released: found?.released === true,
          leaving: node.retired?.remove === true,
        },
      ];
    }),
  );
  const since = last?.servedBy === nobody ? last.servedSince : undefined;
  return {
    ...{ slug, environment, fleet, project, machines },
    ended: isEnded(project),
    // A project that never was deployed leads nobody anywhere.
    ledAway: last === undefined || last.servedBy === nobody,
    ...(since === undefined ? {} : { since: new Date(since) }),
  };
}
