/** Booted hosts to measure on: a cloud of their own, and the keys that enter them. */

import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { renderUserData } from "../../components/clouds/user-data";
import {
  canBoot,
  clearHosts,
  ensureTemplate,
  layoutOf,
  type Machines,
  openMachines,
} from "../../packages/local-cloud/hosts";
import { tryRun } from "../../packages/local-cloud/hosts/process";
import { sshForms } from "../../packages/local-cloud/providers/tls/openssh";
import { thisComputer } from "../../rehearsal/computer";
import { cloudName } from "../../rehearsal/paths";

/** A machine with Docker on it, as a cloud's image with Docker is. */
export interface YardHost {
  readonly id: string;
  readonly address: string;
}

/** Hosts that boot at once: more would only wait for the same processors. */
const atOnce = 4;

/** A directory, hosts and keys; `clear` leaves nothing of them. */
export class HostYard {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-bench-"));
  /** The key that enters, for `ssh -i`. */
  readonly keyFile = path.join(this.directory, "key");
  /** Every host's key, by address. */
  readonly knownHosts = path.join(this.directory, "known_hosts");
  readonly publicKey: string;
  private readonly hostKey = newKey("ecdsa");
  private readonly layout = layoutOf(path.join(this.directory, "state"), cloudName);
  private machines: Machines | undefined;
  private made = 0;

  private constructor() {
    const key = newKey("ed25519");
    this.publicKey = key.publicKey;
    fs.writeFileSync(this.keyFile, key.privateKey, { mode: 0o600 });
    fs.writeFileSync(this.knownHosts, "");
  }

  /** Throws where hosts cannot boot, with what is missing. */
  static async open(say: (line: string) => void): Promise<HostYard> {
    const bootable = canBoot();
    if (!bootable.ok) throw new Error(`hosts cannot boot: ${bootable.reason}; ${bootable.fix}`);
    const template = await ensureTemplate(thisComputer(), say);
    const yard = new HostYard();
    yard.machines = await openMachines(yard.layout, template);
    return yard;
  }

  /** Hosts that are done with their first boot and rest. */
  async boot(count: number): Promise<YardHost[]> {
    const hosts: YardHost[] = [];
    for (let first = 0; first < count; first += atOnce) {
      const batch = Array.from({ length: Math.min(atOnce, count - first) }, () => this.bootOne());
      hosts.push(...(await Promise.all(batch)));
    }
    return hosts;
  }

  async remove(hosts: readonly YardHost[]): Promise<void> {
    for (const { id } of hosts) await this.machines?.delete(id);
  }

  /** Names a host's permanent key, which it has from now on beside the one it was booted with. */
  learn(address: string, publicKey: string): void {
    fs.appendFileSync(this.knownHosts, `${address} ${publicKey}\n`);
  }

  /** One SSH session; throws unless it ends well, with the end of what it said. */
  async session(login: string, address: string, command: string, input: string): Promise<string> {
    const done = await tryRun(["ssh", ...this.options(), `${login}@${address}`, command], {
      input,
    });
    if (done.code === 0) return done.stdout;
    throw new Error(
      `${login}@${address}: ${done.code}: ${(done.stdout + done.stderr).slice(-500)}`,
    );
  }

  /** What every SSH client here is told. */
  options(): string[] {
    const settings = {
      UserKnownHostsFile: this.knownHosts,
      GlobalKnownHostsFile: "/dev/null",
      StrictHostKeyChecking: "yes",
      IdentitiesOnly: "yes",
      IdentityAgent: "none",
      BatchMode: "yes",
    };
    const each = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    return ["-F", "/dev/null", "-i", this.keyFile, ...each];
  }

  async clear(): Promise<void> {
    const machines = this.machines;
    this.machines = undefined;
    await machines?.close();
    await clearHosts(this.layout);
    fs.rmSync(this.directory, { recursive: true, force: true });
  }

  private async bootOne(): Promise<YardHost> {
    const { machines } = this;
    if (!machines) throw new Error("the yard is cleared");
    const number = this.made;
    this.made += 1;
    const [id, address] = [`bench-${number}`, machines.addressAt(number)];
    const userData = renderUserData({
      login: "root",
      authorizedKeys: [this.publicKey],
      hostKey: this.hostKey,
    });
    const spec = { id, name: id, address, cloud: "digitalocean", login: "root" } as const;
    await machines.create({ ...spec, userData, docker: true });
    this.learn(address, this.hostKey.publicKey);
    await machines.ready(id, "booted", 180_000);
    return { id, address };
  }
}

/** A key pair in OpenSSH's form. */
export function newKey(type: "ecdsa" | "ed25519"): { privateKey: string; publicKey: string } {
  const { privateKey } =
    type === "ecdsa"
      ? generateKeyPairSync("ec", { namedCurve: "prime256v1" })
      : generateKeyPairSync("ed25519");
  const forms = sshForms(privateKey);
  return { privateKey: forms.privateKey, publicKey: forms.publicKey.trim() };
}
