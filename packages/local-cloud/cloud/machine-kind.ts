import * as fs from "node:fs";

import { canBoot, ensureTemplate, machineSettings } from "../hosts";
import type { Computer } from "../ground/computer";
import type { Say } from "../ground/progress";
import type { CloudPaths } from "./paths";

/**
 * What stands behind the servers of a local cloud:
 * - `booted`: systems that run on this computer, with Docker on them already,
 * - `bare`: the same without Docker, as the clouds' own images are; the first deployment downloads it,
 * - `recorded`: nothing but the record of a server and its address.
 */
export const machineKinds = ["booted", "bare", "recorded"] as const;
export type MachineKind = (typeof machineKinds)[number];

/** Reads a kind; undefined for anything else. */
export function parseMachineKind(text: string | undefined): MachineKind | undefined {
  return machineKinds.find((kind) => kind === text);
}

/** Reads the kind that a person asked for under `name`; refuses an unknown one. Absent: none. */
export function askedKind(name: string, asked: string | undefined): MachineKind | undefined {
  const kind = parseMachineKind(asked);
  if (asked && !kind) {
    throw new Error(`${name}=${asked} is unknown; allowed: ${machineKinds.join(", ")}`);
  }
  return kind;
}

/** What is asked of a cloud's machines, and of the computer that they may boot on. */
export interface MachineOptions {
  readonly computer: Computer;
  /** What they shall be; absent: what they are already, else `booted` where that can be. */
  readonly machines?: MachineKind | undefined;
  /** The command that takes this cloud down, for a person to be told. */
  readonly takeDown?: string;
}

/**
 * The kind of machines that the cloud of these paths has. Those that boot have their template built
 * here, with progress; where they cannot boot, one line says why and what to do, and records stand
 * in. Refuses a kind other than the cloud was started with, and `booted` or `bare` asked for by name
 * where hosts cannot boot.
 */
export async function chooseMachines(
  paths: CloudPaths,
  say: Say,
  { computer, machines: wanted, takeDown }: MachineOptions,
): Promise<MachineKind> {
  const kept = keptKind(paths);
  if (kept && wanted && kept !== wanted) {
    throw new Error(
      `the machines of this local cloud are ${kept}, not ${wanted}; ` +
        `take it down first${takeDown ? `: ${takeDown}` : ""}`,
    );
  }
  const kind = kept ?? wanted ?? "booted";
  if (kind === "recorded") {
    if (!wanted) say(nobodyAnswers());
    return kind;
  }
  const hindrance = await whyNotBooting(computer, say);
  if (hindrance === undefined) {
    const settings = machineSettings().join(", ");
    if (settings) say(`setting until the last local cloud here is taken down: ${settings}`);
    return kind;
  }
  if (kept ?? wanted) throw new Error(`machines cannot boot here: ${hindrance}`);
  say(`machines are records here and do not boot: ${hindrance}`);
  return "recorded";
}

/** What a person is told who might want to enter machines that are records. */
export function nobodyAnswers(): string {
  const bootable = canBoot();
  const why = bootable.ok ? "" : ` (${bootable.reason}; ${bootable.fix})`;
  return `machines are records in this local cloud; nobody answers at their addresses${why}`;
}

/** Remembers the kind for as long as the cloud's world lives. */
export function keepKind(paths: CloudPaths, kind: MachineKind): void {
  fs.writeFileSync(paths.machines, `${kind}\n`);
}

function keptKind(paths: CloudPaths): MachineKind | undefined {
  if (!fs.existsSync(paths.machines)) return undefined;
  return parseMachineKind(fs.readFileSync(paths.machines, "utf8").trim());
}

/** Gets ready what booting takes. Answers what is missing and how to get it, or undefined. */
async function whyNotBooting(computer: Computer, say: Say): Promise<string | undefined> {
  const bootable = canBoot();
  if (!bootable.ok) return `${bootable.reason}; ${bootable.fix}`;
  try {
    await ensureTemplate(computer, say);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
