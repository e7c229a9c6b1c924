import { environments } from "../../components/fleet/fleet";
import type { Context } from "../ground/context";
import { deployersOf, machineName, survey } from "../fleet/fleet";
import { chosenMachines, nothingSeen } from "../fleet/targets";
import { inParallel, parallelDefault } from "../ground/pool";
import { printableLine } from "../ground/printable";
import { asDeployer, type Entrance } from "../ground/sessions";
import { table } from "../ground/table";
import { exits, readCommandLine, unknown, UsageError } from "../ground/usage";
import { candidates, dueOf, judge, stageFirst, type Candidate, type Judged } from "./plan";
import type { Verdict } from "./plan";
import { see } from "./seen";
import { maintain } from "./turn";

/** How `berth maintain` is called. */
export const usage = `usage: berth maintain --plan [--environment E] [node…]
       berth maintain --due [--now] [--within SECONDS] [--environment E] [node…]

Updates the machines that Berth made and has them boot anew where they want it: one at a time, stage
before production, within the window that berth:agency or a node's entry declares (maintenance).
What answered before must answer again before the next machine is begun with. The first that does not
come back ends the run, which names it. A machine is left alone while a project of it moves, is
delivered, backed up or restored, and while a container runs there that would not start again.

  --plan            what is due, why, and what stands against it; changes nothing
  --due             does it
  --now             outside of the window too, for machines that are named
  --within SECONDS  what a machine gets to be back with its sites (600)
  --environment E   stage or prod, with the host stacks that serve it

Ends with 0 when nothing needs a person, 1 when a machine did not come back, was not reached or is
not well, or an update would take another package away; --plan with 0 when every machine was seen.
`;

/** `berth maintain`. */
export async function main(context: Context, argv: readonly string[]): Promise<number> {
  const { flags, values, words } = readCommandLine(argv, {
    flags: ["plan", "due", "now"],
    values: ["environment", "within"],
  });
  if (flags.has("plan") === flags.has("due")) throw new UsageError("say --plan or --due");
  if (flags.has("now") && words.length === 0) {
    throw new UsageError("--now is for machines that are named");
  }
  const withinMs = withinOf(values["within"]) * 1_000;
  const { environment: only } = values;
  if (only !== undefined && !environments.some((each) => each === only)) {
    throw new UsageError(unknown("environment", only, environments));
  }
  // Stage is looked at whoever is asked for: production waits for it.
  const { fleets, machines, undeployed, unread } = await survey(context, {});
  const all = candidates(fleets, machines);
  const asked = chosenMachines(machines, words).filter(
    ({ environment }) => only === undefined || environment === only,
  );
  const chosen = all.filter(({ machine }) => asked.includes(machine));
  if (chosen.length === 0) {
    const strangers = asked.map(machineName).join(", ");
    context.say(
      strangers === ""
        ? nothingSeen(undeployed)
        : `Berth did not make ${strangers}: its owner updates it`,
    );
    return exits.failed;
  }
  const entrance = await asDeployer(context, deployersOf(fleets));
  const anytime = ({ machine }: Candidate) => flags.has("now") && asked.includes(machine);
  const looked = all.filter(
    (each) => each.machine.environment === "stage" || chosen.includes(each),
  );
  const judged = await inParallel(looked, parallelDefault, async (candidate): Promise<Judged> => {
    const seen = await see(candidate.machine, entrance);
    return { candidate, seen, verdict: judge(candidate, seen, context.now, anytime(candidate)) };
  });
  const known = unread.some(({ declares }) => declares) ? unknownStage : undefined;
  if (flags.has("plan")) {
    context.out(
      `${describe(
        judged.filter(({ candidate }) => chosen.includes(candidate)),
        known,
      )}\n`,
    );
    return judged.some(({ seen }) => seen.kind === "away") ? exits.failed : exits.done;
  }
  return takeTurns(context, { chosen, judged, entrance, anytime, withinMs, known });
}

const unknownStage: Verdict = {
  kind: "held",
  why: "not every stack could be read, so nobody knows whether stage is done",
};

