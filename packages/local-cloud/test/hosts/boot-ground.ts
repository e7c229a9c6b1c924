/** What the tests of booted hosts share: a cloud of their own, keys, and an SSH client. */

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  canBoot,
  clearHosts,
  ensureTemplate,
  freeDirectory,
  layoutOf,
  type Machines,
  type MachinesOptions,
  openMachines,
} from "../../hosts";
import { thisComputer } from "../../ground/computer";
import { type Finished, run, tryRun } from "../../hosts/process";

/** What the clouds of tests are called. */
export const cloudName = "test";

/** A key pair in OpenSSH's own format. */
export interface KeyPair {
  readonly file: string;
  readonly private: string;
  readonly public: string;
}

/** A directory that holds one cloud's state and the keys of one test file. */
export class Ground {
  readonly directory = freeDirectory("berth-hosts-", "state");
  readonly state = join(this.directory, "state");
  readonly layout = layoutOf(this.state, cloudName);
  private opened: Machines[] = [];

  /** Opens the machines, as the local cloud does when it starts. Fails where hosts cannot boot. */
  async open(options: MachinesOptions = {}): Promise<Machines> {
    const bootable = canBoot();
    if (!bootable.ok) {
      throw new Error(`these tests boot hosts: ${bootable.reason}; ${bootable.fix}`);
    }
    const template = await ensureTemplate(thisComputer(), (message) =>
      process.stderr.write(`${message}\n`),
    );
    const machines = await openMachines(this.layout, template, options);
    this.opened.push(machines);
    return machines;
  }

  key(name: string, type: "ecdsa" | "ed25519" = "ed25519"): KeyPair {
    const file = join(this.directory, name);
    execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", name, "-f", file]);
    const publicKey = readFileSync(`${file}.pub`, "utf8").trim();
    return { file, private: readFileSync(file, "utf8"), public: publicKey };
  }

  /** One command over SSH, pinned to a host key; a status of 255 is SSH's own refusal. */
  async ssh(
    login: string,
    address: string,
    keys: { readonly pinned: KeyPair; readonly mine: KeyPair },
    command: string,
  ): Promise<Finished> {
    const [type, key] = keys.pinned.public.split(" ");
    const known = join(this.directory, `known-${address}-${process.hrtime.bigint()}`);
    writeFileSync(known, `${address} ${type} ${key}\n`);
    const client = pinnedClient(keys.mine.file, known, type!, 5);
    return tryRun([...client, `${login}@${address}`, command]);
  }

  /** Takes everything down, also after a failed test. */
  async clear(): Promise<void> {
    for (const machines of this.opened) await machines.close();
    await clearHosts(this.layout);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** User data as a program gives it: a boot host key, and a key for the initial account. */
export function userData(login: "root" | "ubuntu", hostKey: KeyPair, mine: KeyPair): string {
  const entering = [mine.public];
  const config = {
    ssh_pwauth: false,
    chpasswd: { expire: false },
    ssh_deletekeys: true,
    ssh_keys: { ecdsa_private: hostKey.private, ecdsa_public: hostKey.public },
    ...(login === "root"
      ? {
          disable_root: false,
          users: [{ name: "root", lock_passwd: true, ssh_authorized_keys: entering }],
        }
      : { users: ["default"], ssh_authorized_keys: entering }),
  };
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}

/** Everything on this machine that carries a cloud's name, one line each; empty after a clear. */
export async function traces(layout: ReturnType<typeof layoutOf>): Promise<string[]> {
  const groups = await run(["find", "/sys/fs/cgroup", "-maxdepth", "2", "-name", layout.cgroup]);
  const links = await run(["ip", "-o", "link", "show"]);
  const routes = await run(["ip", "route", "show", "table", "all"]);
  const tables = await run(["nft", "list", "tables"]);
  const filters = await tryRun(["iptables", "-S"]).catch(() => ({ stdout: "" }));
  const mounts = readFileSync("/proc/self/mounts", "utf8");
  const processes = await run(["ps", "-eo", "pid,args"]);
  const named = new RegExp(
    `b[tv]${layout.cloud}|berth[_-]${layout.cloud}|${layout.home}|${layout.edge}\\b`,
  );
  return [groups, links, routes, tables, filters.stdout, mounts, processes]
    .flatMap((text) => text.split("\n"))
    .filter((line) => named.test(line));
}

/**
 * An SSH client that comes with one key and takes one kind of host key, from `known` alone; `seconds`
 * to connect. It agrees on the session's keys the cheapest way: the one that holds against tomorrow's
 * computers too takes 50 ms of processor time, and nobody listens here.
 */
export function pinnedClient(
  key: string,
  known: string,
  hostKeyType: string,
  seconds: number,
): readonly string[] {
  const settings = {
    UserKnownHostsFile: known,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    HostKeyAlgorithms: hostKeyType,
    KexAlgorithms: "curve25519-sha256",
    IdentitiesOnly: "yes",
    BatchMode: "yes",
    ConnectTimeout: String(seconds),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return ["ssh", "-F", "/dev/null", "-i", key, ...options];
}
