import { machineBefore, type History } from "../outputs/history";
import { clouds, type Cloud, type Fleet, type NodeSpec } from "../fleet/fleet";
import { dayLength } from "../fleet/formats";
import { ConfigError, inFiles, type FileOf, type Problem } from "../fleet/problem";
import type { ResolvedFleet } from "../placement/resolved";
import { placeOf } from "../fleet/show";
import type { LookUp } from "../clouds/look";
import { evidenceProblems } from "./evidence";
import { idleness, type Idleness } from "./idle";

/** Days an old machine stays after its service ended (R74). */
export const graceDays = 7;

/** What letting go is judged by. */
export interface LettingGo {
  /** What this stack's last run published. */
  readonly history: History;
  /** What the environment's last run published; this stack's own history in an environment. */
  readonly environment: History;
  /** Who is asked about machines and snapshots. */
  readonly lookUpAt: (cloud: Cloud) => LookUp;
  readonly now: Date;
  readonly fileOf?: FileOf | undefined;
}

/**
 * Decides about the machines that shall go (`retired.remove`), and gives the fleet with those that are
 * declared in this run. A machine goes when its service ended seven days ago by what was recorded then
 * (R74) and the provider confirms its snapshot (R75); until both are so nothing lifts its protection.
 * Then it takes two runs, since the engine deletes nothing that the state has as protected: the first
 * declares it without protection, the second no longer declares it. Both look everything up. Outside
 * production a machine goes as soon as its stanza does, and is not looked up either.
 *
 * A machine that Berth did not make is never deleted: it leaves the stack and stays where it is, so
 * nothing is asked about it. Throws a `ConfigError` with everything that speaks against it.
 */
export async function letGo(fleet: ResolvedFleet, by: LettingGo): Promise<ResolvedFleet> {
  const verdicts = await Promise.all(fleet.leaving.map((node) => judge(fleet, node, by)));
  const problems = verdicts.flatMap((verdict) => verdict.problems);
  if (problems.length > 0) throw new ConfigError(inFiles(problems, by.fileOf));
  const released = fleet.leaving.filter((_, index) => verdicts[index]!.fate === "release");
  const nodes = [...fleet.nodes, ...released].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...fleet, nodes };
}

interface Verdict {
  /** `release`: declared once more, unprotected. `go`: declared no longer. */
  readonly fate: "release" | "go";
  readonly problems: readonly Problem[];
}

async function judge(fleet: Fleet, node: NodeSpec, by: LettingGo): Promise<Verdict> {
  const before = machineBefore(by.history, node);
  // Gone already; or never published, and then protected in the state if it is there at all.
  if (before === undefined) return { fate: "go", problems: [] };
  const protectedSoFar = fleet.environment === "prod" || before.adopted !== undefined;
  const fate = protectedSoFar && !before.released ? "release" : "go";
  // Elsewhere a stanza may be dropped as well: nothing but production waits (R74).
  const production = [fleet.environment, before.environment].includes("prod");
  if (!production) return { fate, problems: [] };
  const provider = clouds.find((cloud) => cloud === before.provider);
  if (provider === undefined || before.adopted !== undefined) return { fate, problems: [] };
  const idle = idleness(fleet, node, by.history, by.environment);
  if (idle.kind !== "since") return { fate, problems: [tooEarly(fleet, node, idle)] };
  const first = new Date(idle.since.getTime() + graceDays * dayLength);
  if (by.now < first) return { fate, problems: [withinTheWeek(node, idle.since, first)] };
  const { id, region } = before;
  if (id === undefined || region === undefined) {
    return { fate, problems: [tooEarly(fleet, node, { kind: "unrecorded" })] };
  }
  try {
    const snapshot = node.retired?.snapshot ?? "";
    const evidence = await by.lookUpAt(provider)({ id, region }, snapshot);
    // Somebody deleted it at the provider: to declare it once more would be to make another.
    if (evidence.machine === "gone") return { fate: "go", problems: [] };
    return { fate, problems: evidenceProblems(node, provider, idle.since, evidence) };
  } catch (error) {
    return { fate, problems: [notAnswered(node, provider, error)] };
  }
}

const removal = ({ name }: NodeSpec) => placeOf(["nodes", name, "retired", "remove"]);

function tooEarly(
  fleet: Fleet,
  node: NodeSpec,
  idle: Exclude<Idleness, { kind: "since" }>,
): Problem {
  const base = { path: removal(node), received: "true" };
  if (idle.kind === "serving") {
    const { environment } = fleet;
    return {
      ...base,
      message: `comes too early: by the last run of ${environment} this machine serves ${idle.projects.join(", ")} still (R74)`,
      fix: `run pulumi up on stack ${environment} first; the seven days begin with that switch`,
    };
  }
  return {
    ...base,
    message: `comes too early: no run has recorded yet since when ${node.name}'s machine serves nobody (R74)`,
    allowed: `true from ${graceDays} days after the run that records it`,
    fix: "take the line out and run pulumi up: the seven days begin there, whatever `since` says",
  };
}

function withinTheWeek(node: NodeSpec, since: Date, first: Date): Problem {
  return {
    path: removal(node),
    message: `comes too early: an old machine stays ${graceDays} days (R74), and the switch was recorded at ${since.toISOString()}`,
    received: "true",
    allowed: `true from ${first.toISOString()} on`,
    fix: `take the line out until then`,
  };
}

function notAnswered(node: NodeSpec, provider: string, error: unknown): Problem {
  const said = (error instanceof Error ? error.message : String(error)).trim().split("\n").at(-1);
  return {
    path: placeOf(["nodes", node.name, "retired", "snapshot"]),
    message: `cannot be looked up at ${provider}: ${said}`,
    fix: "mend that and run it again; without an answer nothing goes (R75)",
  };
}
