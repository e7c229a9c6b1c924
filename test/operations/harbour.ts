/** What the tests of `berth` on booted hosts share: a fleet of three, its people, and their agents. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

import { launcher } from "../../components/machine/launcher";
import { renderEnter } from "../../components/machine/script";
import type { Machines } from "../../packages/local-cloud/hosts";
import type { Finished } from "../../packages/local-cloud/hosts/process";
import { berth } from "../../operations/berth";
import { convergeAll } from "../../operations/fleet/converge";
import type { Context } from "../../operations/ground/context";
import { survey } from "../../operations/fleet/fleet";
import type { PublishedNode } from "../../operations/ground/published";
import { visit } from "../../operations/ground/ssh";
import { Ground, type KeyPair } from "../../packages/local-cloud/test/hosts/boot-ground";
import { Archives } from "../machine/archives";
import { Authority, together } from "../machine/certificates";
import { userData } from "../machine/user-data";
import { TestResolver } from "./resolver";

/** What a command printed, and its status. */
export interface Told {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

type Team = {
  members: Record<string, { keys: string[] }>;
  groups: Record<string, string[]>;
  deployers: Record<string, string>;
};

/** Nodes by stack: an environment with two machines, and a host stack with one. */
const nodes = { prod: ["alpha", "beta"], "prod-b": ["gamma"] } as const;

/** A fleet of three booted hosts that were deployed, in a project of its own. */
export class Harbour {
  readonly ground = new Ground();
  readonly project = join(this.ground.directory, "project");
  readonly boot = this.ground.key("boot", "ecdsa");
  readonly ana = this.ground.key("ana");
  readonly sam = this.ground.key("sam");
  readonly jenkins = this.ground.key("jenkins");
  readonly laptop = this.ground.key("laptop");
  /** What commands take for the present. */
  now = new Date("2026-11-21T12:00:00Z");
  /** The agency's account at AWS. */
  readonly archives = new Archives();
  /** Who is asked where names lead. */
  readonly resolver = new TestResolver();
  private readonly authority = new Authority("Origins of the harbour");
  machines!: Machines;
  team: Team = {
    members: { ana: { keys: [this.ana.public] }, sam: { keys: [this.sam.public] } },
    groups: { everyone: ["ana", "sam"] },
    deployers: { jenkins: this.jenkins.public },
  };
  /** What the engine would answer, by stack. */
  readonly published: Record<string, { nodes: Record<string, PublishedNode> }> = {};
  private readonly agents = new Map<string, { child: ChildProcess; socket: string }>();

  /** Boots, enters and converges the fleet, as a deployment does. */
  async open(): Promise<void> {
    this.machines = await this.ground.open();
    await this.archives.open();
    await this.resolver.open();
    mkdirSync(this.project);
    this.declare({});
    await Promise.all(
      Object.entries(nodes).flatMap(([stack, names]) =>
        names.map((name) => this.enter(stack, name, Object.values(nodes).flat().indexOf(name))),
      ),
    );
    const keys = { env: this.env(this.jenkins) };
    const context = this.context(keys.env);
    const { machines } = await survey(context, {});
    const done = await convergeAll(
      machines,
      { keys },
      { check: false, parallel: 3, say: context.say },
    );
    for (const { machine, outcome } of done) {
      if (outcome.kind !== "done")
        throw new Error(`${machine.node.name}: ${JSON.stringify(outcome)}`);
      await this.certify(machine.node.name, 400);
    }
  }

  /** Brings a machine a certificate for its site, as the session of a deployment does. */
  async certify(name: string, days: number): Promise<void> {
    const pair = this.authority.issue([`${name}.acme.dev`], days);
    const bring = `berth-proxy certificate ${name} <<'PEM'\n${together(pair)}PEM`;
    await this.on(name, bring);
  }

  /** Writes the stack files, with changes to the team. */
  declare(changes: Partial<Team>): void {
    this.team = { ...this.team, ...changes };
    const agency = {
      name: "acme",
      domains: ["acme.dev"],
      zones: { "acme.dev": "a".repeat(32) },
      awsAccount: "413528927365",
    };
    const project = (slug: string) => ({
      domain: `${slug}.acme.dev`,
      access: ["everyone"],
      backup: { database: "none" },
    });
    const all = Object.values(nodes).flat();
    const projects = Object.fromEntries(all.map((slug) => [slug, project(slug)]));
    this.write("Pulumi.yaml", {
      name: "harbour",
      runtime: "nodejs",
      config: { "berth:agency": { value: agency }, "berth:team": { value: this.team } },
    });
    // gamma's own machine in prod was never deployed: it is served by the host stack.
    const prod = { ...projects, gamma: { ...projects["gamma"], servedBy: "prod-b" } };
    this.write("Pulumi.prod.yaml", { config: { "berth:projects": prod } });
    this.write("Pulumi.prod-b.yaml", {
      config: { "berth:environment": "prod", "berth:projects": { gamma: {} } },
    });
  }

  /** Runs `berth` with an agent that holds these keys. */
  berth(argv: readonly string[], ...held: readonly KeyPair[]): Promise<Told> {
    return this.berthIn(this.env(...held), argv);
  }

