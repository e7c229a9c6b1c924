import { environments } from "../../components/fleet/fleet";
import type { ResolvedFleet, ResolvedProject } from "../../components/placement/resolved";
import { parseFleet } from "../../components/stack-file/parse";
import { ConfigError, type Problem } from "../../components/fleet/problem";
import { readStackFiles } from "../../components/stack-file/stack-files";
import type { Context } from "./context";
import { printableLine } from "./printable";
import { Refusal, unknown } from "./usage";

/** Which stacks a command is about. */
export interface Scope {
  /** This environment's stack and all host stacks that serve it; undefined: every environment. */
  readonly environment?: string | undefined;
  /** This stack alone. */
  readonly stack?: string | undefined;
}

/** A stack that a command goes on without, because its file or its state cannot be read. */
export interface Unread {
  readonly stack: string;
  /** One sentence, with the file's name. */
  readonly why: string;
  /**
   * Whether it may have machines: not where a file holds nothing of Berth's, such as the one that
   * `pulumi stack init` leaves.
   */
  readonly declares: boolean;
}

/**
 * The projects that the environment's own stacks among these declare; `slug`: that one alone. Throws a `Refusal` that
 * names those there are where it is none of them.
 */
export function projectsIn(
  fleets: readonly ResolvedFleet[],
  environment: string,
  slug?: string,
): readonly ResolvedProject[] {
  const projects = fleets
    .filter(({ role }) => role === "environment")
    .flatMap((fleet) => fleet.projects);
  if (slug === undefined) return projects;
  const found = projects.filter((each) => each.slug === slug);
  if (found.length > 0) return found;
  const slugs = projects.map((each) => each.slug);
  throw new Refusal(unknown(`project of ${environment}`, slug, slugs));
}

/** The fleets of a scope, and the stacks that are not among them. */
export interface FleetsRead {
  readonly fleets: readonly ResolvedFleet[];
  readonly unread: readonly Unread[];
}

/**
 * Reads the fleets of the scope from the stack files alone. A file that is wrong stops nobody else:
 * its stack is left out, and named. Throws a `ConfigError` with every problem when the stack that was
 * asked for, or each of them, cannot be read; a `Refusal` naming a stack or environment that does not
 * exist.
 */
export function readFleets(context: Context, scope: Scope): FleetsRead {
  const { stacks: stackFiles, unreadable, fileOf } = readStackFiles(context.directory);
  const stacks = Object.keys({ ...stackFiles, ...unreadable }).sort();
  const { stack, environment } = scope;
  if (stack !== undefined && !stacks.includes(stack)) {
    throw new Refusal(unknown("stack", stack, stacks));
  }
  if (environment !== undefined && !environments.some((each) => each === environment)) {
    throw new Refusal(unknown("environment", environment, environments));
  }
  const chosen = stacks
    .filter((each) => stack === undefined || each === stack)
    .filter((each) => {
      const serves =
        environments.find((name) => name === each) ?? stackFiles[each]?.["environment"];
      // Whom a file serves that cannot be read nobody knows.
      const isUnknown = serves === undefined && Object.hasOwn(unreadable, each);
      return environment === undefined || serves === environment || isUnknown;
    });
  const fleets: ResolvedFleet[] = [];
  const unread: Unread[] = [];
  const problems: Problem[] = [];
  for (const each of chosen) {
    try {
      const config = stackFiles[each] ?? {};
      const raw = { stack: each, config, stackFiles, unreadable, fileOf: fileOf(each) };
      fleets.push(context.keys(parseFleet(raw, context.now)));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      const own = stackFiles[each];
      const keys = ["projects", "nodes", "environment"] as const;
      const declares = own === undefined || keys.some((key) => own[key] !== undefined);
      unread.push({ stack: each, why: sentence(each, error.problems, declares), declares });
    }
  }
  if (fleets.length === 0 && problems.length > 0) throw new ConfigError(onceEach(problems));
  return { fleets, unread };
}

/** What is wrong in a file that stacks share is told by each of them. */
function onceEach(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((each) => [JSON.stringify(each), each])).values()];
}

function sentence(stack: string, problems: readonly Problem[], declares: boolean): string {
  const file = `Pulumi.${stack}.yaml`;
  if (!declares) return `${file}: declares no projects and no environment; remove it if it is none`;
  const [first, ...more] = problems;
  const place = first?.path.startsWith(file) ? "" : `${first?.path}: `;
  const what = `${place}${first?.message}. Fix: ${first?.fix}`;
  const rest =
    more.length === 0 ? "" : ` (and ${more.length} more: pulumi preview --stack ${stack})`;
  return printableLine(`${first?.path.startsWith(file) ? first.path : file}: ${what}${rest}`, 600);
}
