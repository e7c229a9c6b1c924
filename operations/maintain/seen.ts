import { answersScript, factsScript } from "../../components/machine/questions";
import { readyScript } from "../../components/machine/upkeep";
import { askedOf, isWell, readAnswers } from "../fleet/answered";
import { readDelivered } from "../fleet/delivered";
import type { Machine } from "../fleet/fleet";
import { readHealthFacts } from "../fleet/health";
import { printableLine } from "../ground/printable";
import { readFacts } from "../ground/report";
import { runScript, type Entrance } from "../ground/sessions";

/** A machine before it is maintained, by its own word. */
export type Seen =
  | { readonly kind: "away"; readonly why: string }
  | {
      readonly kind: "told";
      readonly rebootNeeded: boolean;
      readonly updates: number;
      readonly securityUpdates: number;
      /** What is at work there and ends by itself, for which it is left alone. */
      readonly busy: readonly string[];
      /** What needs a person before it can be touched. */
      readonly ill: readonly string[];
      /** What must be there again afterwards. */
      readonly well: Well;
    };

/** What of a machine is well. */
export interface Well {
  /** Sites whose service answers as it shall, sorted. */
  readonly sites: readonly string[];
  /** Whether visitors are let in. */
  readonly web: boolean;
}

/** Milliseconds that a look may take. */
const lookMs = 3 * 60_000;

/** Looks at a machine in one session; never throws for what it does. */
export async function see(machine: Machine, entrance: Entrance): Promise<Seen> {
  const asked = answersScript(askedOf(machine));
  const script = `${factsScript()}${asked}${readyScript()}`;
  const session = await runScript(machine, entrance, script, lookMs);
  if (session.kind === "fault") return { kind: "away", why: session.detail };
  return seenOf(machine, session.stdout);
}

/** What a session of the look said. Pure. */
export function seenOf(machine: Machine, said: string): Seen {
  const facts = readHealthFacts(said);
  const told = readFacts(said);
  if (!facts || told.get("told")?.at(-1) !== "yes") {
    return { kind: "away", why: "did not tell its state" };
  }
  const hinders = (kind: string) =>
    (told.get("hinders") ?? [])
      .filter((line) => line.startsWith(`${kind} `))
      .map((line) => printableLine(line.slice(kind.length + 1)));
  const well = wellOf(machine, said);
  const silent = (readDelivered(said) ?? [])
    .filter(({ slug, commit }) => commit && isDeclared(machine, slug) && !well.sites.includes(slug))
    .map(({ slug }) => `${slug} does not answer as it shall; look: berth logs ${slug}`);
  return {
    kind: "told",
    rebootNeeded: facts.rebootNeeded,
    updates: facts.updates,
    securityUpdates: facts.securityUpdates,
    busy: hinders("busy"),
    ill: [...hinders("ill"), ...silent],
    well,
  };
}

/** What of a machine is well, by what a session said of it. Pure. */
export function wellOf(machine: Machine, said: string): Well {
  const answers = readAnswers(said);
  const sites = machine.declared.sites
    .map(({ slug }) => slug)
    .filter((slug) => isWell(answers[slug] ?? 0, isDeclared(machine, slug)));
  return { sites: sites.sort(), web: readFacts(said).get("web")?.at(-1) === "open" };
}

function isDeclared({ declared }: Machine, slug: string): boolean {
  return declared.deliveries.some((each) => each.slug === slug);
}
