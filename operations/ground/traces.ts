import { readFacts } from "./report";

/** What a machine tells of who may enter it, besides what is declared. */
export interface Traces {
  /** Ways in that are open, one sentence each. */
  readonly open: readonly string[];
  /** What no package, no image and no declaration explains: `kind: what`, sorted. */
  readonly found: readonly string[];
  /** What could not be looked at there. */
  readonly blind: readonly string[];
  /** ISO 8601: from when on things were looked at; absent where no mark of a time was found. */
  readonly since?: string;
}

/** Lines of one kind that are kept of one machine. */
const lineLimit = 500;

/** Reads what `evidenceScript` said. Undefined when it did not come to its end. */
export function readTraces(text: string): Traces | undefined {
  const facts = readFacts(text);
  if (facts.get("end")?.at(-1) !== "yes") return undefined;
  const lines = (name: string) => [...new Set(facts.get(name) ?? [])].slice(0, lineLimit);
  const seconds = Number(facts.get("since")?.at(-1) ?? NaN);
  const isTime = Number.isInteger(seconds) && seconds > 0 && seconds < 1e11;
  return {
    open: lines("open"),
    found: lines("found").sort(),
    blind: lines("blind"),
    ...(isTime ? { since: new Date(seconds * 1000).toISOString() } : {}),
  };
}

/** What is looked for on every machine, for the evidence itself to say. */
export const lookedFor: readonly string[] = [
  "accounts by name, number and home: expiry, password, shell, groups, root's number",
  "every sshd that listens, its settings and the files it was started with, and every list of keys they name",
  "programs that run: the person's, those of their sessions, and those of no package or service",
  "files in /etc, /usr and /opt, job lists of cron and at, and units and rules in /run that no package brought or that differ from it: units, timers, PAM, apt, loader, udev, modules, sudo, polkit, start-up files, hooks",
  "packages that were asked for, that no archive has, or that came past apt, by dpkg's and apt's own logs",
  "programs with the rights of others, capabilities, devices, hooks and settings of git repositories that run programs",
  "names in /etc/hosts, and authorities that programs trust",
  "start-up files of all other accounts, and services that run without a login",
  "Docker's containers that have the machine's root, processes, network, devices or its socket, also by a volume or a link, its plugins and its swarm",
];

/** What nobody looks for: who had root could have used each of these. */
export const notLookedFor: readonly string[] = [
  "what is older than the day that is named here, by the times of a machine whose clock and marks root can set; the package database itself",
  "the kernel, its memory, the boot loader and initial RAM disks, firmware, and programs that lie",
  "programs' memory, and settings that a running program read before its file was put back",
  "what runs inside containers, virtual machines and snaps, and their images and volumes",
  "applications: code, data, databases and their accounts, web shells, compiled Python files",
  "access lists (ACL), network rules, name servers, and tunnels that no program here holds",
  "members' dotfiles repositories, editors' and shells' plug-ins beyond the usual start-up files",
  "Berth's own files, which a converge rewrites and berth converge --check compares",
  "copies of keys, passwords, tokens and data, and what they open elsewhere",
];
