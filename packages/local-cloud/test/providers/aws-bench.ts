import type { Context } from "../../emulator/handler";
import type { Props } from "../../emulator/values";
import { World } from "../../emulator/world";
import type { Account } from "../../s3/account";
import { aws } from "../../providers/aws";
import { notedMachines, type MachineCall } from "./noted-machines";

/** The emulated AWS on a world of its own, called the way the engine calls it. */
export class AwsBench {
  readonly world = new World();
  readonly machineCalls: MachineCall[] = [];
  readonly context: Context;

  /** `account`: where its buckets, keys and policies are real. */
  constructor(config: Props = { region: "us-east-1" }, account?: Account) {
    this.context = {
      world: this.world,
      config,
      machines: notedMachines(this.machineCalls),
      ...(account ? { account } : {}),
      now: () => new Date("2026-11-21T12:00:00.123Z"),
      log: () => undefined,
      environment: () => undefined,
      caller: () => ({ environment: {}, directory: "/" }),
      signal: new AbortController().signal,
      gone: new AbortController().signal,
    };
  }

  private handler(type: string) {
    const found = aws.resources.find((resource) => resource.type === type);
    if (!found) throw new Error(`no ${type}`);
    return found;
  }

  private subject(type: string, name: string) {
    return { urn: `urn:pulumi:test::berth::${type}::${name}`, name, type };
  }

  check(type: string, news: Props, olds: Props = {}) {
    return this.handler(type).check(this.subject(type, "it"), olds, news, this.context);
  }

  /** Failure texts of Check; empty when it accepts. */
  failures(type: string, news: Props): string[] {
    return (this.check(type, news).failures ?? []).map(({ reason }) => reason);
  }

  /** Check, then create for real. */
  async make(type: string, news: Props) {
    const inputs = this.check(type, news).inputs;
    const made = await this.handler(type).create(
      this.subject(type, "it"),
      inputs,
      false,
      this.context,
    );
    return { ...made, type, inputs };
  }

  async preview(type: string, news: Props): Promise<Props> {
    const inputs = this.check(type, news).inputs;
    const subject = this.subject(type, "it");
    return (await this.handler(type).create(subject, inputs, true, this.context)).outputs;
  }

  diff(made: { id: string; type: string; outputs: Props; inputs: Props }, news: Props) {
    const checked = this.check(made.type, news, made.inputs).inputs;
    return this.handler(made.type).diff(
      { ...this.subject(made.type, "it"), id: made.id },
      { olds: made.outputs, oldInputs: made.inputs, news: checked },
      this.context,
    );
  }

  async update(made: { id: string; type: string; outputs: Props; inputs: Props }, news: Props) {
    const checked = this.check(made.type, news, made.inputs).inputs;
    const outputs = await this.handler(made.type).update(
      { ...this.subject(made.type, "it"), id: made.id },
      { olds: made.outputs, oldInputs: made.inputs, news: checked },
      false,
      this.context,
    );
    return { ...made, outputs, inputs: checked };
  }

  read(type: string, id: string, known: { outputs?: Props; inputs?: Props } = {}) {
    return this.handler(type).read(
      { ...this.subject(type, "it"), id },
      { outputs: known.outputs ?? {}, inputs: known.inputs ?? {} },
      this.context,
    );
  }

  delete(made: { id: string; type: string; outputs: Props }): Promise<void> {
    const subject = { ...this.subject(made.type, "it"), id: made.id };
    return this.handler(made.type).delete(subject, made.outputs, this.context);
  }

  invoke(token: string, args: Props): Promise<Props> {
    return Promise.resolve().then(() => aws.invokes![token]!(args, this.context));
  }
}

export const types = {
  instance: "aws:ec2/instance:Instance",
  eip: "aws:ec2/eip:Eip",
  association: "aws:ec2/eipAssociation:EipAssociation",
  group: "aws:ec2/securityGroup:SecurityGroup",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  keyPair: "aws:ec2/keyPair:KeyPair",
  image: "aws:ec2/amiFromInstance:AmiFromInstance",
  bucket: "aws:s3/bucket:Bucket",
  versioning: "aws:s3/bucketVersioning:BucketVersioning",
  policy: "aws:s3/bucketPolicy:BucketPolicy",
  lock: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  user: "aws:iam/user:User",
  userPolicy: "aws:iam/userPolicy:UserPolicy",
  accessKey: "aws:iam/accessKey:AccessKey",
  people: "aws:iam/group:Group",
  groupPolicy: "aws:iam/groupPolicy:GroupPolicy",
} as const;
