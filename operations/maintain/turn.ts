import { setTimeout as sleep } from "node:timers/promises";

import { answersScript } from "../../components/machine/questions";
import { backScript, rebootScript, updateScript } from "../../components/machine/upkeep";
import { askedOf } from "../fleet/answered";
import type { Machine } from "../fleet/fleet";
import { printableLine } from "../ground/printable";
import { readFacts } from "../ground/report";
import { runScript, type Entrance } from "../ground/sessions";
import { wellOf, type Well } from "./seen";

/** How a machine's turn ended. */
export type Ended =
  | {
      readonly kind: "done";
      readonly did: string;
      /** Updates that wait still, since they would take another package away: a person decides. */
      readonly left?: string;
    }
  /** Something else began to be at work there: nothing, or only the updates, was done. */
  | { readonly kind: "left"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

/** What a turn is given. */
export interface Turn {
  readonly machine: Machine;
  readonly entrance: Entrance;
  /** What must be there again. */
  readonly before: Well;
  readonly updates: number;
  readonly rebootNeeded: boolean;
  /** Milliseconds that it gets to be back. */
  readonly withinMs: number;
}

/** A machine's own limit is 50 minutes; a little more, so that its own words arrive. */
const updateMs = 55 * 60_000;
const sessionMs = 60_000;
/** Milliseconds between two looks at a machine that is awaited. */
const restMs = 1_000;

/** Updates a machine, has it boot anew where that is wanted, and waits until all that was well before is so again. */
export async function maintain(turn: Turn): Promise<Ended> {
  const { machine, entrance, updates } = turn;
  let { rebootNeeded } = turn;
  const did: string[] = [];
  let left: string | undefined;
  if (updates > 0) {
    const said = await told(machine, entrance, updateScript(), updateMs);
    if (said.kind === "away") return { kind: "failed", why: `its updates: ${said.why}` };
    const update = said.last("update");
    if (update === "held") return { kind: "left", why: said.hindered() };
    if (update !== "done") {
      return { kind: "failed", why: `its updates: ${printableLine(update ?? "did not end")}` };
    }
    rebootNeeded = said.last("reboot") === "yes";
    left = said.last("left")?.trim();
    did.push("updated");
  }
  if (rebootNeeded) {
    const said = await told(machine, entrance, rebootScript(), sessionMs);
    // A machine may go down before its last words are here: whether it did is seen next.
    const going = said.kind === "away" ? "yes" : said.last("going");
    if (going === "held" && said.kind === "told") {
      const done = did.length === 0 ? "" : "its updates are in, and it wants a reboot; ";
      return { kind: "left", why: `${done}${said.hindered()}` };
    }
    if (going !== "yes") return { kind: "failed", why: "could not be told to boot anew" };
    did.push("booted anew");
  }
  const lacking = await untilBack(turn);
  if (lacking !== undefined) return { kind: "failed", why: `did not come back: ${lacking}` };
  return { kind: "done", did: did.join(", "), ...(left ? { left: printableLine(left) } : {}) };
}

/** Waits for the machine and its sites. Answers what is lacking when the time is over; undefined once all is there. */
async function untilBack({
  machine,
  entrance,
  before,
  withinMs,
}: Turn): Promise<string | undefined> {
  const script = `${backScript()}${answersScript(askedOf(machine))}`;
  const end = Date.now() + withinMs;
  let lacking: string | undefined;
  do {
    const left = Math.max(end - Date.now(), 5_000);
    const said = await told(machine, entrance, script, Math.min(left, sessionMs));
    lacking = said.kind === "away" ? said.why : lackingIn(before, machine, said);
    if (lacking === undefined) return undefined;
    await sleep(restMs);
  } while (Date.now() < end);
  return lacking;
}

function lackingIn(before: Well, machine: Machine, said: Told): string | undefined {
  if (said.last("back") !== "yes") return "it was told to boot anew and has not";
  const now = wellOf(machine, said.text);
  const silent = before.sites.filter((slug) => !now.sites.includes(slug));
  if (silent.length > 0) return `${silent.join(", ")} does not answer as before`;
  return before.web && !now.web ? "nothing lets visitors in" : undefined;
}

interface Told {
  readonly kind: "told";
  readonly text: string;
  readonly last: (name: string) => string | undefined;
  /** What hinders, in words. */
  readonly hindered: () => string;
}

async function told(
  machine: Machine,
  entrance: Entrance,
  script: string,
  timeoutMs: number,
): Promise<Told | { readonly kind: "away"; readonly why: string }> {
  const session = await runScript(machine, entrance, script, timeoutMs);
  if (session.kind === "fault") return { kind: "away", why: session.detail };
  const facts = readFacts(session.stdout);
  return {
    kind: "told",
    text: session.stdout,
    last: (name) => facts.get(name)?.at(-1),
    hindered: () =>
      (facts.get("hinders") ?? [])
        .map((line) => printableLine(line.replace(/^(busy|ill) /, "")))
        .join(", "),
  };
}
