import type { z } from "zod";

import { analyzed, digest, event, metadata, state, type Event } from "./formats";
import {
  UnreadablePreview,
  type Operation,
  type PolicyRun,
  type Preview,
  type State,
} from "./preview";
import { changesOf, type Step } from "./steps";
import { stackOf, stackType, typeOf } from "./urn";
import { isValues, shutValues, type Values } from "./values";

/**
 * Reads a preview: the engine's event log, one event a line (`pulumi preview --json` with
 * `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true`), or the digest that `pulumi preview --json` prints.
 * The log is the better source: the digest holds nothing of policies.
 *
 * Throws `UnreadablePreview` for anything that is cut off, of another version, an update's log, or
 * no preview. `source` names the file in errors. Messages hold what programs and providers print, secrets
 * among it: each passes `clean` on its way.
 */
export function readPreview(text: string, source: string, clean: Clean): Preview {
  const trimmed = text.trim();
  if (trimmed === "") throw new UnreadablePreview(source, "it is empty");
  if (!trimmed.startsWith("{")) throw new UnreadablePreview(source, "it is no JSON");
  const [first = ""] = trimmed.split("\n", 1);
  return first.includes('"sequence":')
    ? fromEvents(trimmed, source, clean)
    : fromDigest(trimmed, source, clean);
}

/** Makes a message fit to be told. */
type Clean = (message: string) => string;

function fromEvents(text: string, source: string, clean: Clean): Preview {
  const events = text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line, index) => checked(event, json(line, source), `${source}: event ${index + 1}`));
  events.forEach(({ sequence }, index) => {
    // The engine leaves numbers out, but never goes back.
    if (sequence <= (events[index - 1]?.sequence ?? -1)) {
      throw new UnreadablePreview(
        source,
        `event ${index + 1} is out of order`,
        "give one log alone",
      );
    }
  });
  const summary = events.find((entry) => entry.summaryEvent)?.summaryEvent;
  const errors = errorsOf(events, clean);
  if (!events.at(-1)?.cancelEvent) throw new UnreadablePreview(source, "its end is missing");
  if (!summary && errors.length === 0)
    throw new UnreadablePreview(source, "its summary is missing");
  if (summary && !summary.isPreview) {
    throw new UnreadablePreview(source, "it is the log of an update", "give the log of a preview");
  }
  const steps = events.flatMap(({ resourcePreEvent }) =>
    resourcePreEvent ? [stepOf(resourcePreEvent.metadata)] : [],
  );
  if (summary?.result === "succeeded") compareCounts(steps, summary.resourceChanges ?? {}, source);
  const outputs = events.flatMap(({ resOutputsEvent: found }) =>
    found && typeOf(found.metadata.urn) === stackType ? [stepOf(found.metadata)] : [],
  );
  return {
    stack: stackIn(steps, source, errors),
    whole: true,
    changes: changesOf(steps),
    outputs: stackOutputs([...steps, ...outputs]),
    config: events.find((entry) => entry.preludeEvent)?.preludeEvent?.config ?? {},
    policies: policyRun(events, summary?.PolicyPacks ?? {}, source, clean),
    errors,
    warnings: diagnostics(events, "warning", clean),
    succeeded: summary?.result === "succeeded",
  };
}

function fromDigest(text: string, source: string, clean: Clean): Preview {
  const whole = checked(digest, json(text, source), source);
  const steps = whole.steps.map(({ oldState, newState, diffReasons, replaceReasons, ...rest }) =>
    stepOf({ ...rest, old: oldState, new: newState, diffs: diffReasons, keys: replaceReasons }),
  );
  const said = (severity: string) =>
    (whole.diagnostics ?? [])
      .filter((entry) => entry.severity === severity)
      .map(({ message }) => clean(message ?? ""));
  const errors = said("error");
  if (errors.length === 0) {
    // Of what stays the same the digest holds the stack alone.
    const moving = steps.filter(({ op }) => op !== "same");
    const { same: _, ...told } = whole.changeSummary ?? {};
    compareCounts(moving, told, source);
  }
  return {
    stack: stackIn(steps, source, errors),
    whole: false,
    changes: changesOf(steps),
    outputs: stackOutputs(steps),
    config: whole.config ?? {},
    policies: undefined,
    errors,
    warnings: said("warning"),
    succeeded: errors.length === 0 && whole.maybeCorrupt !== true,
  };
}

