import type { Environment } from "../../components/fleet/environment";
import type { JobKind } from "../../components/fleet/jenkins";
import { Refusal } from "../ground/usage";
import { configurationsOf } from "./configurations";
import type { JenkinsJobs, JobThere } from "./jenkins";
import type { Job } from "./job";
import { isAnothers, takenText } from "./mark";
import { render, type Rendered } from "./render";

/** What was done to a job. */
export interface Done {
  readonly name: string;
  readonly what: "made" | "changed";
}

/**
 * Has Jenkins hold these jobs as they are declared; what is as it should be is left alone. Throws a `Refusal`, before
 * anything is changed, naming those whose names people's own jobs have, or another Berth project's. One whose mark does
 * not say whose it is becomes ours.
 */
export async function putJobs(
  jenkins: JenkinsJobs,
  jobs: readonly Job[],
  env: NodeJS.ProcessEnv,
): Promise<readonly Done[]> {
  const there = new Map((await jenkins.list()).map((each) => [each.name, each]));
  const wanted = jobs.map((job) => ({ ...job, ...render(job) }));
  const taken = wanted.flatMap(({ name, owner }) => {
    const found = there.get(name);
    const isTaken = found && (found.mark === undefined || isAnothers(found.mark, owner));
    return isTaken ? [`${name} ${takenText(found.mark)}`] : [];
  });
  if (taken.length > 0) throw new Refusal(`on Jenkins ${taken.join("; ")}; then run this again`);
  const differ = wanted.filter(({ name, owner, digest, disabled }) => {
    const found = there.get(name);
    if (found?.mark?.digest !== digest || found.mark.owner !== owner) return true;
    return found.disabled !== disabled || !found.isGuarded;
  });
  if (differ.length === 0) return [];
  const configurations = await configurationsOf(differ, env);
  const done: Done[] = [];
  for (const { name } of differ) {
    const xml = configurations.get(name)!;
    const isThere = there.has(name);
    await (isThere ? jenkins.change(name, xml) : jenkins.create(name, xml));
    done.push({ name, what: isThere ? "changed" : "made" });
  }
  await areTaken(jenkins, differ);
  return done;
}

/**
 * Sees that Jenkins holds what it was given. Where its plugin is not there it leaves out who may see and start a job
 * (R80), and says nothing: such a job is switched off again. Throws a `Refusal`.
 */
async function areTaken(jenkins: JenkinsJobs, given: readonly (Job & Rendered)[]): Promise<void> {
  const there = new Map((await jenkins.list()).map((each) => [each.name, each]));
  const open = given.filter(({ name }) => there.get(name)?.isGuarded === false);
  for (const { name } of open) await jenkins.disable(name);
  if (open.length > 0) {
    throw new Refusal(
      `${open.map(({ name }) => name).join(", ")}: Jenkins does not keep who may start them (R80), so they are switched off; install the plugin Matrix Authorization Strategy, choose its project-based strategy (Manage Jenkins, Security), and run this again`,
    );
  }
  const lost = given.filter(({ name, digest }) => there.get(name)?.mark?.digest !== digest);
  if (lost.length === 0) return;
  throw new Refusal(
    `${lost.map(({ name }) => name).join(", ")}: Jenkins took them and does not show them as they were given; may the account see them (Job/Read)?`,
  );
}

/**
 * Ends a project's jobs in one environment: its delivery and its weekly merge, and its tests where no delivery of the
 * other environment is left that would wait for them. Those of another Berth project than `owner` stay. Answers their
 * names.
 */
export async function endJobs(
  jenkins: JenkinsJobs,
  owner: string,
  slug: string,
  environment: Environment,
): Promise<string[]> {
  const own = (await marked(jenkins, owner)).filter((each) => each.mark?.slug === slug);
  const kinds: readonly JobKind[] =
    environment === "prod" ? ["prod", "release", "move"] : [environment, "move"];
  const isOwn = ({ mark }: JobThere) => mark !== undefined && kinds.includes(mark.kind);
  const deliveries: readonly (JobKind | undefined)[] = ["stage", "prod"];
  const isLast = !own.some((each) => deliveries.includes(each.mark?.kind) && !isOwn(each));
  const going = own.filter((each) => isOwn(each) || (isLast && each.mark?.kind === "test"));
  return removed(jenkins, going);
}

/**
 * Ends the fleet's own jobs, which are called after `fleetName`, once no project of `owner` has any. One that does not
 * say whose it is counts as such a project's. Answers their names.
 */
export async function endFleetJobs(
  jenkins: JenkinsJobs,
  owner: string,
  fleetName: string,
): Promise<string[]> {
  const ours = await marked(jenkins, owner);
  const ofFleet: readonly (JobKind | undefined)[] = ["nightly", "notify"];
  const own = ours.filter(({ mark }) => mark?.slug === fleetName && ofFleet.includes(mark.kind));
  const ofProjects = ours.filter(({ mark }) => !ofFleet.includes(mark?.kind));
  return ofProjects.length > 0 ? [] : removed(jenkins, own);
}

/** The jobs of Berth's that are no other Berth project's. */
async function marked(jenkins: JenkinsJobs, owner: string): Promise<JobThere[]> {
  return (await jenkins.list()).filter(
    ({ mark }) => mark !== undefined && !isAnothers(mark, owner),
  );
}

async function removed(jenkins: JenkinsJobs, jobs: readonly JobThere[]): Promise<string[]> {
  for (const { name } of jobs) await jenkins.remove(name);
  return jobs.map(({ name }) => name);
}