  /** Runs `berth` in an environment. */
  async berthIn(env: NodeJS.ProcessEnv, argv: readonly string[]): Promise<Told> {
    let out = "";
    let said = "";
    const context: Context = {
      ...this.context(env),
      out: (text) => void (out += text),
      say: (text) => void (said += text),
    };
    return { code: await berth(context, argv), out, said };
  }

  /** `berth` as a process of its own, with an engine that answers what was published. */
  start(argv: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const bin = join(this.ground.directory, "bin");
    mkdirSync(bin, { recursive: true });
    for (const [stack, published] of Object.entries(this.published)) {
      const resources = [{ type: "pulumi:pulumi:Stack", urn: stack, outputs: published }];
      writeFileSync(join(bin, `${stack}.json`), JSON.stringify({ deployment: { resources } }));
    }
    const engine = `#!/bin/sh
while [ "$1" != --stack ]; do shift; done
exec cat "${bin}/$2.json"
`;
    writeFileSync(join(bin, "pulumi"), engine, { mode: 0o755 });
    const entry = join(__dirname, "run-berth.ts");
    return spawn(process.execPath, ["--import", "tsx", entry, this.project, ...argv], {
      env: { ...env, PATH: `${bin}:${process.env["PATH"]}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  /** The same, to its end. */
  process(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
    const child = this.start(argv, env);
    let [stdout, stderr] = ["", ""];
    child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve) =>
      child.on("close", (code) => resolve({ code: code ?? 255, stdout, stderr })),
    );
  }

  /** A context with an agent. */
  context(env: NodeJS.ProcessEnv): Context {
    return {
      directory: this.project,
      env,
      now: this.now,
      out: () => undefined,
      say: () => undefined,
      published: (stack) => {
        const published = this.published[stack];
        return Promise.resolve(published && { ...published, interrupted: [] });
      },
      keys: (fleet) => fleet,
    };
  }

  /** An environment whose ssh-agent holds exactly these keys. */
  env(...held: readonly KeyPair[]): NodeJS.ProcessEnv {
    const name = held.map(({ file }) => file).join(" ");
    const started = this.agents.get(name) ?? this.startAgent(held);
    this.agents.set(name, started);
    return {
      ...{ PATH: process.env["PATH"], HOME: this.project, SSH_AUTH_SOCK: started.socket },
      ...this.archives.env(),
      ...this.resolver.env(),
    };
  }

  /** One SSH session as a person, outside of `berth`. */
  as(person: "ana" | "sam", node: string, command: string): Promise<Finished> {
    const { address, hostKey } = this.at(node);
    const pinned = { file: "", private: "", public: hostKey };
    return this.ground.ssh(person, address, { pinned, mine: this[person] }, command);
  }

  /** Runs a script on a node, past sshd. */
  async on(node: string, script: string): Promise<string> {
    const done = await this.machines.exec(node, ["bash", "-c", script]);
    if (done.code !== 0) throw new Error(`${node}: ${script}: ${done.stderr}${done.stdout}`);
    return done.stdout;
  }

  at(node: string): PublishedNode {
    const found = Object.values(this.published).flatMap((stack) => stack.nodes[node] ?? [])[0];
    if (!found) throw new Error(`no node ${node}`);
    return found;
  }

  async clear(): Promise<void> {
    this.authority.remove();
    await this.resolver.close();
    for (const { child } of this.agents.values()) child.kill();
    await this.ground.clear();
    await this.archives.close();
  }

  private async enter(stack: string, name: string, index: number): Promise<void> {
    const address = this.machines.addressAt(index);
    await this.machines.create({
      id: name,
      name,
      address,
      cloud: "scaleway",
      login: "root",
      userData: userData("root", this.boot, this.jenkins),
    });
    await this.machines.ready(name, "booted");
    const session = await visit(
      { login: "root", address, hostKey: this.boot.public },
      { env: this.env(this.jenkins) },
      { command: launcher, input: renderEnter(this.bare(stack)), timeoutMs: 120_000 },
    );
    if (session.kind === "fault") throw new Error(`${name}: ${session.detail}`);
    const hostKey = session.stdout.trim().split("\n").at(-1) ?? "";
    const stackNodes = (this.published[stack] ??= { nodes: {} }).nodes;
    stackNodes[name] = { address, hostKey, projects: [name] };
    this.resolver.records[`${name}.acme.dev`] = "edge";
    this.resolver.records[`${name}-direct.acme.dev`] = address;
  }

  private bare(stack: string) {
    return {
      owner: `harbour/${stack}`,
      initialAccount: "root",
      members: [],
      deployerKeys: [this.jenkins.public],
      manage: ["people"] as const,
      openings: [],
      sites: [],
      deliveries: [],
      backups: [],
      madeByBerth: true,
    };
  }

  private startAgent(held: readonly KeyPair[]): { child: ChildProcess; socket: string } {
    const socket = join(this.ground.directory, `agent-${this.agents.size}`);
    const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    const until = Date.now() + 5_000;
    while (!existsSync(socket) && Date.now() < until) execFileSync("sleep", ["0.05"]);
    for (const { file } of held) {
      execFileSync("ssh-add", ["-q", file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    }
    return { child, socket };
  }

  private write(file: string, content: unknown): void {
    writeFileSync(join(this.project, file), stringify(content));
  }
}
