import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";

import type { PlannedStep } from "../engine/formats";
import type { Ended } from "../engine/program";
import { pulumi } from "../engine/pulumi";
import { readExport, type StackState, type StateResource } from "../engine/state";
import { discardCloud, type CloudCard } from "../packages/local-cloud/cloud/cloud";
import { rehearsalEnvironment } from "./environment";
import { ensureRehearsalCloud } from "./cloud";
import { cacheRoot } from "./computer";
import { postExisting } from "../packages/local-cloud/cloud/existing";
import { standInSecrets } from "./foreign-secrets";
import { ensureExisting } from "./existing";
import type { MachineKind } from "../packages/local-cloud/cloud/machine-kind";
import type { CloudPaths } from "../packages/local-cloud/cloud/paths";
import { cloudPaths, repository } from "./paths";
import { ensureStacks } from "../packages/local-cloud/cloud/stacks";
import { ensureStandIns, type Keyring } from "./stand-ins";
import type { Existing } from "../packages/local-cloud/providers/existing";
import { ensureProjects } from "./repositories";
import { sayOnStderr } from "./say";
import { freeDirectory } from "../packages/local-cloud/hosts";
import { obtainCli } from "../packages/local-cloud/pulumi/cli";

/** `berth:` keys without the prefix, by stack; `shared` goes into Pulumi.yaml. */
export interface ScratchFleet {
  readonly shared: Record<string, unknown>;
  readonly stacks: Record<string, Record<string, unknown>>;
}

/** What stands behind a scratch cloud's servers: records, unless told otherwise. */
export interface ScratchMachines {
  readonly machines?: MachineKind;
  /** The one stack whose machines that existed before are wanted; absent: all. */
  readonly stack?: string;
  /** Files that the cloud's directory holds before it starts, by path: a cloud of an earlier day. */
  readonly earlier?: Readonly<Record<string, string>>;
  /** Ends every run of `pulumi` when it is aborted. */
  readonly signal?: AbortSignal;
}

/** Kinds of what a cloud keeps for itself: numbers, addresses, ports, its authority, which certificates hold no longer. */
export const bookkeeping =
  /^(series|local\/.*|services\/port|cloudflare\/(origin_ca|revoked_origin_ca_certificate))$/;

/**
 * ts-node keeps what it compiled by the path of tsconfig.json. By the copy's own, each scratch directory
 * had the whole program compiled anew, and left two megabytes of it in the temporary directory.
 */
const compiledOnce = { PULUMI_NODEJS_TSCONFIG_PATH: path.join(repository, "tsconfig.json") };

/**
 * A local cloud and a copy of the program (by links) with stack files of their own, in a temporary
 * directory: what a test or a measurement runs on, without touching the clone or its rehearsal.
 */
export class ScratchCloud {
  private pairs: Keyring | undefined;

