import { createHash } from "node:crypto";
import * as path from "node:path";

import { identityOf } from "../fleet/ssh-key";
import { automationAccount, type MachineDeclaration } from "./script";
import { jobsAccount } from "./jobs";
import {
  backupProgram,
  backupProgramParts,
  moveProgram,
  moveProgramParts,
  proxyProgram,
  siteProgram,
  siteProgramParts,
} from "./programs";
import { array, map, quote } from "./quote";
import { backupParts, moveParts, fileContents, siteParts } from "./steps";
import { readText } from "./text-file";

const source = (name: string) => readText(path.join(__dirname, "questions", `${name}.sh`));

/** One group, so that a session cut off while the script is on its way runs nothing. */
function whole(declarations: readonly string[], ...names: readonly string[]): string {
  return `{\n${declarations.join("\n")}\n${names.map(source).join("\n")}} </dev/null\n`;
}

/** A script that tells owner, uptime, disk, pending updates and a wanted reboot. Reads only. */
export function factsScript(): string {
  return whole([], "facts");
}

/** A script that tells what listens beyond the loopback, and which containers are there. Reads only. */
export function insideScript(): string {
  return whole([], "inside");
}

/** Whose traces are looked for. */
export interface Person {
  readonly member: string;
  /** Keys of theirs that are known, type and key. */
  readonly keys: readonly string[];
  /** When they came, in seconds since 1970; 0 where nobody knows. */
  readonly came: number;
}

/** What is declared of a machine, for the script that looks for what is not. */
export type Expected = Pick<
  MachineDeclaration,
  "members" | "deployerKeys" | "initialAccount" | "madeByBerth" | "deliveries"
>;

const undeclared: Expected = {
  members: [],
  deployerKeys: [],
  initialAccount: "root",
  madeByBerth: false,
  deliveries: [],
};

const parts = [
  "words",
  "sshd",
  "moves",
  "accounts",
  "departed",
  "files",
  "packages",
  "trust",
  "running",
  "starting",
  "containers",
] as const;

/**
 * A script that tells what lets anybody in who is not declared, and what no package explains. Reads
 * only. The same for everybody who asks: `berth offboard` and `berth status`.
 */
export function evidenceScript(machine: Expected, person?: Person): string {
  const { members, deployerKeys, initialAccount, madeByBerth, deliveries } = machine;
  const { FIREWALL_SERVICE, FIREWALL_NFTABLES_CONF } = fileContents();
  const jobs = deliveries.flatMap((delivery) => Object.values(delivery.jobs));
  const keys = [...deployerKeys, ...members.flatMap((member) => member.keys), ...jobs].map(
    identityOf,
  );
  const accounts = [automationAccount, ...members.map(({ name }) => name)];
  if (jobs.length > 0) accounts.push(jobsAccount);
  return whole(
    [
      `MEMBER=${quote(person?.member ?? "")}`,
      `KEYS=${array(person?.keys ?? [])}`,
      `CAME=${person?.came ?? 0}`,
      `DECLARED=${array(accounts)}`,
      `DECLARED_KEYS=${array(keys)}`,
      `INITIAL_ACCOUNT=${quote(initialAccount)}`,
      `MADE_BY_BERTH=${madeByBerth ? "yes" : "no"}`,
      `FIREWALL_SERVICE=${quote(FIREWALL_SERVICE)}`,
      `FIREWALL_NFTABLES_CONF=${quote(FIREWALL_NFTABLES_CONF)}`,
      `declare -A PROXY_FILES=${map(proxyFiles())}`,
      `declare -A SITE_FILES=${map(siteFiles())}`,
    ],
    ...parts.map((part) => `evidence/${part}`),
  );
}

/** SHA-256 of the files of a node's proxy, by where they are. */
function proxyFiles(): Readonly<Record<string, string>> {
  const { PROXY_CFG, PROXY_UNANSWERED, PROXY_EDGE, PROXY_PROGRAM, ...acme } = fileContents();
  const texts = {
    "/etc/berth/proxy/haproxy.cfg": PROXY_CFG,
    "/etc/berth/proxy/unanswered.http": PROXY_UNANSWERED,
    "/etc/berth/proxy/edge": PROXY_EDGE,
    [proxyProgram]: PROXY_PROGRAM,
    "/etc/systemd/system/berth-certificates.service": acme.ACME_SERVICE,
    "/etc/systemd/system/berth-certificates.timer": acme.ACME_TIMER,
  };
  return checksums(texts);
}

/** The same of the programs that deliver sites, back them up and move them. */
function siteFiles(): Readonly<Record<string, string>> {
  const { SITE_LAUNCHER, BACKUP_LAUNCHER, MOVE_LAUNCHER } = fileContents();
  return checksums({
    ...below(siteProgramParts, siteParts()),
    ...below(backupProgramParts, backupParts()),
    ...below(moveProgramParts, moveParts()),
    [siteProgram]: SITE_LAUNCHER,
    [backupProgram]: BACKUP_LAUNCHER,
    [moveProgram]: MOVE_LAUNCHER,
  });
}

function below(
  folder: string,
  texts: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`${folder}/${name}`, text]),
  );
}

function checksums(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([file, text]) => [
      file,
      createHash("sha256").update(text).digest("hex"),
    ]),
  );
}

/**
 * The same about a person: `open: …` for every way in, `key: …` for the keys they had, `known: yes`
 * where Berth made the account. `keys`: type and key.
 */
export function departedScript(
  member: string,
  keys: readonly string[],
  machine: Expected = undeclared,
  came = 0,
): string {
  return evidenceScript(machine, { member, keys, came });
}

/** A script that tells the keys that enter Berth's own account. Reads only. */
export function keysScript(): string {
  return whole([`ACCOUNT=${quote(automationAccount)}`], "keys");
}

/** A site as it is asked for on its machine. */
export interface Asked {
  readonly slug: string;
  readonly httpPort: number;
  readonly domain: string;
  readonly path: string;
}

/** A script that tells what each site's service answers on the loopback: `answer: <slug> <status>`. Reads only. */
export function answersScript(sites: readonly Asked[]): string {
  const lines = sites.map(({ slug, httpPort, domain, path: asked }) =>
    [slug, httpPort, domain, asked].join(" "),
  );
  return whole([`SITES=${array(lines)}`], "answers");
}

/** Runs a script and then another in one session; the first one's status follows as `status: N`. */
export function oneAfterAnother(first: string, second: string): string {
  return `(\n${first})\nprintf 'status: %s\\n' $?\n${second}`;
}
