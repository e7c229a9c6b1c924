import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { Faults } from "../../packages/local-cloud/emulator/faults";
import { recordedMachines } from "../../packages/local-cloud/emulator/machines";
import { serve } from "../../packages/local-cloud/emulator/server";
import { World } from "../../packages/local-cloud/emulator/world";
import { aws } from "../../packages/local-cloud/providers/aws";
import { S3Client } from "../../packages/local-cloud/s3/client";
import { startS3, type S3Server } from "../../packages/local-cloud/s3/server";
import { obtainCli } from "../../packages/local-cloud/pulumi/cli";
import { cacheRoot } from "../../rehearsal/computer";
import { endOrphans } from "../../packages/local-cloud/cloud/dead-engines";
import { killWhole } from "../hosts/killing";

const repository = path.resolve(__dirname, "..", "..");

/** Two things to deploy, a secret, and a way to keep an update open: it waits for a file. */
const program = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { User } = require("@pulumi/aws/iam/user");
const { UserPolicy } = require("@pulumi/aws/iam/userPolicy");
const config = new pulumi.Config();
const hold = process.env.HOLD_UNTIL;
const free = async () => {
  while (hold && !fs.existsSync(hold)) await new Promise((next) => setTimeout(next, 50));
};
module.exports = async () => {
  await free();
  const user = new User("backup", { name: "kmc-backup" });
  const policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  new UserPolicy("write", { name: "write", user: user.name, policy });
  return { user: user.name, word: config.getSecret("word"), size: config.get("size") };
};
`;

/** How a command ended; `output` holds both streams. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** A person with a machine of their own: another engine home, another clone of the program. */
export interface Operator {
  readonly clone: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A state bucket on a real S3 server, and a small program on the emulated AWS. */
export class StateBench {
  readonly bucket = "agency-state";

  private constructor(
    private readonly directory: string,
    private readonly cli: string,
    readonly s3: S3Server,
    readonly world: World,
    readonly client: S3Client,
    private readonly emulator: { port: number; stop: () => Promise<void> },
  ) {}

  static async start(): Promise<StateBench> {
    const { bin } = await obtainCli({ say: () => undefined, cache: cacheRoot() });
    const s3 = await startS3({ cache: cacheRoot() });
    const world = new World();
    const cloud = {
      world,
      faults: new Faults(),
      machines: recordedMachines,
      now: () => new Date(),
    };
    const emulator = await serve(aws, cloud);
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-state-"));
    const client = new S3Client(s3.endpoint, { accessKeyId: "STATE", secretAccessKey: "state" });
    const bench = new StateBench(directory, bin, s3, world, client, emulator);
    await client.must("PUT", bench.bucket);
    return bench;
  }

  async stop(): Promise<void> {
    await this.emulator.stop();
    await this.s3.stop();
    endOrphans(this.url);
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  /** The form of address that docs/state.md gives for a server other than AWS. */
  get url(): string {
    return `s3://${this.bucket}?endpoint=${this.s3.endpoint}&s3ForcePathStyle=true&region=us-east-1`;
  }

  /** A new person; `passphrase` undefined: none is set. */
  operator(name: string, passphrase: string | undefined = "correct horse"): Operator {
    const clone = path.join(this.directory, name, "clone");
    fs.mkdirSync(clone, { recursive: true });
    fs.writeFileSync(
      path.join(clone, "Pulumi.yaml"),
      "name: tiny\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n",
    );
    fs.writeFileSync(path.join(clone, "package.json"), '{ "name": "tiny" }\n');
    fs.writeFileSync(path.join(clone, "index.js"), program);
    fs.symlinkSync(path.join(repository, "node_modules"), path.join(clone, "node_modules"));
    const inherited = Object.entries(process.env).filter(([key]) => !/^(AWS|PULUMI)_/.test(key));
    return {
      clone,
      env: {
        ...Object.fromEntries(inherited),
        PATH: [this.cli, process.env["PATH"]].join(path.delimiter),
        PULUMI_HOME: path.join(this.directory, name, "home"),
        PULUMI_BACKEND_URL: this.url,
        ...(passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: passphrase }),
        PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
        PULUMI_DEBUG_PROVIDERS: `aws:${this.emulator.port}`,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        AWS_ACCESS_KEY_ID: "STATE",
        AWS_SECRET_ACCESS_KEY: "state",
        AWS_REGION: "us-east-1",
        AWS_ENDPOINT_URL_KMS: this.s3.endpoint,
        AWS_RESPONSE_CHECKSUM_VALIDATION: "when_required",
      },
    };
  }

  /** Starts `pulumi` and leaves it running. */
  begin(who: Operator, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: who.clone,
      env: { ...who.env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<Outcome>((resolve, reject) => {
      let output = "";
      child.stdout.on("data", (data: Buffer) => (output += data.toString()));
      child.stderr.on("data", (data: Buffer) => (output += data.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, output }));
    });
    return { ended, crash: () => killWhole(child.pid!) };
  }

  /** Runs `pulumi` to its end; never throws for an exit code. */
  run(who: Operator, ...args: string[]): Promise<Outcome> {
    return this.begin(who, args).ended;
  }

  /** Like `run`, but a failure is an error with everything that was printed. */
  async must(who: Operator, ...args: string[]): Promise<string> {
    const { code, output } = await this.run(who, ...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${code}\n${output}`);
    return output;
  }

  /** A fresh stack with one deployment. */
  async deployed(who: Operator, stack: string): Promise<void> {
    await this.must(who, "stack", "init", stack);
    await this.must(who, "up", "--yes", "--skip-preview", "--stack", stack);
  }

  /** Whether a preview finds nothing to do. */
  async isUnchanged(who: Operator, stack: string): Promise<boolean> {
    const seen = await this.run(who, "preview", "--expect-no-changes", "--stack", stack);
    return seen.code === 0;
  }

  /** Empties the cloud: all stacks here make the same things. */
  clearCloud(): void {
    for (const { kind, id } of this.world.all()) this.world.remove(kind, id);
  }

  /** Where the backend keeps a stack's state. */
  stateKey(stack: string): string {
    return `.pulumi/stacks/tiny/${stack}.json`;
  }

  /** Keys of the locks that are held now. */
  async locks(): Promise<string[]> {
    return (await this.client.keys(this.bucket)).filter((key) => key.startsWith(".pulumi/locks/"));
  }
}
