/** How `ssh` is called: pinned to one host key, and never asking anything. */

import { printableLine } from "./printable";

/** Who logs in where, and to which machine it must be. */
export interface Visit {
  readonly login: string;
  /** IPv4 address or name. */
  readonly address: string;
  /** The machine's public host key, `type key [comment]`; the only one that is accepted. */
  readonly hostKey: string;
}

/** Bytes that a session may say, of either kind: the most that a script of Berth's says is a tenth. */
export const outputLimit = 4 * 1024 * 1024;

/** Seconds until a machine that does not answer is given up. */
export const connectSeconds = 10;

/** The line of a known_hosts file that holds this machine alone. */
export function knownHost({ address, hostKey }: Visit): string {
  const [type, key] = hostKey.trim().split(/\s+/);
  if (!type || !key) throw new Error(`the host key of ${address} is not a public key`);
  return `${address} ${type} ${key}\n`;
}

/** Options that pin a session to the key in a known_hosts file, whatever the person's own say. */
export function pinning(visit: Visit, knownHosts: string): string[] {
  return settings({
    UserKnownHostsFile: `"${knownHosts}"`,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    // Else a machine offers a key of another type first, and ssh speaks of a changed machine.
    HostKeyAlgorithms: visit.hostKey.trim().split(/\s+/)[0] ?? "",
    UpdateHostKeys: "no",
    CheckHostIP: "no",
    VerifyHostKeyDNS: "no",
    // An open connection of the person's would be used without a look at the key.
    ControlPath: "none",
    ConnectTimeout: String(connectSeconds),
  });
}

/** Options of a session that no person watches. Nothing of the person's own configuration counts. */
export function unattended(): string[] {
  return [
    "-F",
    "/dev/null",
    "-T",
    ...settings({
      BatchMode: "yes",
      PreferredAuthentications: "publickey",
      LogLevel: "ERROR",
      // A machine that goes away in the middle is noticed within a minute.
      ServerAliveInterval: "15",
      ServerAliveCountMax: "4",
    }),
  ];
}

/** Options by which exactly these keys are offered: public halves, found in the agent, or files. */
export function offering(files: readonly string[]): string[] {
  return [...settings({ IdentitiesOnly: "yes" }), ...files.flatMap((file) => ["-i", file])];
}

function settings(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** Why a session did not take place, or did not end as it should. */
export const faults = [
  "unreachable",
  "host-key",
  "login",
  "cut",
  "timeout",
  "idle",
  "flood",
] as const;
export type Fault = (typeof faults)[number];

const signs: readonly (readonly [RegExp, Fault])[] = [
  [/HOST IDENTIFICATION HAS CHANGED|Host key verification failed|no matching host key/, "host-key"],
  [/Permission denied|Too many authentication failures/, "login"],
  [/client_loop|Connection to \S+ closed|Broken pipe|Timeout, server \S+ not responding/, "cut"],
];

/** What ssh's own last words mean (its status was 255). */
export function faultOf(stderr: string): Fault {
  // Connected, and ended by a signal on the other side: the machine goes down, or sshd was killed.
  if (stderr.trim() === "") return "cut";
  return signs.find(([sign]) => sign.test(stderr))?.[1] ?? "unreachable";
}

/** A fault in words, with what to do. */
export function explain(fault: Fault, stderr: string): string {
  const said = printableLine(stderr.trim().split("\n").at(-1) ?? "");
  switch (fault) {
    case "unreachable":
      return `not reached: ${said}`;
    case "host-key":
      return (
        "wrong host key: refused before anything was sent. Another machine answers at this " +
        "address, or its key was exchanged; see docs/guides/a-node-is-lost.md"
      );
    case "login":
      return "the login was refused: the machine does not accept this key, or has no such account";
    case "cut":
      return `the session was cut${said && `: ${said}`}; run the same command again`;
    case "timeout":
      return "did not finish in time; another session may be at work there";
    case "idle":
      return (
        "let the login in and then did nothing of what it was told; log in by hand and see what " +
        "hangs there: a start-up file of the account, its home, sudo, a full disk"
      );
    case "flood":
      return (
        `said more than ${outputLimit / 1024 / 1024} MiB and was cut off; a machine that Berth looks ` +
        "at says a few kilobytes: find out what answers there"
      );
    default:
      return fault satisfies never;
  }
}
