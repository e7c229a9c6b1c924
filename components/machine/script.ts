import { readPublicKey } from "../fleet/ssh-key";
import type { Member, TakeOverStep } from "../fleet/fleet";
import type { Opening } from "../placement/openings";
import type { BackedUp } from "../placement/backed-up";
import type { Delivery } from "../placement/deliveries";
import type { Site } from "../placement/sites";
import { composePackages } from "./distributions";
import { firewallRules } from "./firewall-rules";
import { jobKeys, jobRights, jobsAccount } from "./jobs";
import { array, map, quote } from "./quote";
import { siteLines } from "./site-lines";
import {
  backupParts,
  compact,
  fileContents,
  moveParts,
  pamCheck,
  siteParts,
  sourceOf,
  type Sequence,
} from "./steps";

/** The account of every session after the first; the deployers' keys enter it. */
export const automationAccount = "berth";

/** The account by which another machine's tunnel comes in while a project moves; see files/move. */
const moveAccount = "berth-move";

/** What a machine shall be like. */
export interface MachineDeclaration {
  /** `<project>/<stack>`: who owns the machine. */
  readonly owner: string;
  /** The account the provider prepared (R13). */
  readonly initialAccount: string;
  /** People with an account on it. */
  readonly members: readonly Member[];
  /** OpenSSH public keys of the deployers, one line each; never empty. */
  readonly deployerKeys: readonly string[];
  readonly manage: readonly TakeOverStep[];
  /** What it lets in, where the firewall is managed (R41). */
  readonly openings: readonly Opening[];
  /** What its proxy serves (R71); empty where the proxy is not managed. */
  readonly sites: readonly Site[];
  /** What it delivers from repositories (R57); empty where deploy or the proxy is not managed. */
  readonly deliveries: readonly Delivery[];
  /** Whose data it backs up (R29); each is delivered too. */
  readonly backups: readonly BackedUp[];
  /** Whom certificates of sites without Cloudflare are ordered of; absent: of nobody. */
  readonly acme?: { readonly directory: string; readonly email: string };
  /** False for client and adopted machines: what Berth did not make there stays as it is. */
  readonly madeByBerth: boolean;
  /** GB of disk asked for; absent where Berth did not make the machine. */
  readonly diskGb?: number;
  /**
   * Accounts that exist on a machine Berth did not make and become members' from now on. An account
   * that is not named here is never changed there.
   */
  readonly takenOver?: readonly string[];
  /** `commit` is a full hash: a branch would make two machines differ. */
  readonly dotfiles?: { readonly repository: string; readonly commit: string };
}

/** Exit statuses of the scripts. */
export const statuses = {
  /** As declared; nothing failed. */
  done: 0,
  /** Something could not be done; the rest was. */
  failed: 1,
  /** A check found differences. */
  drift: 2,
  /** Nothing may be done on this machine: another's, or an operating system that is not known. */
  refused: 65,
} as const;

/**
 * The script of the first session: makes the automation account and the permanent host key, and
 * prints the latter as its last line. Holds no secret. Throws like `renderConverge`.
 */
export function renderEnter(machine: MachineDeclaration): string {
  return assemble(firstDeclarations(machine), programOf("enter"));
}

/**
 * The script that brings a machine to its declaration, or with `check` says what differs and
 * changes nothing. The same text serves first and later runs. Holds no secret.
 *
 * Throws on a declaration that would lock people out or cannot be written in a file of lines: no
 * deployer, an account's name or a key with a line break, a commit that is no full hash.
 */
export function renderConverge(machine: MachineDeclaration, check = false): string {
  return assemble(declarationsOf(machine, check), convergeProgram());
}

/**
 * What a converge is told of a machine, without its program: what a change of a stack file changes.
 * Throws like `renderConverge`.
 */
export function renderDeclarations(machine: MachineDeclaration): string {
  return `${declarationsOf(machine, false).join("\n")}\n`;
}

/** The program of every converge, the same for all machines. */
export function convergeProgram(): string {
  return programOf("converge");
}

/** A read-only look at a machine that Berth did not make: its script changes nothing. */
export function renderObserve(): string {
  return assemble([], programOf("observe"));
}

function firstDeclarations(machine: MachineDeclaration): string[] {
  refuseImpossible(machine);
  return [
    `OWNER=${quote(machine.owner)}`,
    `AUTOMATION=${quote(automationAccount)}`,
    `MADE_BY_BERTH=${machine.madeByBerth ? "yes" : "no"}`,
    `DEPLOYER_KEYS=${quote(keyLines(machine.deployerKeys))}`,
  ];
}

