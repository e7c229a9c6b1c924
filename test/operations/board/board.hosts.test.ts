import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { machineOf } from "../../../components/machine/declaration";
import type { MachineDeclaration } from "../../../components/machine/script";
import type { Board } from "../../../operations/board/assemble";
import { main } from "../../../operations/board/board";
import { collectorsOf } from "../../../operations/board/collectors/collectors";
import { visits } from "../../../operations/board/collectors/visits";
import type { ColumnName } from "../../../operations/board/columns";
import type { Context } from "../../../operations/ground/context";
import { readFleets } from "../../../operations/ground/reading";
import { Authority, together } from "../../machine/certificates";
import { project, Quay } from "../../machine/quay";
import { TestResolver } from "../resolver";

const port = 18_016;

/** A machine as a stack file declares it, with one project that it delivers. */
class Declared extends Quay {
  readonly directory = join(this.yard.ground.directory, "project");
  /** What the forge has of the repository. */
  readonly forge = join(this.yard.ground.directory, "forge");
  readonly authority = new Authority("an authority that visitors trust");
  readonly resolver = new TestResolver();
  /** The host key that it always had. */
  private readonly own = this.yard.ground.key("host");
  private agent: ChildProcess | undefined;

  protected override get wanted(): Partial<MachineDeclaration> {
    const [fleet] = readFleets(this.context(), {}).fleets;
    return machineOf("berth", fleet!, fleet!.nodes[0]!);
  }

  /** Boots it, brings its certificate and delivers what is committed. */
  async deliver(): Promise<void> {
    await this.yard.open();
    await this.resolver.open();
    this.address = this.yard.machines.addressAt(0);
    this.resolver.records["shop.example.org"] = "edge";
    this.resolver.records["direct.shop.example.org"] = this.address;
    this.declare();
    const { own, yard } = this;
    await yard.create(this.id, 0, {
      ...{ cloud: "client", docker: true, authorizedKeys: [yard.deployer.public] },
      seed: { hostKeys: { ed25519: { private: own.private, public: own.public } } },
    });
    await yard.machines.ready(this.id, "booted");
    this.key = own.public;
    await yard.enter(this.address, yard.declaration(this.wanted), own.public);
    await this.onHost(this.ground);
    const done = await this.converge();
    expect(done, `${done.stdout}${done.stderr}`).toMatchObject({ code: 0 });
    await this.commit("shop", project("shop"), "Begin", "develop");
    await this.publish();
    const pem = together(this.authority.issue(["shop.example.org"], 200));
    await this.onHost("berth-proxy certificate shop >/dev/null", pem);
    const said = await this.site("deploy shop --by ana");
    expect(said, `${said.stdout}${said.stderr}`).toMatchObject({ code: 0 });
  }

  /** Stack files of an agency with this machine alone. */
  private declare(): void {
    fs.mkdirSync(this.directory, { recursive: true });
    const { ana, bob, deployer } = this.yard;
    const zones = { "example.org": "a".repeat(32) };
    const agency = { name: "acme", domains: ["acme.dev"], zones, awsAccount: "413528927365" };
    const members = { ana: { keys: [ana.public] }, bob: { keys: [bob.public] } };
    const team = { members, deployers: { ci: deployer.public } };
    const write = (name: string, content: object) =>
      fs.writeFileSync(join(this.directory, name), stringify(content));
    write("Pulumi.yaml", {
      name: "berth",
      config: { "berth:agency": { value: agency }, "berth:team": { value: team } },
    });
    const shop = {
      ...{ domain: "shop.example.org", access: ["ana", "bob"], httpPort: port },
      ...{ repository: "git@git.example:shop.git", health: { path: "/healthz", seconds: 20 } },
    };
    const server = { address: this.address, login: "root", hostKey: this.own.public };
    const node = { server, manage: ["people", "proxy", "deploy"] };
    write("Pulumi.stage.yaml", {
      config: { "berth:projects": { shop }, "berth:nodes": { shop: node } },
    });
  }

  /** Brings the repository's head to the forge. */
  async publish(): Promise<void> {
    const bundle = join(this.yard.ground.directory, "bundle");
    const text = await this.onHost("git -C /srv/git/shop.git bundle create -q - --all | base64");
    fs.writeFileSync(bundle, Buffer.from(text, "base64"));
    fs.rmSync(this.forge, { recursive: true, force: true });
    execFileSync("git", ["clone", "-q", "--bare", bundle, join(this.forge, "shop.git")]);
  }

