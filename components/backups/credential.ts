import * as iam from "@pulumi/aws/iam";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

import { fittingName, iamLimits } from "./iam-names";
import { createOnlyPolicy } from "./create-only-policy";
import type { Reached } from "../machine/connection";
import { backupKeyLauncher } from "../machine/launcher";
import { session } from "../machine/session";

/** Whose archives, and where to. */
export interface BackupCredentialArgs {
  /** Slug of the project. */
  readonly project: string;
  /** Name of the bucket. */
  readonly bucket: string;
  /** Where the project's archives lie in it (`backups/kmc/`). */
  readonly prefix: string;
  /** AWS region of the bucket. */
  readonly region: string;
  readonly stack: string;
  /** Password of the server that the machine dumps over the network. */
  readonly serverPassword?: pulumi.Input<string> | undefined;
  /** The machine that makes the archives; absent: none does, and the key stays in the state. */
  readonly machine?: Reached | undefined;
  /** What must be done on the machine first: it has the program that takes the key. */
  readonly after?: readonly pulumi.Resource[];
  /** The machine goes, and nobody could bring it anything any more. */
  readonly leaving?: boolean;
}

/**
 * A credential for one project on one node that can create its own archives and do nothing else: a
 * node that is broken into can neither read, list nor delete a backup, nor put another in its place.
 *
 * It is brought to its machine by a session of its own, on standard input, when it is made and whenever it is
 * another; the machine gives it up when the project leaves it.
 */
export class BackupCredential extends pulumi.ComponentResource {
  readonly accessKeyId: pulumi.Output<string>;
  /** Secret. */
  readonly secretAccessKey: pulumi.Output<string>;

  constructor(name: string, args: BackupCredentialArgs, opts?: pulumi.ComponentResourceOptions) {
    const { project, bucket, region } = args;
    super("berth:backups:BackupCredential", name, { project, bucket, region }, opts);
    const user = new iam.User(
      `${name}-writer`,
      {
        ...fittingName(`${name}-writer`, args.stack, iamLimits.user),
        path: "/berth/",
        tags: { berth: args.stack, project: args.project },
      },
      { parent: this },
    );
    new iam.UserPolicy(
      `${name}-write-only`,
      {
        ...fittingName(`${name}-write-only`, args.stack, iamLimits.policy),
        user: user.name,
        policy: createOnlyPolicy(bucket, args.prefix),
      },
      { parent: this },
    );
    const key = new iam.AccessKey(`${name}-key`, { user: user.name }, { parent: this });
    this.accessKeyId = key.id;
    this.secretAccessKey = key.secret;
    this.bringKey(name, args);
    this.registerOutputs({ accessKeyId: this.accessKeyId });
  }

  private bringKey(
    name: string,
    { project, machine, after = [], leaving = false, serverPassword }: BackupCredentialArgs,
  ): void {
    if (machine === undefined) return;
    const { accessKeyId, secretAccessKey } = this;
    new command.remote.Command(
      `${name}-delivered`,
      session({
        create: backupKeyLauncher(project),
        on: machine,
        stdin: pulumi.secret(
          pulumi.jsonStringify({
            ...{ accessKeyId, secretAccessKey },
            ...(serverPassword === undefined ? {} : { serverPassword }),
          }),
        ),
        triggers: [machine.id],
      }),
      {
        parent: this,
        dependsOn: [...after],
        ...(leaving ? { ignoreChanges: ["create", "connection", "stdin"] } : {}),
      },
    );
  }
}
