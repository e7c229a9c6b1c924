/** What the tests of scripts on booted hosts share: keys, a declaration, and sessions. */

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { launcher } from "../../components/machine/launcher";
import {
  automationAccount,
  renderConverge,
  renderEnter,
  type MachineDeclaration,
} from "../../components/machine/script";
import { knockAt } from "../../components/node/knocking";
import { openingsOf } from "../../components/placement/openings";
import type { HostSpec, Machines, MachinesOptions } from "../../packages/local-cloud/hosts";
import { type Finished, tryRun } from "../../packages/local-cloud/hosts/process";
import {
  Ground,
  type KeyPair,
  pinnedClient,
} from "../../packages/local-cloud/test/hosts/boot-ground";
import { userData } from "./user-data";

/** Who comes, to which host key, with which key. */
export interface Visit {
  readonly login: string;
  readonly address: string;
  /** Public key of the host, as an authorized_keys line. */
  readonly pinned: string;
  readonly mine: KeyPair;
}

/** A cloud of booted hosts, and people with keys. */
export class Yard {
  readonly ground = new Ground();
  readonly boot = this.ground.key("boot", "ecdsa");
  readonly deployer = this.ground.key("deployer");
  readonly jenkins = this.ground.key("jenkins");
  readonly ana = this.ground.key("ana");
  readonly bob = this.ground.key("bob");
  machines!: Machines;
  private sessions = 0;

  /** Machines of a cloud; `services`: what they find at its gateway beside, as images. */
  async open(options: MachinesOptions = {}): Promise<void> {
    this.machines = await this.ground.open(options);
  }

  clear(): Promise<void> {
    return this.ground.clear();
  }

  /** A machine as the program declares those it makes. */
  declaration(changes: Partial<MachineDeclaration> = {}): MachineDeclaration {
    return {
      owner: "berth/prod",
      initialAccount: "root",
      members: [
        { name: "ana", keys: [this.ana.public] },
        { name: "bob", keys: [this.bob.public] },
      ],
      deployerKeys: [this.deployer.public],
      manage: ["people", "firewall", "proxy", "deploy"],
      openings: openingsOf({}, []),
      sites: [],
      deliveries: [],
      backups: [],
      madeByBerth: true,
      ...changes,
    };
  }

  /** Boots a machine with the program's own user data; answers its address. */
  async create(
    id: string,
    n: number,
    changes: Partial<HostSpec> = {},
    boot = this.boot,
  ): Promise<string> {
    const login = changes.login ?? "root";
    const address = changes.address ?? this.machines.addressAt(n);
    await this.machines.create({
      id,
      name: `host-${n}`,
      address,
      cloud: "digitalocean",
      login,
      ...(changes.cloud === "client" ? {} : { userData: userData(login, boot, this.deployer) }),
      ...changes,
    });
    await this.machines.ready(id);
    return address;
  }

  /**
   * One SSH session of five minutes at most; status 255 is SSH's own refusal. sshd turns an address
   * away for some seconds after failed logins (PerSourcePenalties), before it looks at any key: that
   * is no answer, so it is asked again.
   */
  async session(visit: Visit, command: string, input = ""): Promise<Finished> {
    for (let dial = 0; ; dial++) {
      const done = await tryRun(["timeout", "300", ...this.client(visit, command)], { input });
      const turnedAway =
        done.code === 255 && /Not allowed at this time|kex_exchange/.test(done.stderr);
      if (!turnedAway || dial === 20) return done;
      await sleep(1_000);
    }
  }

  /** A command of this computer, of a minute at most. */
  run(command: readonly string[]): Promise<Finished> {
    return tryRun(["timeout", "60", ...command], { input: "" });
  }

  /** A person at a terminal, who types a line whenever a prompt asks for one; what is seen. */
  terminal(visit: Visit, lines: readonly string[]): Promise<string> {
    const [program, ...rest] = ["timeout", "60", ...this.client(visit, undefined, true)];
    const child = spawn(program!, rest, { stdio: ["pipe", "pipe", "ignore"] });
    const left = [...lines];
    let seen = "";
    let shown = "";
    child.stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString("utf8");
      shown += chunk.toString("utf8");
      const line = /[$#] $/.test(shown) ? left.shift() : undefined;
      if (line === undefined) return;
      shown = "";
      child.stdin.write(`${line}\n`);
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", () => resolve(seen));
    });
  }

  /** The command line of an SSH session. */
  client({ login, address, pinned, mine }: Visit, command?: string, tty = false): string[] {
    const [type, key] = pinned.split(" ");
    this.sessions += 1;
    const known = join(this.ground.directory, `pinned-${this.sessions}`);
    writeFileSync(known, `${address} ${type} ${key}\n`);
    const client = pinnedClient(mine.file, known, type!, 10);
    return [
      ...client,
      ...(tty ? ["-tt"] : []),
      `${login}@${address}`,
      ...(command === undefined ? [] : [command]),
    ];
  }

  /** Enters a machine as the program does, and answers its permanent host key. */
  async enter(
    address: string,
    declaration = this.declaration(),
    pinned = this.boot.public,
    mine = this.deployer,
  ): Promise<string> {
    const visit = { login: declaration.initialAccount, address, pinned, mine };
    let done = await this.session(visit, launcher, renderEnter(declaration));
    // As the program dials again: a first boot restarts sshd once.
    for (let dial = 0; done.code === 255 && dial < 5; dial++) {
      await sleep(500);
      done = await this.session(visit, launcher, renderEnter(declaration));
    }
    if (done.code !== 0)
      throw new Error(`enter ended with ${done.code}: ${done.stdout}${done.stderr}`);
    return done.stdout.trim().split("\n").at(-1) ?? "";
  }

  /** Converges a machine as the program does. */
  async converge(
    address: string,
    pinned: string,
    declaration = this.declaration(),
    options: { readonly check?: boolean; readonly mine?: KeyPair } = {},
  ): Promise<Finished> {
    const visit = {
      login: automationAccount,
      address,
      pinned,
      mine: options.mine ?? this.deployer,
    };
    const knocking = knockAt(address);
    try {
      return await this.session(visit, launcher, renderConverge(declaration, options.check));
    } finally {
      knocking.stop();
    }
  }
}
