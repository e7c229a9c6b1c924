/**
 * The network of one local cloud on this machine: a bridge that holds the gateway's address, one
 * cable (veth) a host with a route of its own, and one nftables table. Routed, not switched: every
 * packet from or to a host passes this machine's forwarding, so the firewall sees it, also between
 * two hosts. Cables belong to the supervisors and go away with them.
 */

import { existsSync, readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { withLock } from "../ground/lock";
import { type GuardedHost, renderRuleset, type ServicePorts } from "./firewall";
import { type Layout, linkOf } from "./layout";
import { limitsToRaise, raiseLimits, restoreLimits } from "./limits";
import { noteOf, notesOf } from "./notes";
import { run, tryRun } from "./process";

const forwarding = "/proc/sys/net/ipv4/ip_forward";

/** Left by the first local cloud that had to switch forwarding on, for the last that closes. */
const forwardingWasOff = "forwarding-was-off";

/**
 * What opening a network sets on this machine until the last local cloud is taken down, in words:
 * for a person to be told first. Nothing where all of it is set.
 */
export function machineSettings(): string[] {
  return [...(forwards() ? [] : ["net.ipv4.ip_forward from 0 to 1"]), ...limitsToRaise()];
}

/** Whether this machine's interfaces have IPv6: a kernel or a container may be without. */
export function hasIpv6(): boolean {
  const off = "/proc/sys/net/ipv6/conf/default/disable_ipv6";
  return existsSync(off) && readFileSync(off, "utf8").trim() === "0";
}

function forwards(): boolean {
  return readFileSync(forwarding, "utf8").trim() === "1";
}

/** One cloud at a time changes what all share: the last to close would undo what a new one just did. */
const sharedSettings = "/run/local-cloud-network.lock";

/** Brings the bridge and forwarding up; does nothing where they are. Refuses a range in use. */
export function openNetwork(layout: Layout): Promise<void> {
  return withLock(sharedSettings, () => open(layout));
}

async function open(layout: Layout): Promise<void> {
  const links = await run(["ip", "-o", "link", "show"]);
  if (!links.includes(`: ${layout.bridge}:`)) {
    const routes = await run(["ip", "-4", "route", "show", "table", "all", "root", layout.range]);
    if (routes.trim() !== "") {
      throw new Error(
        `${inUse(layout.range, routes)}; keep this local cloud's state in another directory`,
      );
    }
    await run(["ip", "link", "add", layout.bridge, "type", "bridge"]);
    // Whose it is, for a cloud that wants the same address.
    await run(["ip", "link", "set", layout.bridge, "alias", dirname(layout.home).slice(0, 255)]);
    await run(["ip", "address", "add", `${layout.gateway}/32`, "dev", layout.bridge]);
    await run(["ip", "link", "set", layout.bridge, "up"]);
  }
  await run(["ip", "address", "replace", `${layout.edge}/32`, "dev", layout.bridge]);
  if (hasIpv6()) {
    // Without looking for a double of it first: a bridge without ports answers nobody.
    const address6 = [`${layout.gateway6}/128`, "dev", layout.bridge, "nodad"];
    await run(["ip", "address", "replace", ...address6]);
  }
  // Whoever visits the edge from here is this machine, not the edge itself.
  const local = ["local", layout.edge, "dev", layout.bridge, "table", "local", "scope", "host"];
  await run(["ip", "route", "replace", ...local, "proto", "kernel", "src", layout.gateway]);
  if (!forwards()) {
    await writeFile(noteOf(layout, forwardingWasOff), "");
    await writeFile(forwarding, "1\n");
  }
  await raiseLimits(layout);
  await passForwardPolicy(layout);
}

/**
 * Refuses an address that this machine or another local cloud uses already: a seeded machine's
 * address is written in a stack file, so two clouds may want the same.
 */
export async function refuseTakenAddress(layout: Layout, address: string): Promise<void> {
  const routes = await run(["ip", "-4", "route", "show", "table", "all", "exact", `${address}/32`]);
  const others = routes.split("\n").filter((line) => line && !line.includes(`bv${layout.cloud}`));
  if (others.length === 0) return;
  const other = /\bbv([0-9a-f]{6})/.exec(others.join("\n"))?.[1];
  const directory = other && (await directoryOf(`bt${other}`));
  throw new Error(
    directory
      ? `address ${address} is in use by the local cloud in ${directory}; take that one down, or ` +
          "give the machine another address"
      : `${inUse(address, others.join("\n"))}; give the machine another address`,
  );
}

/** Whose bridge it is, as its cloud noted. Asked of `ip`: /sys may be another network namespace's. */
async function directoryOf(bridge: string): Promise<string | undefined> {
  const { stdout } = await tryRun(["ip", "-j", "link", "show", bridge]);
  const links = JSON.parse(stdout.trim() || "[]") as readonly { readonly ifalias?: string }[];
  return links.find(({ ifalias }) => ifalias)?.ifalias;
}

function inUse(what: string, routes: string): string {
  return `address ${what} is in use on this machine (${routes.trim().split("\n")[0]})`;
}

/**
 * A machine with a Docker or a firewall of its own drops what it forwards; an accepting table
 * cannot undo that, so the dropping chain gets two rules, marked with the table's name.
 */
async function passForwardPolicy(layout: Layout): Promise<void> {
  const listed = await tryRun(["iptables", "-S", "FORWARD"]).catch(() => undefined);
  if (!listed?.stdout.includes("-P FORWARD DROP") || listed.stdout.includes(layout.table)) return;
  for (const side of ["-i", "-o"]) {
    await run(["iptables", ...forwardRule("-I", side, layout)]);
  }
}

function forwardRule(action: "-I" | "-D", side: string, layout: Layout): string[] {
  const comment = ["-m", "comment", "--comment", layout.table];
  return ["-w", action, "FORWARD", side, `bv${layout.cloud}+`, ...comment, "-j", "ACCEPT"];
}

/** Gives a running host another address; `shell` is its supervisor's. */
export async function exchangeAddress(
  layout: Layout,
  hostId: string,
  shell: number,
  before: string,
  after: string,
): Promise<void> {
  const link = linkOf(layout, hostId);
  const inside = ["nsenter", "--target", String(shell), "--mount", "ip", "-n", "host"];
  await run([...inside, "address", "add", `${after}/32`, "dev", "host0"]);
  await run(["ip", "route", "replace", `${after}/32`, "dev", link, "src", layout.gateway]);
  await run(["ip", "route", "delete", `${before}/32`, "dev", link]);
  await run([...inside, "address", "delete", `${before}/32`, "dev", "host0"]);
  // Both routes go with an address that was their source; they are the new address's now.
  const gateway = `${layout.gateway}/32`;
  await run([...inside, "route", "replace", gateway, "dev", "host0", "src", after]);
  const rest = ["via", layout.gateway, "dev", "host0", "src", after];
  await run([...inside, "route", "replace", "default", ...rest]);
}

/** Puts the rules of all hosts in force at once. */
export async function applyRules(
  layout: Layout,
  hosts: readonly GuardedHost[],
  ports: ServicePorts,
): Promise<void> {
  await run(["nft", "-f", "-"], { input: renderRuleset(layout, hosts, ports) });
}

/** Takes everything of this cloud off the machine's network; what is gone already is no error. */
export async function closeNetwork(layout: Layout): Promise<void> {
  const links = (await tryRun(["ip", "-o", "link", "show"]).catch(() => undefined))?.stdout ?? "";
  for (const [, link] of links.matchAll(/^\d+: ([^:@]+)[:@]/gm)) {
    if (link === layout.bridge || link?.startsWith(`bv${layout.cloud}`)) {
      await tryRun(["ip", "link", "delete", link]);
    }
  }
  await tryRun(["nft", "delete", "table", "inet", layout.table]).catch(() => undefined);
  const listed = await tryRun(["iptables", "-S", "FORWARD"]).catch(() => undefined);
  if (listed?.stdout.includes(layout.table)) {
    for (const side of ["-i", "-o"]) await tryRun(["iptables", ...forwardRule("-D", side, layout)]);
  }
  await withLock(sharedSettings, restoreMachine);
}

/** Forwarding and limits are again what they were before the first local cloud, after the last. */
async function restoreMachine(): Promise<void> {
  const tables = (await tryRun(["nft", "list", "tables"]).catch(() => undefined))?.stdout ?? "";
  const links = (await tryRun(["ip", "-o", "link", "show"]).catch(() => undefined))?.stdout ?? "";
  // Of whatever name; other programs' tables and links do not end in six hex digits. A cloud that is
  // about to open has a bridge first.
  if (/^table inet [a-z_]+_[0-9a-f]{6}$/m.test(tables)) return;
  if (/^\d+: bt[0-9a-f]{6}[:@]/m.test(links)) return;
  await restoreLimits();
  const notes = await notesOf(forwardingWasOff);
  if (notes.length === 0) return;
  await writeFile(forwarding, "0\n");
  for (const note of notes) await rm(note, { force: true });
}

/** What the hosts ask for names where this machine answers them itself, at `server`. */
export async function resolverConfigurationAt(server: string): Promise<string> {
  const lines = (await resolverConfiguration()).split("\n");
  const rest = lines.filter((line) => !line.startsWith("nameserver"));
  return [`nameserver ${server}`, ...rest].join("\n");
}

/** The name servers of a configuration. */
export function nameServersIn(configuration: string): string[] {
  return [...configuration.matchAll(/^nameserver\s+(\S+)/gm)].map(([, server]) => server!);
}

/**
 * What the hosts ask for names: the machine's own name servers, without those that only the
 * machine itself reaches (a stub on 127.0.0.53).
 */
export async function resolverConfiguration(): Promise<string> {
  const files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];
  for (const file of files.filter((name) => existsSync(name))) {
    const lines = (await readFile(file, "utf8")).split("\n");
    const kept = lines.filter((line) => /^(nameserver|search|options)\s/.test(line));
    const usable = kept.filter((line) => !/^nameserver\s+(127\.|::1)/.test(line));
    if (usable.some((line) => line.startsWith("nameserver"))) return usable.join("\n") + "\n";
  }
  return "nameserver 1.1.1.1\nnameserver 9.9.9.9\n";
}
