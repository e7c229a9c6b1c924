import * as pulumi from "@pulumi/pulumi";

import type { Environment } from "../fleet/environment";
import { jobForm } from "../fleet/jenkins";
import type { ResolvedProject } from "../placement/resolved";
import { firstRunName } from "./first-run-name";
import { integrate } from "./local";

/** A machine as a job reaches it. */
export interface MachineThere {
  readonly stack: string;
  readonly address: pulumi.Input<string>;
  readonly hostKey: pulumi.Input<string>;
}

/** The first run of a project's job, on its own machine here. */
interface FirstRun {
  readonly machine: pulumi.Input<string>;
  /** Whether the project ran on another machine before: nothing is run then. */
  readonly moved: pulumi.Input<boolean>;
  /** One that was made is not made again, whatever changed. */
  readonly stays: boolean;
}

/** A project's jobs in one environment. */
export interface ProjectJobsArgs {
  /** Jenkins' address. */
  readonly jenkins: string;
  /** Whose they are, as `ownerOf` has it: another Berth project's jobs there are nobody's business here. */
  readonly owner: string;
  readonly environment: Environment;
  readonly project: ResolvedProject;
  /** The machine that serves it, with the stack that it is of; absent: none does, and its jobs are switched off. */
  readonly machine?: MachineThere | undefined;
  /** Whether its machine's own agent takes its deliveries. */
  readonly agent: boolean;
  /** The first run of its job; absent where it is not delivered here. */
  readonly firstRun?: FirstRun | undefined;
  /** What must be done first: its machine has it, and an agent takes the job. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * A project's jobs on the agency's Jenkins (R46), and the first run of the one that delivers, which must pass (R22).
 * They follow what the stack files say of the project and the machine that serves it; a project that is declared no
 * more has its jobs disabled and deleted before anything else of it goes. What Jenkins says of a failed run fails the
 * update, which is then run again; nothing else of the stack waits for it.
 *
 * A job that people or another Berth project made under a needed name is refused and stays.
 */
export class ProjectJobs extends pulumi.ComponentResource {
  constructor(name: string, args: ProjectJobsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { jenkins, owner, environment, project, machine, agent, firstRun, after } = args;
    const { slug } = project;
    super("berth:integrations:ProjectJobs", name, { project: slug, environment }, opts);
    const jobs = integrate(
      `${name}-jobs`,
      "jobs",
      {
        ...{ jenkins, owner, slug, environment, form: jobForm, agent },
        ...(project.formerly === undefined ? {} : { formerly: project.formerly }),
        ...(machine === undefined ? {} : { machine: { ...machine } }),
        declared: {
          repository: project.repository,
          branch: project.branch,
          access: project.access,
          jenkins: project.jenkins,
        },
      },
      { parent: this, dependsOn: [...after] },
    );
    if (firstRun !== undefined) {
      const { machine: id, moved, stays } = firstRun;
      integrate(
        firstRunName(name),
        "run",
        { jenkins, slug, environment, moved, machine: id },
        { parent: this, dependsOn: [jobs], ...(stays ? { ignoreChanges: ["stdin"] } : {}) },
        false,
      );
    }
    this.registerOutputs({ project: slug });
  }
}