function declarationsOf(machine: MachineDeclaration, check: boolean): string[] {
  const { acme, members, dotfiles } = machine;
  const keys = Object.fromEntries(members.map((member) => [member.name, keyLines(member.keys)]));
  return [
    `CHECK=${check ? "yes" : "no"}`,
    ...firstDeclarations(machine),
    `INITIAL_ACCOUNT=${quote(machine.initialAccount)}`,
    `DISK_GB=${machine.diskGb ?? 0}`,
    `MANAGE=${array(machine.manage)}`,
    `FIREWALL_RULES=${quote(firewallRules(machine.openings))}`,
    `SITES=${quote(siteLines(machine.sites))}`,
    `DELIVERIES=${quote(jsonLines(machine.deliveries))}`,
    `BACKUPS=${quote(jsonLines(machine.backups))}`,
    `ACME=${quote(acme ? `${acme.directory} ${acme.email}` : "")}`,
    `JOB_KEYS=${quote(jobKeys(machine.deliveries))}`,
    `JOB_RIGHTS=${quote(jobRights(machine.deliveries))}`,
    `MEMBERS=${array(members.map(({ name }) => name))}`,
    `declare -A KEYS=${map(keys)}`,
    `TAKEN_OVER=${array(machine.takenOver ?? [])}`,
    `DOTFILES_REPOSITORY=${quote(dotfiles?.repository ?? "")}`,
    `DOTFILES_COMMIT=${quote(dotfiles?.commit ?? "")}`,
  ];
}

/** What the steps of a sequence find in variables, whatever the machine. */
const constants: Readonly<Record<Sequence, () => readonly string[]>> = {
  enter: () => [`PAM_PY=${quote(pamCheck())}`],
  converge: () => [
    `PAM_PY=${quote(pamCheck())}`,
    `declare -A COMPOSE_PACKAGES=${map(composePackages)}`,
    ...Object.entries(fileContents()).map(([variable, text]) => `${variable}=${quote(text)}`),
    `declare -A PROGRAM_PARTS=${map(programParts())}`,
  ],
  observe: () => [],
};

/** The parts of Berth's programs of Python, by program and name. */
function programParts(): Readonly<Record<string, string>> {
  const programs = { site: siteParts(), backup: backupParts(), move: moveParts() };
  return Object.fromEntries(
    Object.entries(programs).flatMap(([program, parts]) =>
      Object.entries(parts).map(([name, text]) => [`${program}/${name}`, text]),
    ),
  );
}

function programOf(sequence: Sequence): string {
  return [...constants[sequence](), compact(sourceOf(sequence))].join("\n");
}

function refuseImpossible(machine: MachineDeclaration): void {
  const { owner, members, deployerKeys, dotfiles } = machine;
  if (deployerKeys.length === 0) {
    throw new Error("team.deployers: is empty; without a deployer nobody could enter the machine");
  }
  for (const { name, keys } of members) {
    const taken = [automationAccount, jobsAccount, moveAccount];
    if (!/^[a-z][a-z0-9_-]{0,31}$/.test(name) || taken.includes(name)) {
      throw new Error(`team.members: ${JSON.stringify(name)} cannot be a member's account`);
    }
    if (keys.length === 0) throw new Error(`team.members.${name}.keys: is empty`);
  }
  if (dotfiles && !/^[0-9a-f]{40}$/.test(dotfiles.commit)) {
    throw new Error(
      `dotfiles.commit: ${JSON.stringify(dotfiles.commit)} is not a full commit hash`,
    );
  }
  const written = [owner, ...deployerKeys, ...members.flatMap(({ keys }) => keys)];
  if (written.some((line) => line === "" || /[\p{Cc}\u2028\u2029]/u.test(line))) {
    throw new Error("an owner or a key is empty, has more than one line or control characters");
  }
}

/** Declarations of projects as their programs read them, one JSON object a line; the slug stands first. */
function jsonLines(declared: readonly { readonly slug: string }[]): string {
  return declared.map(({ slug, ...rest }) => `${JSON.stringify({ slug, ...rest })}\n`).join("");
}

/** Keys as sshd reads them, whoever asks: one that was pasted with other spaces is written with these. */
function keyLines(keys: readonly string[]): string {
  const lines = keys.map((key) => {
    const reading = readPublicKey(key);
    return reading.kind === "key" ? reading.line : key;
  });
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * One group that bash reads to its end before it runs any of it: a session cut off while the script
 * is on its way runs nothing. No command of it can take the script for its own input.
 */
function assemble(declarations: readonly string[], program: string): string {
  return `{\n${[...declarations, program].join("\n")}\n} </dev/null\n`;
}
