import * as net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { automationAccount } from "../../components/machine/script";
import type { KeyPair } from "../../rehearsal/stand-ins";
import { visit, type Session } from "../../operations/ground/ssh";

/** Where a machine is, and as whom it can be visited. */
export interface Way {
  readonly address: string;
  readonly hostKey: string;
  readonly login: string;
  readonly mine: KeyPair;
}

/** Keys that let somebody in, by name: members and other accounts, and who may deploy. */
export interface Doors {
  readonly people: Readonly<Record<string, readonly string[]>>;
  readonly deployers: Readonly<Record<string, readonly string[]>>;
}

/** What a visitor finds on a machine. */
export interface Inside {
  /** The running system: another after each boot. */
  readonly boot: string;
  /** A text that the first visit left on the disk. */
  readonly disk: string;
  readonly doors: Doors;
}

/** As sshd decides: accounts that are not expired, root where it may log in, keys line by line. */
const look = `set -eu
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
[ -s /srv/kept ] || cat /proc/sys/kernel/random/uuid >/srv/kept
echo "disk $(cat /srv/kept)"
getent passwd | while IFS=: read -r name _ _ _ _ home _; do
  [ -s "$home/.ssh/authorized_keys" ] || continue
  expires=$(getent shadow "$name" | cut -d: -f8)
  [ -z "$expires" ] || [ "$expires" -gt $(($(date +%s) / 86400)) ] || continue
  [ "$name" != root ] || ! sshd -T | grep -qx 'permitrootlogin no' || continue
  grep -o 'AAAA[A-Za-z0-9+/=]*' "$home/.ssh/authorized_keys" | sed "s/^/key $name /"
done`;

/** Goes to a machine and looks around as root. `named`: deployers by key. */
export async function inside(way: Way, named: ReadonlyMap<string, string>): Promise<Inside> {
  const session = await enter(
    way,
    "if [ $(id -u) = 0 ]; then bash -s; else sudo -n bash -s; fi",
    look,
  );
  if (session.kind !== "ended" || session.code !== 0) {
    throw new Error(`${way.login}@${way.address}: ${JSON.stringify(session)}`);
  }
  const lines = session.stdout.split("\n").map((line) => line.split(" "));
  const only = (word: string) => lines.find(([first]) => first === word)![1]!;
  const doors = { people: {}, deployers: {} } as Record<keyof Doors, Record<string, string[]>>;
  for (const [first, account = "", key = ""] of lines) {
    if (first !== "key") continue;
    const deploys = account === automationAccount;
    const who = deploys ? (named.get(key) ?? key) : account;
    (doors[deploys ? "deployers" : "people"][who] ??= []).push(key);
  }
  Object.values(doors).forEach((list) => Object.values(list).forEach((keys) => keys.sort()));
  return { boot: only("boot"), disk: only("disk"), doors };
}

/** What a member has (R15, R16), and what a deployer has. */
const rights = `sudo -n true && { [ "$(id -un)" = ${automationAccount} ] || [ -w /run/docker.sock ]; }`;

/**
 * Whether a machine lets somebody in with a key, by a login. Throws where it does, but without the
 * rights that come with the account, and where the machine cannot be asked.
 */
export async function letsIn(way: Way, account: string, key: KeyPair): Promise<boolean> {
  const session = await enter({ ...way, login: account, mine: key }, rights);
  if (session.kind === "ended" && session.code === 0) return true;
  if (session.kind === "fault" && session.fault === "login") return false;
  throw new Error(`${account}@${way.address}: ${JSON.stringify(session)}`);
}

async function enter({ mine, ...to }: Way, command: string, input = ""): Promise<Session> {
  const keys = { env: { PATH: process.env["PATH"] }, files: [mine.file] };
  for (let dial = 0; ; dial++) {
    const session = await visit(to, keys, { command, input, timeoutMs: 60_000 });
    // sshd turns an address away for some seconds after failed logins, before it looks at a key.
    const turnedAway = session.kind === "fault" && session.fault === "unreachable";
    if (!turnedAway || dial === 20) return session;
    await sleep(1_000);
  }
}

/** Ports of an address that packets reach: something answers, if only that nothing listens there. */
export async function reachable(address: string, ports: readonly number[]): Promise<number[]> {
  const answers = await Promise.all(ports.map((port) => answersAt(address, port)));
  return ports.filter((_, index) => answers[index]);
}

function answersAt(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, timeout: 2_000 });
    const end = (answered: boolean) => (socket.destroy(), resolve(answered));
    socket.on("connect", () => end(true));
    socket.on("timeout", () => end(false));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNREFUSED" ? end(true) : reject(error),
    );
  });
}
