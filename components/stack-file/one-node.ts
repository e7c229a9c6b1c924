import type { Agency } from "../fleet/agency";
import type { backupSettings } from "../fleet/backups";
import type { Declared } from "../fleet/declared";
import { environments, type Environment } from "../fleet/environment";
import type { node as nodeSchema } from "../fleet/node";
import { ConfigError, type Problem } from "../fleet/problem";
import type { project as projectSchema } from "../fleet/project";
import { show } from "../fleet/show";
import type { team as teamSchema } from "../fleet/team";
import type { FleetNode } from "../placement/resolved";
import { parseFleet } from "./parse";

/** A project that is declared in a program: an entry of `berth:projects`, and its slug. */
export type DeclaredProject = Omit<
  Declared<typeof projectSchema>,
  "node" | "servedBy" | "migration"
> & {
  /** Short name, the first part of what is named after it. */
  readonly slug: string;
};

/**
 * A node that is declared in a program, in the words of stack files. All that can be derived is: where
 * it goes and of what size, deployers' keys, logins, prefix and bucket of archives, protection.
 */
export interface DeclaredNode {
  /** The projects that live on it; one of them gives the node its name (R9). */
  readonly projects: readonly DeclaredProject[];
  /** Who exists, and whose keys deploy: `berth:team`. */
  readonly team: Declared<typeof teamSchema>;
  /** Facts about the agency: `berth:agency`. */
  readonly agency: Agency;
  /** Absent: the stack's name, where that is `stage` or `prod`. Others are refused without it. */
  readonly environment?: Environment;
  /** Where it differs from the defaults: an entry of `berth:nodes`. Absent: 2 GB of memory, 50 of disk (R7). */
  readonly node?: Omit<Declared<typeof nodeSchema>, "retired">;
  /** How long archives stay, and buckets that exist: `berth:backups`. */
  readonly backups?: Declared<typeof backupSettings>;
}

/**
 * The node that a declaration leads to, as the only one of its fleet. Pure.
 *
 * Throws one `ConfigError` with all that stack files are refused for; places are those of a stack file,
 * after the node's name. Besides: a slug given twice, an environment that is another than the stack's,
 * and what a single node cannot say, because only a stack's record could bear it out (`servedBy`,
 * `migration`, `retired`).
 */
export function nodeOf(
  name: string,
  { projects, team, agency, environment, node, backups }: DeclaredNode,
  stack: string,
  today: Date,
): FleetNode {
  const own = environments.find((each) => each === stack);
  const serves = environment ?? own;
  const odd = notPlain({ projects, team, agency, node, backups }, "arguments");
  if (odd.length > 0) throw new ConfigError(placed(name, odd));
  const said = placed(name, [
    ...environmentProblems(stack, own, environment),
    ...projects.flatMap((project, index) => projectProblems(project, index, projects)),
    ...(has(node, "retired") ? [cannotSay(`berth:nodes.${name}.retired`, unprotect)] : []),
  ]);
  if (said.length > 0 || serves === undefined) throw new ConfigError(said);
  const config = {
    agency,
    team,
    projects: Object.fromEntries(
      projects.map(({ slug, ...facts }) => [
        slug,
        slug === name ? facts : { ...facts, node: name },
      ]),
    ),
    ...(node === undefined ? {} : { nodes: { [name]: node } }),
    ...(backups === undefined ? {} : { backups }),
    // Their values are Outputs, which the component looks at itself.
    secrets: Object.fromEntries(
      projects
        .filter(({ secrets }) => secrets !== undefined)
        .map(({ slug, secrets }) => [
          slug,
          Object.fromEntries((secrets ?? []).map((name) => [name, { secure: "given" }])),
        ]),
    ),
  };
  const input = { stack: serves, config, stackFiles: {}, fileOf: () => `node ${name}` };
  const fleet = { ...parseFleet(input, today), stack };
  const found = fleet.nodes.find((each) => each.name === name);
  if (found === undefined) {
    const fix = "give it the project that it is named after";
    throw new ConfigError(placed(name, [{ path: "projects", message: "is empty", fix }]));
  }
  return { fleet, node: found };
}

function placed(name: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, path: `node ${name}: ${problem.path}` }));
}

const unprotect =
  "leave it out; a machine that shall go is unprotected by `pulumi state unprotect`";

function environmentProblems(
  stack: string,
  own: Environment | undefined,
  declared: Environment | undefined,
): Problem[] {
  const given = show(declared);
  const base = {
    path: "environment",
    ...(given === undefined ? {} : { received: given }),
    allowed: own ?? environments.join(", "),
  };
  if (declared === undefined) {
    if (own !== undefined) return [];
    const message = `is missing: the stack ${stack} is not called after an environment`;
    return [{ ...base, message, fix: 'write environment: "stage" or "prod"' }];
  }
  const known = environments.includes(declared);
  if (known && (own === undefined || own === declared)) return [];
  const message = known ? `is not what the stack ${stack} is` : "is no environment";
  return [{ ...base, message, fix: `leave it out, or write ${own ?? "one of them"}` }];
}

function projectProblems(
  project: DeclaredProject,
  index: number,
  all: readonly DeclaredProject[],
): Problem[] {
  const { slug } = project;
  const path = `projects[${index}].slug`;
  if (typeof slug !== "string") {
    return [{ path, message: "is missing", fix: "write the project's short name" }];
  }
  const earlier = all.findIndex((other) => other.slug === slug);
  const at = `berth:projects.${slug}`;
  return [
    ...(earlier < index
      ? [{ path, message: `is that of projects[${earlier}]`, fix: "give each project its own" }]
      : []),
    ...(has(project, "node")
      ? [cannotSay(`${at}.node`, "leave it out: it lives on the node that it is given to")]
      : []),
    ...(has(project, "servedBy")
      ? [cannotSay(`${at}.servedBy`, "leave it out: who makes its names decides where they lead")]
      : []),
    ...(has(project, "migration")
      ? [cannotSay(`${at}.migration`, "leave it out: a stack's record alone could bear a move out")]
      : []),
  ];
}

function cannotSay(path: string, fix: string): Problem {
  return { path, message: "is not a single node's to say", fix };
}

function has(value: object | undefined, key: string): boolean {
  return value !== undefined && (value as Record<string, unknown>)[key] !== undefined;
}

/** What is no plain data: an Output has no value yet when it is decided where a node goes. */
function notPlain(value: unknown, path: string): Problem[] {
  if (typeof value === "function" || typeof value === "symbol") return [unreadable(path)];
  if (typeof value !== "object" || value === null) return [];
  const kind: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && kind !== Object.prototype && kind !== null)
    return [unreadable(path)];
  return Object.entries(value).flatMap(([key, item]) => notPlain(item, `${path}.${key}`));
}

function unreadable(path: string): Problem {
  const message = "is no plain value, and where a node goes is decided before the engine runs";
  return {
    path,
    message,
    fix: "write the text, number, list or map itself: no Output, no Promise",
  };
}
