import * as path from "node:path";

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
  FIREWALL_NFT: "firewall.nft",
  FIREWALL_SERVICE: "firewall.service",
  FIREWALL_NFTABLES_CONF: "firewall-nftables.conf",
  FIREWALL_TRIAL_SH: "firewall-trial.sh",
} as const;

const here = (...names: string[]): string => readText(path.join(__dirname, ...names));

/** The shell text of a script as it was written, with comments. */
export function sourceOf(sequence: Sequence): string {
  return sequences[sequence].map((name) => here("steps", `${name}.sh`)).join("\n");
}

/** The texts of the files that a converge writes, by shell variable. */
export function fileContents(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(contents).map(([variable, name]) => [variable, here("files", name)]),
  );
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
