import * as crypto from "node:crypto";

import { identityOf } from "../../../components/fleet/ssh-key";
import { machineName, type Machine } from "../../fleet/fleet";
import { inParallel } from "../../ground/pool";
import { readFacts } from "../../ground/report";
import { keysScript } from "../../../components/machine/questions";
import { runScript, type Entrance } from "../../ground/sessions";
import type { Fault } from "../../ground/ssh-options";

/** The keys that enter Berth's account on one machine, or why they are not known. */
export type Holding =
  | { readonly machine: Machine; readonly keys: readonly string[] }
  | { readonly machine: Machine; readonly fault: Fault; readonly detail: string };

const lookMs = 2 * 60_000;

/**
 * Logs in to every machine and reads the keys that do so. That the answer comes proves the way in:
 * login and sudo, with the keys that were offered.
 */
export function holdings(
  machines: readonly Machine[],
  entrance: Entrance,
  width: number,
): Promise<Holding[]> {
  return inParallel(machines, width, async (machine): Promise<Holding> => {
    const session = await runScript(machine, entrance, keysScript(), lookMs);
    if (session.kind === "fault") return { machine, fault: session.fault, detail: session.detail };
    const facts = readFacts(session.stdout);
    if (facts.get("root")?.at(-1) === "0") return { machine, keys: facts.get("key") ?? [] };
    const detail = `logged in, but sudo does not work (status ${session.code})`;
    return { machine, fault: "login", detail };
  });
}

/** Whether a machine is known to accept this key. */
export function holds(holding: Holding, line: string): boolean {
  return "keys" in holding && holding.keys.some((key) => identityOf(key) === identityOf(line));
}

/** Keys on a machine that nobody declares. */
export function undeclaredOn(
  holding: Holding,
  deployers: Readonly<Record<string, string>>,
): string[] {
  const declared = new Set(Object.values(deployers).map(identityOf));
  return "keys" in holding ? holding.keys.filter((key) => !declared.has(identityOf(key))) : [];
}

/** `SHA256:…`, as `ssh-add -l` says it. */
export function fingerprint(line: string): string {
  const blob = Buffer.from(line.trim().split(/\s+/)[1] ?? "", "base64");
  const digest = crypto.createHash("sha256").update(blob).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** How a key is called: its comment, or its fingerprint. */
export function label(line: string): string {
  return line.trim().split(/\s+/).slice(2).join(" ") || fingerprint(line);
}

/** Machines that were not reached, one line each. */
export function unreached(all: readonly Holding[]): string[] {
  return all.flatMap((one) =>
    "fault" in one ? [`${machineName(one.machine)}: ${one.detail}`] : [],
  );
}
