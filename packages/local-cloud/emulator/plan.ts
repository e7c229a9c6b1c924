import type { Field, ResourceTable } from "./table";
import { hasUnknown, isObject, UNKNOWN, type Props } from "./values";

/**
 * The outputs as a preview shows them: inputs echoed in the state's form, what the cloud fills in
 * unknown on creation and unchanged on update.
 */
export function plan(table: ResourceTable, news: Props, olds: Props | undefined): Props {
  const outputs: Props = {};
  for (const [key, field] of Object.entries(table.inputs)) {
    if (!field.inputOnly)
      outputs[key] = planField(field, news[key], olds?.[key], olds !== undefined);
  }
  for (const [key, value] of Object.entries(table.outputs)) {
    // The engine drops nulls from its state: what is not there was null.
    outputs[key] = olds ? (olds[key] ?? (value === UNKNOWN ? null : value)) : value;
  }
  if (olds) for (const key of table.volatile ?? []) outputs[key] = UNKNOWN;
  outputs["id"] = olds?.["id"] ?? UNKNOWN;
  return table.adjustPlan?.(outputs, news, olds) ?? outputs;
}

function planField(field: Field, wanted: unknown, old: unknown, exists: boolean): unknown {
  // To Terraform an empty text for what the cloud fills in is none.
  if (wanted === undefined || wanted === null || (wanted === "" && field.computed)) {
    if (field.computed) return exists ? (old ?? null) : UNKNOWN;
    // An empty value and none are no change to Terraform; the state keeps which of them it has.
    if (exists && (old === "" || (Array.isArray(old) && old.length === 0))) return old;
    return field.absent ?? null;
  }
  if (exists && field.same?.(old, wanted)) return old;
  if (field.fields) return planMembers(field, wanted, old, exists);
  // A Terraform list or set with one unknown element is unknown as a whole.
  if (hasUnknown(wanted)) return UNKNOWN;
  if (field.type === "map" && isObject(wanted)) {
    return Object.fromEntries(Object.entries(wanted).filter(([key]) => key !== "__defaults"));
  }
  return field.toState ? field.toState(wanted) : wanted;
}

function planMembers(field: Field, wanted: unknown, old: unknown, exists: boolean): unknown {
  if (wanted === UNKNOWN) return UNKNOWN;
  const one = (item: unknown, before: unknown): unknown =>
    isObject(item)
      ? Object.fromEntries(
          Object.entries(field.fields!).map(([key, member]) => [
            key,
            planField(
              member,
              item[key],
              isObject(before) ? before[key] : undefined,
              exists && isObject(before),
            ),
          ]),
        )
      : item;
  return Array.isArray(wanted)
    ? wanted.map((item, index) => one(item, Array.isArray(old) ? old[index] : undefined))
    : one(wanted, old);
}