interface Round {
  readonly chosen: readonly Candidate[];
  readonly judged: readonly Judged[];
  readonly entrance: Entrance;
  readonly anytime: (candidate: Candidate) => boolean;
  readonly withinMs: number;
  /** Why production waits whatever was seen. */
  readonly known: Verdict | undefined;
}

/** One machine after the other, each looked at anew when its turn comes. */
async function takeTurns(context: Context, round: Round): Promise<number> {
  const { chosen, entrance, anytime, withinMs } = round;
  const judged = new Map(round.judged.map((each) => [each.candidate, each]));
  let attention = false;
  const tell = (candidate: Candidate, what: string) =>
    context.out(`${machineName(candidate.machine)}: ${printableLine(what)}\n`);
  for (const [index, candidate] of chosen.entries()) {
    const { machine } = candidate;
    const first = judged.get(candidate)?.verdict;
    if (first?.kind === "well") continue;
    const seen = await see(machine, entrance);
    const waits =
      machine.environment === "prod"
        ? (round.known ?? stageFirst([...judged.values()]))
        : undefined;
    const verdict = waitingFor(waits, judge(candidate, seen, context.now, anytime(candidate)));
    judged.set(candidate, { candidate, seen, verdict });
    if (verdict.kind === "well") continue;
    if (verdict.kind !== "turn" || seen.kind === "away") {
      attention ||= verdict.kind === "held";
      tell(candidate, `left alone: ${"why" in verdict ? verdict.why : ""}`);
      continue;
    }
    tell(candidate, `begun: ${verdict.why}`);
    const { updates, rebootNeeded, well } = seen;
    const turn = { machine, entrance, before: well, updates, rebootNeeded, withinMs };
    const ended = await maintain(turn);
    if (ended.kind === "left") {
      tell(candidate, `left alone: ${ended.why}`);
      const busy = { ...seen, busy: [ended.why] };
      judged.set(candidate, { candidate, seen: busy, verdict: { kind: "later", why: ended.why } });
      continue;
    }
    if (ended.kind === "failed") {
      tell(candidate, ended.why);
      const rest = chosen.slice(index + 1).map((each) => machineName(each.machine));
      context.say(
        `stopped at ${machineName(machine)}${rest.length === 0 ? "" : `; not begun with: ${rest.join(", ")}`}`,
      );
      return exits.failed;
    }
    const back = well.sites.length === 0 ? "" : `; ${well.sites.join(", ")} answers`;
    tell(candidate, `${ended.did}${back}`);
    if (ended.left !== undefined) {
      attention = true;
      tell(
        candidate,
        `not installed, since another package would go for it: ${ended.left}; look there: apt-get -s dist-upgrade`,
      );
    }
    judged.set(candidate, { candidate, seen, verdict: { kind: "well" } });
  }
  return attention ? exits.failed : exits.done;
}

/** Production's turn, as long as stage is not done. */
function waitingFor(waits: Verdict | undefined, verdict: Verdict): Verdict {
  return verdict.kind === "turn" ? (waits ?? verdict) : verdict;
}

const titles = ["NODE", "DUE", "NOW"] as const;

/** What is due, a line a machine. */
function describe(judged: readonly Judged[], known: Verdict | undefined): string {
  const waits = known ?? stageFirst(judged);
  return table(
    titles,
    judged.map(({ candidate, seen, verdict }) => {
      const { machine } = candidate;
      const due = seen.kind === "away" ? "not known" : (dueOf(seen) ?? "nothing");
      const then =
        machine.environment === "prod" && waits !== undefined ? "after stage" : "its turn";
      const now = { turn: then, well: "-", later: "left alone: ", held: "left alone: " }[
        verdict.kind
      ];
      const why = "why" in verdict && verdict.kind !== "turn" ? verdict.why : "";
      return [machineName(machine), due, printableLine(`${now}${why}`)];
    }),
  );
}

/** `--within`: seconds, 5 to 3600. Throws a `UsageError` for anything else. */
function withinOf(text: string | undefined): number {
  if (text === undefined) return 600;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 5 && seconds <= 3_600) return seconds;
  throw new UsageError(`--within ${text}: a whole number of seconds from 5 to 3600 is needed`);
}