function checked<T>(schema: z.ZodType<T>, raw: unknown, source: string): T {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = issue.path.join(".") || "it";
  throw new UnreadablePreview(
    source,
    `${place} is not what this version of Berth can read (${issue.message})`,
    "use the Pulumi CLI that this clone pins, and give the whole output of its preview",
  );
}

function json(text: string, source: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UnreadablePreview(source, "its JSON is cut off or broken");
  }
}

function stepOf(raw: z.infer<typeof metadata>): Step {
  return {
    op: raw.op,
    urn: raw.urn,
    ...(raw.old ? { before: stateOf(raw.old, raw.urn) } : {}),
    ...(raw.new ? { after: stateOf(raw.new, raw.urn) } : {}),
    replaceKeys: raw.keys ?? [],
    diffs: [...(raw.diffs ?? []), ...Object.keys(raw.detailedDiff ?? {})],
  };
}

function stateOf(raw: z.infer<typeof state>, urn: string): State {
  return {
    urn: raw.urn ?? urn,
    inputs: shutValues(raw.inputs ?? {}),
    outputs: shutValues(raw.outputs ?? {}),
    id: raw.id ?? "",
    parent: raw.parent ?? "",
    custom: raw.custom ?? false,
    protect: raw.protect ?? false,
    retainOnDelete: raw.retainOnDelete ?? false,
  };
}

/** Operations that the engine's summary counts: reads and the halves of a replacement are not. */
const counted: readonly Operation[] = ["same", "create", "update", "delete", "replace", "import"];

/** A step lost on the way would make the verdict about something else than the plan. */
function compareCounts(
  steps: readonly Step[],
  told: Readonly<Record<string, number>>,
  source: string,
): void {
  const found: Record<string, number> = {};
  for (const { op } of steps) found[op] = (found[op] ?? 0) + 1;
  for (const op of counted) {
    const [have, want] = [found[op] ?? 0, told[op] ?? 0];
    if (have !== want) {
      throw new UnreadablePreview(
        source,
        `it holds ${have} steps "${op}", its summary says ${want}`,
      );
    }
  }
}

function stackIn(steps: readonly Step[], source: string, errors: readonly string[]): string {
  const [first] = steps;
  if (first) return stackOf(first.urn);
  if (errors.length > 0) return "";
  throw new UnreadablePreview(source, "it names no resource");
}

function stackOutputs(steps: readonly Step[]): Preview["outputs"] {
  const own = steps.filter(({ urn }) => typeOf(urn) === stackType);
  const outputs = (side: "before" | "after"): Values =>
    own
      .map((step) => step[side]?.outputs)
      .findLast((found) => isValues(found) && Object.keys(found).length > 0) ?? {};
  return { before: outputs("before"), after: outputs("after") };
}

function policyRun(
  events: readonly Event[],
  packs: Readonly<Record<string, string>>,
  source: string,
  clean: Clean,
): PolicyRun {
  const summaries = events.flatMap((entry) => {
    const told = entry.policyAnalyzeSummaryEvent ?? entry.policyAnalyzeStackSummaryEvent;
    return told === undefined ? [] : [checked(analyzed, told, source)];
  });
  const messages = events.flatMap(({ policyEvent: said }) =>
    said
      ? [
          {
            policy: said.policyName,
            urn: said.resourceUrn ?? "",
            message: clean(said.message),
            mandatory: said.enforcementLevel === "mandatory",
          },
        ]
      : [],
  );
  const spoke = new Set(messages.map(({ policy }) => policy));
  const silent = summaries.flatMap(({ failed }) => failed ?? []).find((name) => !spoke.has(name));
  if (silent !== undefined) {
    throw new UnreadablePreview(source, `what policy ${silent} said is missing`);
  }
  const judged = summaries.flatMap(({ passed, failed }) => [...(passed ?? []), ...(failed ?? [])]);
  return { packs, judged: [...new Set(judged)].sort(), messages };
}

/** Only these: debug messages hold whole resources, secrets in plain text among them. */
function diagnostics(
  events: readonly Event[],
  severity: "error" | "warning",
  clean: Clean,
): readonly string[] {
  const said = events.flatMap(({ diagnosticEvent: found }) =>
    found?.severity === severity ? [clean(found.message)] : [],
  );
  return [...new Set(said)];
}

function errorsOf(events: readonly Event[], clean: Clean): readonly string[] {
  const internal = events.flatMap(({ errorEvent }) =>
    errorEvent ? [clean(errorEvent.error)] : [],
  );
  return [...diagnostics(events, "error", clean), ...internal];
}
