import type { Provider } from "../emulator/handler";
import { compare } from "./compare";
import { faultTexts } from "./fault-texts";
import { agrees, type Finding } from "./finding";
import { gapFor, type Gap, type LeftOut } from "./gap";
import type { Call, Unreadable } from "./recording";
import { circumstancesOf, configOf, replay } from "./replay";
import { everSeen, handlerOf, standing } from "./seed";

/** The outcome of replaying recordings against the emulators. */
export interface Outcome {
  readonly calls: number;
  readonly findings: readonly Finding[];
  /** Calls of types that are not emulated, by type. */
  readonly leftOut: readonly { type: string; calls: number; reason: string }[];
  /** Types that are neither emulated nor left out with a reason. */
  readonly missing: readonly { type: string; calls: number }[];
  readonly unreadable: readonly Unreadable[];
  /** Calls that say nothing about resources, by method. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** What the comparison itself finds out. */
export type Compared = Omit<Outcome, "unreadable" | "skipped">;

/** Replays every call, each on a fresh cloud that holds what the call presupposes. */
export async function run(
  calls: readonly Call[],
  providers: readonly Provider[],
  known: readonly LeftOut[],
): Promise<Compared> {
  const findings: Finding[] = [];
  const absent = new Map<string, number>();
  for (const file of new Set(calls.map((call) => call.file))) {
    const ofFile = calls.filter((call) => call.file === file);
    const seen = everSeen(ofFile);
    for (const [index, call] of ofFile.entries()) {
      const provider = providers.find(({ name }) => name === call.provider);
      if (!provider || !emulates(provider, call)) {
        absent.set(call.type, (absent.get(call.type) ?? 0) + 1);
        continue;
      }
      const before = ofFile.slice(0, index);
      const history = {
        everSeen: seen,
        // Asked for a call in ten, and worked out from all before it.
        get standing() {
          return standing(before);
        },
        config: configBefore(call, before),
      };
      findings.push(...(await replayBest(call, provider, history)));
    }
  }
  const reasonOf = (type: string) => known.find((item) => item.type === type)?.reason;
  const absentees = [...absent].map(([type, count]) => ({ type, calls: count }));
  return {
    calls: calls.length,
    findings,
    leftOut: absentees.flatMap((item) => {
      const reason = reasonOf(item.type);
      return reason === undefined ? [] : [{ ...item, reason }];
    }),
    missing: absentees.filter((item) => reasonOf(item.type) === undefined),
  };
}

function emulates(provider: Provider, call: Call): boolean {
  if (call.type === "(provider)") return true;
  if (call.method === "Invoke") return call.type in (provider.invokes ?? {});
  return handlerOf(provider, call.type) !== undefined;
}

/** Configuration of the same scenario, if it was recorded and accepted. */
function configBefore(call: Call, before: readonly Call[]) {
  const configure = before.findLast(
    (earlier) =>
      earlier.method === "Configure" &&
      earlier.scenario === call.scenario &&
      earlier.provider === call.provider &&
      earlier.error === undefined,
  );
  return configure ? configOf(configure) : {};
}

/** The findings under the first circumstances that agree in everything, else the first at all. */
async function replayBest(
  call: Call,
  provider: Provider,
  history: Parameters<typeof circumstancesOf>[2],
): Promise<Finding[]> {
  let first: Finding[] | undefined;
  const all = circumstancesOf(call, provider, history);
  for (const circumstances of all) {
    const findings = compare(call, await replay(call, provider, circumstances));
    if (findings.every(agrees)) return findings;
    first ??= findings;
  }
  const { error } = call;
  if (error !== undefined && faultTexts.some((pattern) => pattern.test(error))) {
    const half = /^(creating|updating) urn:/.test(error);
    for (const kind of half ? (["half", "error"] as const) : (["error"] as const)) {
      const fault = { kind, message: error };
      const findings = compare(call, await replay(call, provider, { ...all[0]!, fault }));
      if (findings.every(agrees)) return findings.map((item) => ({ ...item, onRequest: true }));
    }
  }
  return first!;
}

/** What a run proves: unexplained differences and gaps that nothing needs. */
export function judge(
  outcome: Pick<Compared, "findings">,
  gaps: readonly Gap[],
): { unexplained: Finding[]; unused: Gap[]; accepted: Map<Gap, Finding[]> } {
  const accepted = new Map<Gap, Finding[]>();
  const unexplained: Finding[] = [];
  for (const finding of outcome.findings.filter((item) => !agrees(item))) {
    const gap = gapFor(finding, gaps);
    if (gap) accepted.set(gap, [...(accepted.get(gap) ?? []), finding]);
    else unexplained.push(finding);
  }
  return { unexplained, unused: gaps.filter((gap) => !accepted.has(gap)), accepted };
}