  context(): Context {
    const socket = join(this.yard.ground.directory, "agent");
    const nodes = {
      shop: { address: this.address, hostKey: this.key, projects: ["shop"] },
    };
    const node = { projects: ["shop"], provider: "client" };
    const outputs = { nodes: { shop: node }, projects: {}, backups: {} } as never;
    return {
      directory: this.directory,
      env: {
        ...{ PATH: process.env["PATH"], HOME: this.directory, SSH_AUTH_SOCK: socket },
        ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: `url.${this.forge}/.insteadOf` },
        GIT_CONFIG_VALUE_0: "git@git.example:",
        ...this.resolver.env(),
      },
      now: new Date(),
      out: () => undefined,
      say: () => undefined,
      published: () => Promise.resolve({ nodes, interrupted: [], outputs }),
      keys: (fleet) => fleet,
    };
  }

  /** The agent of who looks at the board. */
  async keys(): Promise<void> {
    const env = this.context().env;
    const socket = env["SSH_AUTH_SOCK"]!;
    this.agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    for (let look = 0; !fs.existsSync(socket) && look < 100; look++) await sleep(50);
    execFileSync("ssh-add", ["-q", this.yard.deployer.file], { env });
  }

  /** `berth board --json`, by someone to whom the site's name leads to this machine. */
  async board(): Promise<{ code: number; board: Board; seconds: number }> {
    let out = "";
    const begun = Date.now();
    const context = { ...this.context(), out: (text: string) => void (out += text) };
    const { address, authority } = this;
    const code = await main(context, ["--json"], (own, fleets) => ({
      ...collectorsOf(own, fleets),
      visits: visits(own, {
        ca: authority.certificate,
        lookup: (_name, { all }, found) =>
          all ? found(null, [{ address, family: 4 }]) : found(null, address, 4),
      }),
    }));
    return { code, board: JSON.parse(out) as Board, seconds: (Date.now() - begun) / 1000 };
  }

  async leave(): Promise<void> {
    this.agent?.kill();
    await this.resolver.close();
    this.authority.remove();
    await this.yard.clear();
  }
}

describe("the board of a machine that boots", () => {
  const host = new Declared();
  const statesOf = ({ rows: [row] }: Board, names: readonly ColumnName[]) =>
    Object.fromEntries(names.map((name) => [name, row!.cells[name].state]));

  beforeAll(async () => {
    await host.deliver();
    await host.keys();
  });
  afterAll(() => host.leave());

  it("sees the site, its version, its certificate and the machine as they are", async () => {
    const { board } = await host.board();
    expect(board.rows).toHaveLength(1);
    const { cells } = board.rows[0]!;
    const wanted: Partial<Record<ColumnName, string>> = {
      ...{ edge: "good", origin: "good", commit: "good", containers: "good", certificate: "good" },
      ...{ people: "good", drift: "good", updates: "good" },
      ...{ backup: "none", drill: "none", grace: "none", cost: "none" },
    };
    const names = Object.keys(wanted) as ColumnName[];
    expect(statesOf(board, names), JSON.stringify(cells, undefined, 1)).toEqual(wanted);
    expect(cells.containers.value).toBe("3 of 3");
    expect(cells.people.value).toBe("ana, bob");
    expect(cells.drift.value).toBe("as declared (its check, images, names)");
    expect(cells.disk.value).toMatch(/^\d+%$/);
    expect(cells.edge).toMatchObject({ source: "https://shop.example.org/healthz" });
  });

  it("sees what fails there, and a head that nobody delivered", async () => {
    await host.onHost(
      `docker kill $(docker ps -q --filter label=com.docker.compose.service=nginx) >/dev/null
chmod 750 /home/ana/.ssh
touch /run/reboot-required`,
    );
    await host.commit("shop", {}, "Not delivered", "develop");
    await host.publish();
    const { code, board } = await host.board();
    expect(code).toBe(1);
    const names: ColumnName[] = ["edge", "origin", "containers", "drift", "commit", "updates"];
    expect(new Set(Object.values(statesOf(board, names)))).toEqual(new Set(["bad"]));
    expect(board.rows[0]!.cells.containers.why).toContain("nginx: exited");
  });

  it("knows nothing of it once it is dead, says why, and is done within a minute", async () => {
    await host.yard.machines.stop(host.id, { force: true });
    const { code, board, seconds } = await host.board();
    expect(code).toBe(1);
    expect(seconds).toBeLessThan(60);
    const names: ColumnName[] = [
      ...(["origin", "people", "containers", "disk", "certificate", "drift"] as const),
      ...(["commit", "updates"] as const),
    ];
    expect(new Set(Object.values(statesOf(board, names)))).toEqual(new Set(["unknown"]));
    expect(board.rows[0]!.cells.drift.why).toContain("not reached");
    expect(board.rows[0]!.cells.edge).toMatchObject({ state: "bad" });
  });
});