  private constructor(
    readonly paths: CloudPaths,
    readonly card: CloudCard,
    readonly project: string,
    readonly env: NodeJS.ProcessEnv,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * `fleet` undefined: the project's own committed stack files. What they say exists before Berth is
   * there; `existing` is there besides.
   */
  static async start(
    fleet?: ScratchFleet,
    existing: Existing = {},
    options: ScratchMachines = {},
  ): Promise<ScratchCloud> {
    const directory = freeDirectory("berth-scratch-", "cloud");
    const paths = cloudPaths({ BERTH_LOCAL_DIR: path.join(directory, "cloud") });
    try {
      return await ScratchCloud.make(paths, fleet, existing, options);
    } catch (error) {
      await discardCloud(paths);
      fs.rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  private static async make(
    paths: CloudPaths,
    fleet: ScratchFleet | undefined,
    existing: Existing,
    { machines = "recorded", stack, earlier = {}, signal }: ScratchMachines,
  ): Promise<ScratchCloud> {
    const { bin } = await obtainCli({ say: () => undefined, cache: cacheRoot() });
    writeFiles(paths.directory, earlier);
    const card = await ensureRehearsalCloud(paths, () => undefined, machines);
    const project = path.join(path.dirname(paths.directory), "project");
    mirror(project);
    const env = { ...rehearsalEnvironment(paths, card, bin), ...compiledOnce };
    const cloud = new ScratchCloud(paths, card, project, env, signal);
    if (fleet) cloud.write(fleet);
    else copyStackFiles(project);
    cloud.makeKeys();
    // First: a machine that exists is told when it is made where repositories are.
    if (machines !== "recorded") await ensureProjects(paths, project, sayOnStderr);
    await cloud.prepare(existing, stack);
    return cloud;
  }

  /** The rehearsal's keys. Throws where machines are records, which nobody enters. */
  get keys(): Keyring {
    if (!this.pairs) throw new Error("machines of this cloud are records and have no keys");
    return this.pairs;
  }

  /** Replaces the stack files. */
  write({ shared, stacks }: ScratchFleet): void {
    const values = Object.entries(shared).map(([key, value]) => [`berth:${key}`, { value }]);
    const base = { name: "berth", runtime: { name: "nodejs", options: { typescript: true } } };
    this.file("Pulumi.yaml", { ...base, config: Object.fromEntries(values) });
    for (const [stack, config] of Object.entries(stacks)) this.stack(stack, config);
  }

  /** Replaces one stack file. */
  stack(stack: string, config: Record<string, unknown>): void {
    const entries = Object.entries(config).map(([key, value]) => [`berth:${key}`, value]);
    this.file(`Pulumi.${stack}.yaml`, { config: Object.fromEntries(entries) });
    this.makeKeys();
  }

  /** Runs `pulumi` in the project; never throws for an exit code. */
  pulumi(...args: string[]): Promise<Ended> {
    return pulumi(args, {
      cwd: this.project,
      env: this.env,
      ...(this.signal ? { signal: this.signal } : {}),
    });
  }

  /** Runs `pulumi` and throws with everything it printed unless it succeeds. */
  async succeed(...args: string[]): Promise<Ended> {
    const ended = await this.pulumi(...args);
    if (ended.code !== 0) {
      throw new Error(`pulumi ${args.join(" ")}: ${ended.code}\n${ended.stdout}${ended.stderr}`);
    }
    return ended;
  }

  up(stack: string, ...args: string[]): Promise<Ended> {
    return this.succeed("up", "--yes", "--skip-preview", "--stack", stack, ...args);
  }

  /** The steps of a preview, without what stays the same. */
  async plan(stack: string, ...args: string[]): Promise<PlannedStep[]> {
    const { stdout } = await this.succeed("preview", "--json", "--stack", stack, ...args);
    const { steps } = JSON.parse(stdout) as { steps: PlannedStep[] };
    return steps.filter(({ op }) => op !== "same" && op !== "read");
  }

  async outputs(stack: string): Promise<Record<string, Record<string, Record<string, unknown>>>> {
    const { stdout } = await this.succeed(
      "stack",
      "output",
      "--json",
      "--show-secrets",
      "--stack",
      stack,
    );
    return JSON.parse(stdout) as Record<string, Record<string, Record<string, unknown>>>;
  }

  /** What a stack's state holds; `--show-secrets` opens its secrets. */
  async state(stack: string, ...args: string[]): Promise<StackState> {
    return readExport((await this.succeed("stack", "export", "--stack", stack, ...args)).stdout);
  }

  /** Edits every resource in a stack's state, as `pulumi state edit` would. */
  async rewriteState(stack: string, edit: (resource: StateResource) => void): Promise<void> {
    const file = path.join(path.dirname(this.project), "state.json");
    await this.succeed("stack", "export", "--show-secrets", "--stack", stack, "--file", file);
    const state = JSON.parse(fs.readFileSync(file, "utf8")) as {
      deployment: { resources: StateResource[] };
    };
    state.deployment.resources.forEach(edit);
    fs.writeFileSync(file, JSON.stringify(state));
    await this.succeed("stack", "import", "--stack", stack, "--file", file);
  }

  /** Asks the control door of the local cloud. */
  async control(method: string, door: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.card.control}${door}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${door}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Objects of one kind on the cloud. */
  async objects(kind: string): Promise<{ id: string; data: Record<string, unknown> }[]> {
    const door = `/objects/${encodeURIComponent(kind)}`;
    return (await this.control("GET", door)) as { id: string; data: Record<string, unknown> }[];
  }

  /** Everything on the cloud as `kind id`, without its own bookkeeping. */
  async inventory(): Promise<string[]> {
    const all = (await this.control("GET", "/objects")) as { kind: string; id: string }[];
    const owned = all.filter(({ kind }) => !bookkeeping.test(kind));
    return owned.map(({ kind, id }) => `${kind} ${id}`).sort();
  }

  /** Changes an object behind the program's back. */
  tamper(kind: string, id: string, changes: Record<string, unknown>): Promise<unknown> {
    const door = `/objects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
    return this.control("PATCH", door, changes);
  }

  /** Ends the cloud; nothing of it is left. */
  async stop(): Promise<void> {
    await discardCloud(this.paths);
    fs.rmSync(path.dirname(this.project), { recursive: true, force: true });
  }

  /** As every `npm run local` does: stack files may name new people. */
  private makeKeys(): void {
    if (this.card.machines === "recorded") return;
    this.pairs = ensureStandIns(this.paths.directory, this.project);
  }

  private async prepare(existing: Existing, stack: string | undefined): Promise<void> {
    ensureStacks(this.paths, this.project, this.card.vault);
    const missing = [
      ...(await ensureExisting(this.card, this.project, this.pairs, stack)),
      ...(await postExisting(this.card, existing)),
    ];
    if (missing.length > 0) throw new Error(`the local cloud lacks ${missing.join("; ")}`);
  }

  private file(name: string, content: unknown): void {
    fs.writeFileSync(path.join(this.project, name), stringify(content));
  }
}

/** The program itself, by links: the engine runs it in a directory with other stack files. */
function mirror(project: string): void {
  fs.mkdirSync(project);
  for (const name of [
    "index.ts",
    "components",
    "engine",
    "operations",
    "packages",
    "policies",
    "rehearsal",
    "tools",
    "package.json",
    "tsconfig.json",
    "node_modules",
  ]) {
    fs.symlinkSync(path.join(repository, name), path.join(project, name));
  }
}

function writeFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}

function copyStackFiles(project: string): void {
  for (const name of fs.readdirSync(repository)) {
    if (/^Pulumi(\..+)?\.yaml$/.test(name)) {
      fs.copyFileSync(path.join(repository, name), path.join(project, name));
    }
  }
  standInSecrets(project);
}
