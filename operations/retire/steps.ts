import { graceDays } from "../../components/leaving/let-go";
import { dayLength, dayText } from "../../components/fleet/formats";
import type { Archive } from "./archive";
import type { Facts, MachineFacts } from "./facts";

/** What becomes of the machine and the archives. */
export type End = "handover" | "destroy";

/** Names of the steps, in their order. */
export const stepNames = [
  "archive",
  "export",
  "end",
  "jobs",
  "update",
  "week",
  "release",
  "gone",
  "stanza",
] as const;
export type StepName = (typeof stepNames)[number];

/** A step, as it stands. */
export interface Step {
  readonly name: StepName;
  readonly what: string;
  /** `ours`: this command does it. `yours`: a person has to. `stuck`: nobody can, for the reason that `what` gives. */
  readonly state: "done" | "ours" | "yours" | "stuck";
}

/** What the steps are judged by, beside the facts. */
export interface Seen {
  readonly end: End;
  /** Absent for a project without a backup. */
  readonly archive?: Archive;
  /** Whether the note and the zones' files are written. */
  readonly isExported: boolean;
  /** Jobs of it on Jenkins that are not written as disabled yet; undefined where no directory was named. */
  readonly jobs: readonly string[] | undefined;
  /** Id of the snapshot that the person names. */
  readonly snapshot?: string;
  readonly now: Date;
}

/**
 * The steps by which a project ends. Pure: what is done is told by stack files, states and the bucket, so a run that was
 * cut off is gone on with by the next, from any clone.
 */
export function stepsOf(facts: Facts, seen: Seen): readonly Step[] {
  const { slug, environment, fleet, project, machines, ended, ledAway } = facts;
  const step = (name: StepName, done: boolean, state: Step["state"], what: string): Step => ({
    ...{ name, what, state: done ? "done" : state },
  });
  const there = machines.filter(({ exists }) => exists);
  const going = there.filter((machine) => machine.others.length === 0);
  const asked = going.filter((machine) => isAsked(machine, facts));
  const undeclared = asked.filter(({ leaving }) => !leaving);
  const { archive, end, jobs, now, isExported, snapshot } = seen;
  const first = facts.since && new Date(facts.since.getTime() + graceDays * dayLength);
  const hasJobs = project.jenkins !== undefined && project.repository !== undefined;
  const areKept = fleet.agency.jenkins?.address !== undefined;
  const ours = undeclared.filter(({ owner }) => owner === "berth");
  const stacks = [...new Set(asked.map(({ stack }) => stack))];
  return [
    step(
      "archive",
      archive === undefined || (archive.problems.length === 0 && (ended || archive.isYoung)),
      ended ? "stuck" : "ours",
      archive === undefined
        ? `${slug} has no backup: nothing is archived`
        : ended && archive.problems.length > 0
          ? `there is no proven archive, and a machine makes none of a project that ended (${archive.problems.join("; ")}): take servedBy: none out again, or put it right with berth drill ${slug}`
          : "a last archive, and a drill that proves this very one (R33, R34)",
    ),
    step(
      "export",
      isExported,
      "ours",
      "its names as zone files, and a note of what there is and what goes",
    ),
    step("end", ended, "ours", `servedBy: none for ${slug} in Pulumi.${environment}.yaml`),
    step(
      "jobs",
      !hasJobs || areKept || (ended && jobs?.length === 0),
      jobs === undefined ? "stuck" : "ours",
      jobsWords(hasJobs, areKept, jobs),
    ),
    step(
      "update",
      ended && ledAway,
      "yours",
      `pulumi up --stack ${environment}: its names go, and the moment is recorded`,
    ),
    step(
      "week",
      asked.length === 0 || (first !== undefined && now >= first),
      "yours",
      asked.length === 0
        ? "no machine of it waits"
        : first === undefined
          ? `${graceDays} days from the run that records the end (R74)`
          : `nothing is let go before ${first.toISOString()} (R74)`,
    ),
    step(
      "release",
      undeclared.length === 0,
      releaseState(ours, seen),
      releaseWords(undeclared, ours, end, snapshot),
    ),
    step(
      "gone",
      asked.length === 0,
      "yours",
      asked.length === 0
        ? "no machine of it is left to go"
        : stacks
            .map((stack) => {
              const again = asked.some((each) => each.stack === stack && !each.released);
              return `pulumi up --stack ${stack}${again ? ", twice" : ", once more"}`;
            })
            .join("; ") + `: ${asked.map((machine) => fateOf(machine)).join(", ")}`,
    ),
    step(
      "stanza",
      false,
      "yours",
      `take ${slug} out of ${[...new Set([environment, ...machines.map(({ stack }) => stack)])].map((stack) => `Pulumi.${stack}.yaml`).join(" and ")}${machines.some(({ others }) => others.length > 0) ? " (its machine has other projects and stays)" : ", its node too"}, and run pulumi up once more`,
    ),
  ];
}

function jobsWords(hasJobs: boolean, areKept: boolean, jobs: Seen["jobs"]): string {
  if (!hasJobs) return "it has no jobs on Jenkins";
  if (areKept) {
    return "its jobs on Jenkins: the update that ends it disables them, and they are deleted with its stanza";
  }
  return jobs === undefined
    ? "its jobs on Jenkins, as disabled: name the directory of their files, --jobs DIRECTORY"
    : "its jobs on Jenkins, written as disabled: load the directory before the update";
}

/**
 * Whether a machine needs `retired` to leave its stack. Production's and adopted ones are protected; a client's own
 * leaves with its stanza.
 */
function isAsked({ owner }: MachineFacts, { environment }: Facts): boolean {
  return owner === "adopted" || (owner === "berth" && environment === "prod");
}

function releaseState(ours: readonly MachineFacts[], { end, snapshot }: Seen): Step["state"] {
  if (ours.length === 0) return "ours";
  if (end === "handover" || ours.length > 1) return "stuck";
  return snapshot === undefined ? "yours" : "ours";
}

function releaseWords(
  undeclared: readonly MachineFacts[],
  ours: readonly MachineFacts[],
  end: End,
  snapshot: string | undefined,
): string {
  if (undeclared.length === 0) return "no retired line is missing";
  const names = ours.map(({ stack, node }) => `${stack}/${node}`).join(", ");
  if (ours.length > 0 && end === "handover") {
    return `${names}: Berth made it in the agency's account, and no machine changes accounts by a stack file: give the client its snapshot and its archives, then --destroy`;
  }
  if (ours.length > 1)
    return `${names}: write retired by hand, each with the snapshot of its own disk (R75)`;
  if (ours.length === 1 && snapshot === undefined) {
    return `stop ${names}, take a snapshot of it at the provider (R75), then the same command with --snapshot ID`;
  }
  return undeclared
    .map(({ stack, node }) => `retired, remove: true for ${node} in Pulumi.${stack}.yaml`)
    .join("; ");
}

function fateOf({ owner, node }: MachineFacts): string {
  return owner === "berth"
    ? `${node} is deleted`
    : `${node} leaves the stack and stays where it is`;
}

/** The `since` of a retired line: the day that the end was recorded. */
export function sinceOf({ since }: Facts): string {
  return dayText(since!.getTime());
}
