import * as fs from "node:fs";
import * as path from "node:path";

import { acmePort, relayPort } from "../fleet/ports";
import { cloudflareNetworks } from "../placement/cloudflare-networks";
import { readText } from "./text-file";

/**
 * The parts of the scripts are shell files, so that editors and shellcheck read them, and the files
 * that a converge writes lie beside them as they will be. Each is read once.
 */

const sequences = {
  enter: ["plain", "common", "ways", "enter"],
  converge: [
    "plain",
    "common",
    "ways",
    "library",
    "machine",
    "disk",
    "closing-accounts",
    "people",
    "rights",
    "docker",
    "packages",
    "firewall",
    "proxy-image",
    "acme",
    "proxy",
    "sites",
    "backups",
    "history",
    "dotfiles",
    "sshd",
    "admission",
    "closing-root",
    "firewall-kept",
    "summary",
  ],
  observe: ["plain", "observe"],
} as const;

/** A script by what it is for. */
export type Sequence = keyof typeof sequences;

/** The files that a converge writes, by the shell variable that holds their text. */
const contents = {
  SSHD_CONF: "sshd.conf",
  HISTORY_SH: "history.sh",
  TMPFILES_CONF: "tmpfiles.conf",
  MOTD: "motd",
  APT_CONF: "apt.conf",
  NEEDRESTART_CONF: "needrestart.conf",
  FIREWALL_NFT: "firewall.nft",
  FIREWALL_SERVICE: "firewall.service",
  FIREWALL_NFTABLES_CONF: "firewall-nftables.conf",
  FIREWALL_TRIAL_SH: "firewall-trial.sh",
  PROXY_CFG: "proxy/haproxy.cfg",
  PROXY_UNANSWERED: "proxy/unanswered.http",
  PROXY_EDGE: "proxy/edge",
  ACME_SERVICE: "proxy/certificates.service",
  ACME_TIMER: "proxy/certificates.timer",
  SITE_LAUNCHER: "site-launcher.sh",
  BACKUP_LAUNCHER: "backup-launcher.sh",
  MOVE_LAUNCHER: "move-launcher.sh",
} as const;

/** The program that a node's proxy is run with, by its parts. */
const proxyProgram = [
  "ground",
  "assemble",
  "serve",
  "certificate",
  "origin-pulls",
  "hold",
  "forward",
  "admit",
  "closed",
  "renew",
  "status",
  "main",
] as const;

const here = (...names: string[]): string => readText(path.join(__dirname, ...names));

/** The shell text of a script as it was written, with comments. */
export function sourceOf(sequence: Sequence): string {
  return sequences[sequence].map((name) => here("steps", `${name}.sh`)).join("\n");
}

/** The texts of the files that a converge writes, by shell variable; the same on every machine. */
export function fileContents(): Readonly<Record<keyof typeof contents | "PROXY_PROGRAM", string>> {
  const texts = Object.fromEntries(
    Object.entries(contents).map(([variable, name]) => [variable, filled(here("files", name))]),
  ) as Record<keyof typeof contents, string>;
  const parts = proxyProgram.map((name) => here("files", "proxy", "program", `${name}.sh`));
  return { ...texts, PROXY_PROGRAM: filled(parts.join("")) };
}

/** A text with the networks of Cloudflare's edge and the port of ACME. */
function filled(text: string): string {
  const { ipv4, ipv6 } = cloudflareNetworks;
  return text
    .replace("@EDGE4@", ipv4.join(", "))
    .replace("@EDGE6@", ipv6.join(", "))
    .replace("@EDGE@", [...ipv4, ...ipv6].join("\n"))
    .replace("@ACME@", String(acmePort))
    .replaceAll("@RELAY@", String(relayPort));
}

/** The program that delivers sites, by the names of its parts (Python). */
export function siteParts(): Readonly<Record<string, string>> {
  return partsIn("site");
}

/** The program that backs projects up, by the names of its parts (Python, and what runs in containers of databases). */
export function backupParts(): Readonly<Record<string, string>> {
  return partsIn("backup");
}

/** What moving takes of the program that backs up: how databases are reached, dumped, loaded and compared, and
 * whether a delivery is under way. */
const ofBackups: readonly string[] = [
  ...[
    "ground.py",
    "docker.py",
    "kinds.py",
    "files.py",
    "login.py",
    "content.py",
    "laying.py",
    "apart.py",
    "mounted.py",
    "delivering.py",
  ],
  ...[
    "postgresql.py",
    "copied.py",
    "catalog.sql",
    "properties.sql",
    "definitions.py",
    "loading.py",
  ],
  ...["mongodb.py", "mongodb.sh", "mongo_archive.py", "beside.py"],
];

/** The same of the program that delivers: how Docker is asked, and which paths hold what a project makes anew. */
const ofDeliveries: readonly string[] = ["engine.py", "known.py"];

/** The program that moves projects to another machine, by the names of its parts; some are those of others too. */
export function moveParts(): Readonly<Record<string, string>> {
  const shared = Object.fromEntries(
    Object.entries(backupParts()).filter(([name]) => ofBackups.includes(name)),
  );
  const sites = Object.fromEntries(ofDeliveries.map((name) => [name, here("files", "site", name)]));
  return { ...partsIn("move"), ...shared, ...sites };
}

function partsIn(folder: string): Readonly<Record<string, string>> {
  const parts = fs
    .readdirSync(path.join(__dirname, "files", folder))
    .filter((name) => /\.(py|sql|sh)$/.test(name));
  return Object.fromEntries(parts.sort().map((name) => [name, here("files", folder, name)]));
}

/** The Python that asks PAM (PAM_PY), without comments and empty lines. */
export function pamCheck(): string {
  return here("files", "pam.py").replace(/^(\s*#.*)?\n/gm, "");
}

/**
 * A script without comments, empty lines and indentation: it is stored twice in the state of every
 * node. Takes away whole lines alone, so no quoted text of several lines may stand in a step.
 */
export function compact(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .join("\n");
}
