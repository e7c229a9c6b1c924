import type { Change } from "../../../engine/preview";
import { at, isList, numberAt, textAt, type Value } from "../../../engine/values";
import {
  bucketType,
  holdsData,
  lifecycleType,
  lockType,
  machines,
  providerName,
  versioningType,
} from "./kinds";
import type { Plan } from "./plan";

/**
 * What becomes of data:
 * - `destroys`: it is gone after the update,
 * - `protected`: the update would destroy it and is refused, because the resource is protected,
 * - `kept`: the resource leaves the stack and stays at the provider.
 */
export type DataKind = "destroys" | "protected" | "kept";

/** Something that holds data and is touched. */
export interface DataLoss {
  readonly kind: DataKind;
  readonly urn: string;
  readonly name: string;
  /** What is lost, in words. */
  readonly what: string;
}

/** All data a plan touches, worst first. */
export function dataOf(plan: Plan): readonly DataLoss[] {
  const order: readonly DataKind[] = ["destroys", "protected", "kept"];
  return plan.preview.changes
    .flatMap((change) => [...lostWith(plan, change), ...weakened(plan, change)])
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.urn < b.urn ? -1 : 1));
}

function lostWith(plan: Plan, change: Change): DataLoss[] {
  const { urn, name, type, fate, before } = change;
  if (!before || (fate !== "delete" && fate !== "replace") || !holdsData(type)) return [];
  const kind =
    before.retainOnDelete && fate === "delete" ? "kept" : before.protect ? "protected" : "destroys";
  return [{ kind, urn, name, what: describe(plan, change) }];
}

/** What does not delete a thing but lets what is in it be lost. */
function weakened(plan: Plan, change: Change): DataLoss[] {
  const { urn, name, type, fate, before, after } = change;
  if (!before || fate === "same") return [];
  const bucket = bucketOf(plan, change);
  // With the bucket itself its settings go too, and that is told there.
  if (bucket === undefined) return [];
  if (type === lifecycleType) {
    const [was, will] = [keepDays(before.inputs), after ? keepDays(after.inputs) : undefined];
    if (will !== undefined && (was === undefined || will < was)) {
      const kept = was === undefined ? "for ever" : `${was} days`;
      return [
        {
          kind: "destroys",
          urn,
          name,
          what: `archives in ${bucket} older than ${will} days (kept ${kept} so far)`,
        },
      ];
    }
  }
  const lost = fate === "delete" || fate === "replace";
  if (
    type === versioningType &&
    (lost || textAt(after?.inputs, "versioningConfiguration", "status") !== "Enabled")
  ) {
    return [
      {
        kind: "destroys",
        urn,
        name,
        what: `older versions in ${bucket}: what is overwritten cannot be brought back`,
      },
    ];
  }
  if (type === lockType && (lost || lockDays(after?.inputs) < lockDays(before.inputs))) {
    return [
      {
        kind: "destroys",
        urn,
        name,
        what: `the lock on archives in ${bucket}: they can be deleted sooner`,
      },
    ];
  }
  return [];
}

/** The bucket of a setting, undefined when it goes too. */
function bucketOf(plan: Plan, { before, after }: Change): string | undefined {
  const name = textAt(before?.inputs, "bucket") ?? textAt(after?.inputs, "bucket");
  const stays = plan.after.resources.some(
    ({ type, state }) =>
      type === bucketType && [state.id, textAt(state.inputs, "bucket")].includes(name),
  );
  return stays ? name : undefined;
}

/** Days after which the shortest rule deletes current objects. */
function keepDays(inputs: Value): number | undefined {
  const rules = at(inputs, "rules");
  const days = (isList(rules) ? rules : []).flatMap((rule) =>
    textAt(rule, "status") === "Disabled" ? [] : (numberAt(rule, "expiration", "days") ?? []),
  );
  return days.length === 0 ? undefined : Math.min(...days);
}

function lockDays(inputs: Value | undefined): number {
  return numberAt(inputs, "rule", "defaultRetention", "days") ?? 0;
}

function describe(plan: Plan, change: Change): string {
  const { type, name, before } = change;
  const cloud = machines[type];
  if (cloud) {
    const node = plan.nodeOf(change);
    const projects = (node && plan.before.nodes.get(node)?.projects) || [];
    const whose =
      projects.length === 0 ? "" : `, with all files and databases of ${projects.join(", ")}`;
    return `the disk of ${name} at ${providerName(cloud)}${whose}`;
  }
  if (type === bucketType)
    return `bucket ${textAt(before?.inputs, "bucket") ?? name} with all archives in it`;
  return `${name} (${type})`;
}
