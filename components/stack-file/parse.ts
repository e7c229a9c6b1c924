import { checks } from "./checks";
import { isBroken, type StackDraft } from "./draft";
import { draftOf } from "./draft-build";
import { environments, type Environment } from "../fleet/fleet";
import { fleetOf } from "./build";
import { read } from "./loose";
import type { ResolvedFleet } from "../placement/resolved";
import { ConfigError, inFiles, type FileOf, type Problem } from "../fleet/problem";
import { environmentConfig, hostConfig } from "../fleet/config";
import { roleOf } from "./role";

/** What the caller has read: raw values, with `berth:` taken off the keys. */
export interface RawFleet {
  readonly stack: string;
  /** This stack's `berth:` keys, those of Pulumi.yaml merged in. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The same of every other `Pulumi.<stack>.yaml`, by stack name. */
  readonly stackFiles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Stacks whose files could not be read, and why; none where it is absent. */
  readonly unreadable?: Readonly<Record<string, readonly Problem[]>>;
  /** The file to name in problems of this stack's own keys; they are named without one otherwise. */
  readonly fileOf?: FileOf;
}

/**
 * Makes the fleet of a stack from raw configuration. Pure: reads no file, no clock, no account.
 *
 * Throws one `ConfigError` with every problem, each with its place, the value received (never one
 * that could be a secret), what is allowed and the fix. `today` decides about dates (R74). A file that
 * cannot be read stops the stacks that are declared or served by it, and no other.
 */
export function parseFleet(input: RawFleet, today: Date): ResolvedFleet {
  const { role, environment, problems: roleProblems } = roleOf(input);
  const own = read(role === "environment" ? environmentConfig : hostConfig, input.config);
  const others = Object.entries(input.stackFiles)
    .filter(([stack]) => stack !== input.stack)
    .map(([stack, config]) => readOther(stack, config));
  const ownDraft: StackDraft = { stack: input.stack, config: own.value };
  const environmentReading = others.find(({ draft }) => draft.stack === environment);
  const unread = unreadOf(input, [environment, ...servingIn(role, own.value)]);
  if (unread.length > 0) throw new ConfigError([...inFiles(roleProblems, input.fileOf), ...unread]);
  const draft = draftOf({
    stack: input.stack,
    role,
    environment,
    today,
    own: ownDraft,
    definition: role === "environment" ? ownDraft : environmentReading?.draft,
    others: others.map((other) => other.draft),
    broken: [...own.broken, ...others.flatMap((other) => other.broken)],
  });
  const hosted = new Set(Object.keys(own.value.projects ?? {}));
  const problems = [
    ...roleProblems,
    ...own.problems,
    ...(role === "host" ? ofHosted(environmentReading?.problems ?? [], hosted) : []),
    ...checks.flatMap((check) => check(draft)).filter(({ path }) => !isBroken(draft, path)),
  ];
  if (problems.length > 0) throw new ConfigError(distinct(inFiles(problems, input.fileOf)));
  return fleetOf(draft);
}

/** What is wrong with the files that this stack cannot do without: its own, and the ones named. */
function unreadOf(
  { stack, unreadable = {} }: RawFleet,
  others: readonly (string | undefined)[],
): Problem[] {
  return [...new Set([stack, ...others])].flatMap((name) =>
    name !== undefined && Object.hasOwn(unreadable, name) ? (unreadable[name] ?? []) : [],
  );
}

/** The host stacks that an environment's projects are served by. */
function servingIn(
  role: "environment" | "host",
  { projects }: StackDraft["config"],
): (string | undefined)[] {
  if (role === "host") return [];
  return Object.values(projects ?? {}).map((project) => project?.servedBy);
}

interface OtherReading {
  readonly draft: StackDraft;
  readonly problems: readonly Problem[];
  readonly broken: readonly string[];
}

function readOther(stack: string, config: Readonly<Record<string, unknown>>): OtherReading {
  const file = `Pulumi.${stack}.yaml`;
  const schema = isEnvironment(stack) ? environmentConfig : hostConfig;
  const { value, problems, broken } = read(schema, config, file);
  return { draft: { stack, file, config: value }, problems, broken };
}

/** A host stack answers for the projects it names; the rest of the file is the environment's. */
function ofHosted(problems: readonly Problem[], hosted: ReadonlySet<string>): Problem[] {
  return problems.filter(({ path }) =>
    [...hosted].some((slug) => `${path}.`.includes(`: berth:projects.${slug}.`)),
  );
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function isEnvironment(stack: string): stack is Environment {
  return environments.some((environment) => environment === stack);
}
