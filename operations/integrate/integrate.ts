import * as fs from "node:fs";

import { jobName } from "../../components/fleet/jenkins";
import { webhookMark, webhookVariable } from "../../components/integrations/webhook";
import { projectName } from "../../components/stack-file/stack-files";
import { joined, type Survey } from "../fleet/fleet";
import type { Context } from "../ground/context";
import type { PublishedNode } from "../ground/published";
import { readFleets } from "../ground/reading";
import { exits, readCommandLine, Refusal, unknown, UsageError } from "../ground/usage";
import { JenkinsJobs } from "../jobs/jenkins";
import type { Job } from "../jobs/job";
import { endFleetJobs, endJobs, putJobs } from "../jobs/load";
import { mustPass } from "../jobs/passed";
import { jobsOf } from "../jobs/plan";
import { webhookOf } from "../notify/webhook";
import { beginAgent, endAgent } from "./agent";
import { ownerHere, readAsked, whats, type What } from "./asked";
import { beginSentry, endSentry } from "./sentry";

/** How `berth integrate` is called. */
export const usage = `usage: berth integrate [--end] ${whats.join(" | ")}

What \`pulumi up\` has done where a project is joined to other services (agency.jenkins.address,
agency.sentry); the engine calls it, with what it is about as JSON on standard input, and shows what it says. Each is safe to repeat.

  jobs        has Jenkins hold a project's jobs of one environment, and the tests that it shares
  fleet-jobs  the same of the fleet's own
  agent       gives a node its agent of Jenkins, by your ssh-agent as a deployer
  run         runs a project's job and has it pass (R22)
  slack       sends a message by the webhook of ${webhookVariable}
  sentry      has Sentry hold what watches production (R52); what only a person can decide is told, and fails
  --end       takes it away again

For Jenkins it needs JENKINS_USER and JENKINS_TOKEN, and jenkins-jobs on the PATH where a job is to be made or
changed; for Sentry SENTRY_AUTH_TOKEN.

exit status: 0 done, 1 it could not be
`;

/** `berth integrate`. `asked` gives what comes on standard input. */
export async function main(
  context: Context,
  argv: readonly string[],
  asked: () => string = () => fs.readFileSync(0, "utf8"),
): Promise<number> {
  const { flags, words } = readCommandLine(argv, { flags: ["end"] });
  const [what, ...more] = words;
  if (what === undefined || more.length > 0) throw new UsageError("one thing to integrate");
  if (!isWhat(what)) throw new UsageError(unknown("thing to integrate", what, whats));
  await (flags.has("end") ? ends : begins)[what](context, asked());
  return exits.done;
}

const isWhat = (text: string): text is What => (whats as readonly string[]).includes(text);

type Doing = (context: Context, text: string) => Promise<void>;

const begins: Readonly<Record<What, Doing>> = {
  jobs: async (context, text) => {
    const { jenkins, slug, formerly, environment, machine } = readAsked("jobs", text);
    const kinds = environment === "prod" ? ["prod", "release", "test"] : ["stage", "test"];
    const all = jobsNow(context, slug, machine);
    const own = all.filter((job) => job.slug === slug && kinds.includes(job.kind));
    await put(context, jenkins, own);
    if (formerly === undefined) return;
    // Those of the name that it had: they can deliver for as long as they are there.
    const there = new JenkinsJobs(jenkins, context.env);
    tell(context, await endJobs(there, ownerHere(context), formerly, environment));
  },
  "fleet-jobs": async (context, text) => {
    const { jenkins } = readAsked("fleet-jobs", text);
    const own = jobsNow(context).filter(({ kind }) => kind === "nightly" || kind === "notify");
    await put(context, jenkins, own);
  },
  agent: beginAgent,
  run: async (context, text) => {
    const { jenkins, slug, environment, moved } = readAsked("run", text);
    const name = jobName(slug, environment);
    if (moved) {
      return context.say(
        `${name}: not run: ${slug} ran on another machine before, and berth migrate brings it; run the job by hand once it serves here`,
      );
    }
    await mustPass(
      new JenkinsJobs(jenkins, context.env),
      name,
      (end) =>
        `its first run ${end}, and it must pass (R22). Put that right and run pulumi up again.`,
    );
    context.say(`${name}: ran, and passed`);
  },
  slack: async (context, text) => {
    const { stack, webhook } = readAsked("slack", text);
    const mark = webhookMark(context.env);
    if (mark !== undefined && mark !== webhook) {
      throw new Refusal(`${webhookVariable} is not the webhook that the program saw; run it again`);
    }
    await webhookOf(context.env)(`Berth tells of stack ${stack} here: this webhook works.`);
    context.say("Slack took a message by the webhook");
  },
  sentry: beginSentry,
};

const ends: Readonly<Record<What, Doing>> = {
  jobs: async (context, text) => {
    const { jenkins, owner = ownerHere(context), slug, environment } = readAsked("jobs", text);
    tell(context, await endJobs(new JenkinsJobs(jenkins, context.env), owner, slug, environment));
  },
  "fleet-jobs": async (context, text) => {
    const { jenkins, owner = ownerHere(context) } = readAsked("fleet-jobs", text);
    const there = new JenkinsJobs(jenkins, context.env);
    tell(context, await endFleetJobs(there, owner, projectName(context.directory)));
  },
  agent: endAgent,
  run: () => Promise.resolve(),
  slack: () => Promise.resolve(),
  sentry: endSentry,
};

async function put(context: Context, address: string, jobs: readonly Job[]): Promise<void> {
  const jenkins = new JenkinsJobs(address, context.env);
  const done = await putJobs(jenkins, jobs, context.env);
  for (const { name, what } of done) context.say(`${name}: ${what} on Jenkins`);
}

function tell(context: Context, names: readonly string[]): void {
  for (const name of names) context.say(`${name}: taken away from Jenkins`);
}

/** The jobs as the stack files have them, with the one machine that is known. */
function jobsNow(
  context: Context,
  slug?: string,
  machine?: { readonly stack: string } & Pick<PublishedNode, "address" | "hostKey">,
): readonly Job[] {
  const { fleets, unread } = readFleets(context, {});
  const project = projectName(context.directory);
  const machines = fleets.flatMap((fleet) => {
    const node = fleet.nodes.find(({ projects }) => projects.some((each) => each === slug));
    if (machine?.stack !== fleet.stack || node === undefined) return [];
    const { address, hostKey } = machine;
    return joined(project, fleet, { [node.name]: { address, hostKey } as PublishedNode }).machines;
  });
  const survey: Survey = {
    ...{ fleets, machines, unread },
    ...{ undeployed: [], undeclared: [], interrupted: [] },
  };
  return jobsOf(survey, project);
}
