import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import type { Reached } from "../machine/connection";
import {
  firstDeliveryLauncher,
  runningLauncher,
  secretsLauncher,
  unknownRef,
} from "../machine/launcher";
import { session } from "../machine/session";
import { runningCommit } from "./running-commit";

/** Where a project ran before its machine here: on another that can be asked, or nobody knows. */
export type RanBefore = { readonly on: Omit<Reached, "id">; readonly slug: string } | "unknown";

/** A project to be delivered to a machine. */
export interface ProjectSiteArgs {
  /** Slug of the project. */
  readonly project: string;
  readonly machine: Reached;
  /** What must be done on the machine first: it has Docker, the proxy and the program that delivers. */
  readonly after: readonly pulumi.Resource[];
  /** Values of its secrets by name; absent: it has none. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  /** Absent: it ran nowhere, and its branch is delivered. */
  readonly ranBefore?: pulumi.Input<"nowhere" | "unknown"> | RanBefore | undefined;
  /** The machine goes, and nobody could bring it anything any more. */
  readonly leaving?: boolean;
}

/** Inputs of a session that took place once and does so no more on the same machine. */
const once = ["create", "connection", "stdin"];

/**
 * A project on its node: its secrets, and its first delivery (R43, R57). From then on deploying is the business of
 * `berth deploy` and of jobs, which hold no secret of the engine's: an update never changes the commit that runs.
 *
 * Secrets travel by a session of their own whenever they change, on its standard input; they are secret in the state
 * and in every diff. The first delivery takes place once a machine. A project that ran on another machine before gets
 * the commit that runs there, asked of that machine; where it cannot be asked nothing is delivered, and the session
 * says how to.
 *
 * A delivery that fails fails the update, which is then run again; one whose repository does not know the machine's key
 * yet says how to make it known, and is no failure.
 */
export class ProjectSite extends pulumi.ComponentResource {
  /** Known once the first delivery was seen through. */
  readonly delivered: pulumi.Output<string>;

  constructor(name: string, args: ProjectSiteArgs, opts?: pulumi.ComponentResourceOptions) {
    const { project } = args;
    super("berth:site:ProjectSite", name, { project }, opts);
    const secrets = this.bringSecrets(name, args);
    this.delivered = this.deliverFirst(name, args, secrets).stdout;
    this.registerOutputs({ delivered: this.delivered });
  }

  private bringSecrets(
    name: string,
    { project, machine, after, secrets, leaving = false }: ProjectSiteArgs,
  ): command.remote.Command | undefined {
    if (secrets === undefined) return undefined;
    return new command.remote.Command(
      `${name}-secrets`,
      session({
        create: secretsLauncher(project),
        on: machine,
        stdin: pulumi.secret(pulumi.jsonStringify(secrets)),
        triggers: [machine.id],
      }),
      { parent: this, dependsOn: [...after], ...(leaving ? { ignoreChanges: once } : {}) },
    );
  }

  private deliverFirst(
    name: string,
    args: ProjectSiteArgs,
    secrets: command.remote.Command | undefined,
  ): command.remote.Command {
    const { project, machine, after } = args;
    return new command.remote.Command(
      `${name}-delivery`,
      session({
        create: firstDeliveryLauncher(project),
        on: machine,
        stdin: this.refOf(name, args),
        triggers: [machine.id],
      }),
      {
        parent: this,
        dependsOn: [...after, ...(secrets === undefined ? [] : [secrets])],
        ignoreChanges: once,
        customTimeouts: { create: "60m" },
      },
    );
  }

  /** What is delivered first: nothing said means the branch. */
  private refOf(name: string, { machine, ranBefore }: ProjectSiteArgs): pulumi.Input<string> {
    if (ranBefore === undefined) return "";
    if (typeof ranBefore !== "object" || !("on" in ranBefore)) {
      return pulumi.output(ranBefore).apply((before) => (before === "unknown" ? unknownRef : ""));
    }
    const { on, slug } = ranBefore;
    const running = new command.remote.Command(
      `${name}-running`,
      session({
        create: runningLauncher(slug),
        on: on,
        triggers: [machine.id],
      }),
      { parent: this, ignoreChanges: once },
    );
    return running.stdout.apply((said) => runningCommit(said, slug));
  }
}
