import * as zlib from "node:zlib";

import { backupProgram, proxyProgram, siteProgram } from "./programs";
import { quote } from "./quote";
import { statuses } from "./script";

/**
 * What a session runs, with the script on its standard input. There and not in the command, since
 * a failing command is printed whole in the error, and one argument holds 128 KiB at most. Not by
 * `bash -s`, which asks the system for every single byte of what comes through a pipe: the script of a
 * converge is as long as 700 000 of them.
 *
 * The time limit is for the machine's side, and the only one there is: neither Ctrl-C nor a custom
 * time-out ends a session that runs, and one that is cut off goes on. The system's own programs come
 * first: who was root may have left another sudo beside it. LOGIN_KEY tells which deployer's key this
 * very session uses (sshd's ExposeAuthInfo).
 */
export const launcher = launcherOf('bash -c "$run"', 'eval "$(cat)"');

/**
 * A launcher that runs a converge whose program was delivered as a file before (`deliveredTo`), with the
 * machine's declarations alone on standard input. Root reads the file once and compares what it read
 * with the checksum (SHA-256), so what runs is what was declared, whoever could write that file.
 */
export function deliveredLauncher(checksum: string): string {
  const run = [
    "declared=$(cat)",
    'program=$(cat "$0" 2>/dev/null)',
    `if [ "$(printf %s "$program" | sha256sum)" != "$1  -" ]; then ` +
      `echo "refused: $0: is not the program that was delivered; deliver it again: pulumi up --replace, with the URN that ends in -script"; ` +
      `exit ${statuses.refused}; fi`,
    'printf -v run "{\\n%s\\n%s\\n} </dev/null" "$declared" "$program"',
    // The program finds no variable but its declarations, and no argument.
    'eval "unset run declared program; set --; $run"',
  ].join("; ");
  return launcherOf(`bash -c "$run" "$HOME/${deliveredTo}" ${checksum}`, run);
}

/**
 * A launcher that runs a script that `packed` made. One that is cut off on its way runs nothing: what
 * arrived of it is a group that never closes.
 */
export const packedLauncher = launcherOf(
  'bash -c "$run"',
  "base64 -d | gzip -d 2>/dev/null | bash -s",
);

/** A session that runs a command of the proxy's program for one site; its standard input is the command's. */
export function proxyLauncher(command: "certificate" | "origin-pulls", slug: string): string {
  return launcherOf(`${proxyProgram} ${command} ${slug}`);
}

/** What is handed to a delivery in the place of a reference where nobody knows what ran before: no name of git's. */
export const unknownRef = "?";

/** A session that brings a project its secrets: a JSON object of texts on standard input, never in an argument. */
export function secretsLauncher(slug: string): string {
  return launcherOf(`${siteProgram} secrets ${slug}`);
}

/** A session that brings the key by which a project's archives are written: a JSON object on standard input alone. */
export function backupKeyLauncher(slug: string): string {
  return launcherOf(`${backupProgram} key ${slug}`);
}

/** A session that waits for a project's first archive on a machine, and says how it went. */
export function firstArchiveLauncher(slug: string): string {
  return launcherOf(`${backupProgram} first ${slug} --by "pulumi up"`);
}

/** A session that tells as JSON what runs of a project; `{}` where Berth delivers nothing. */
export function runningLauncher(slug: string): string {
  const ask = `if [ -x ${siteProgram} ]; then exec ${siteProgram} status ${slug}; fi; echo "{}"`;
  return launcherOf('sh -c "$run"', ask);
}

/**
 * A session that delivers a project for the first time: the reference on standard input, nothing for the branch. What
 * runs already stays. Where it is not known what ran before, nothing is delivered: new code must not meet old data.
 */
export function firstDeliveryLauncher(slug: string): string {
  const deliver = [
    "ref=$(cat)",
    `if [ "$ref" = "${unknownRef}" ]; then echo "not delivered: which commit of ${slug} ran before is not known. ` +
      `Deliver it by hand: berth deploy ${slug} --ref COMMIT --reason WHY"; exit 0; fi`,
    `printf %s "$ref" | ${siteProgram} deploy ${slug} --first --by "pulumi up" --ref -`,
  ].join("; ");
  return launcherOf('sh -c "$run"', deliver);
}

/**
 * A script as text of half its size, for a session that runs once and stays in the state for good: the
 * engine writes the whole state twice a resource.
 */
export function packed(script: string): string {
  return zlib.gzipSync(script, { level: 9 }).toString("base64");
}

/** Where a program is delivered, from the automation account's home. */
export const deliveredTo = ".berth/converge.sh";

/** A shell line that runs `command` as root; what `command` calls `$run` is `argument`. */
function launcherOf(command: string, argument?: string): string {
  const script =
    (argument ? "run=$1; " : "") +
    `key=; if [ -r "\${SSH_USER_AUTH:-}" ]; then key=$(cat "$SSH_USER_AUTH"); fi; ` +
    `PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH; ` +
    `if [ "$(id -u)" = 0 ]; then set --; else set -- sudo -n; fi; ` +
    `exec "$@" env LOGIN_KEY="$key" timeout -k 60 50m ${command}`;
  return `sh -c ${quote(script)}${argument ? ` sh ${quote(argument)}` : ""}`;
}
