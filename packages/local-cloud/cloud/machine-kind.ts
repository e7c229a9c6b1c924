import * as fs from "node:fs";

import { canBoot, ensureTemplate, machineSettings } from "../hosts";
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

/**
 * The kind of machines that the cloud of these paths has: what it was started with, else what
 * `BERTH_LOCAL_MACHINES` asks for, else `booted` where that can be. Machines that boot have their
 * template built here, with progress; where they cannot boot, one line says why and what to do, and
 * records stand in. Refuses an unknown kind, one other than the cloud was started with, and `booted`
 * or `bare` asked for by name where hosts cannot boot.
 */
export async function chooseMachines(
  paths: CloudPaths,
  say: Say,
  asked: string | undefined = process.env["BERTH_LOCAL_MACHINES"],
): Promise<MachineKind> {
  const wanted = asked ? parseMachineKind(asked) : undefined;
  if (asked && !wanted) {
    const allowed = machineKinds.join(", ");
    throw new Error(`BERTH_LOCAL_MACHINES=${asked} is unknown; allowed: ${allowed}`);
  }
  const kept = keptKind(paths);
  if (kept && wanted && kept !== wanted) {
    throw new Error(
      `the machines of this local cloud are ${kept}, not ${wanted}; ` +
        "take it down first: npm run rehearse -- --down",
    );
  }
  const kind = kept ?? wanted ?? "booted";
  if (kind === "recorded") {
    if (!wanted) say(nobodyAnswers());
    return kind;
  }
  const hindrance = await whyNotBooting(say);
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
async function whyNotBooting(say: Say): Promise<string | undefined> {
  const bootable = canBoot();
  if (!bootable.ok) return `${bootable.reason}; ${bootable.fix}`;
  try {
    await ensureTemplate(say);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
