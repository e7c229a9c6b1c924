import type { Change } from "../../../engine/preview";
import { at, secret, textAt, unknown, type Value } from "../../../engine/values";
import { recordType } from "./kinds";
import type { NameChange } from "./name-change";
import type { Plan } from "./plan";
import type { Side } from "./side";
import { zoneTlsOf } from "./zone-tls";

/** Names that appear, vanish or lead elsewhere, by name. */
export function namesOf(plan: Plan): readonly NameChange[] {
  const changes = plan.preview.changes.flatMap((change) => recordChange(change, plan.after));
  return [...changes, ...external(plan), ...zoneTlsOf(plan.preview.changes)].sort((a, b) =>
    `${a.name} ${a.type}` < `${b.name} ${b.type}` ? -1 : 1,
  );
}

/**
 * Names that one resource makes while another of the same name still stands. The engine makes first
 * and deletes last: of two address records both hosts answer meanwhile, and what Cloudflare does not
 * take side by side (a CNAME beside an address, the same record twice) fails half-way.
 */
export function clashesOf({ preview }: Plan): readonly string[] {
  const records = (fates: readonly string[], side: "before" | "after") =>
    preview.changes.flatMap(({ type, fate, ...change }) => {
      const state = change[side];
      return type === recordType && fates.includes(fate) && state ? [read(state.inputs).name] : [];
    });
  const going = new Set(records(["delete"], "before"));
  return [...new Set(records(["create"], "after").filter((name) => going.has(name)))].sort();
}

function recordChange({ type, fate, before, after }: Change, side: Side): NameChange[] {
  if (type !== recordType || fate === "same" || fate === "read") return [];
  const [was, will] = [before && read(before.inputs), after && read(after.inputs)];
  const by = "Berth" as const;
  if (fate === "import" && will) {
    const { name, type, text } = will;
    return [{ kind: "taken over", name, type, by, from: formerOf(side, name, type), to: text }];
  }
  if (fate === "delete" && was && before?.retainOnDelete === true) {
    return [{ kind: "leaves", name: was.name, type: was.type, by, to: was.text }];
  }
  if (was && will && was.name === will.name) {
    if (was.text === will.text && will.text !== later) return [];
    return [
      { kind: "changes", name: will.name, type: will.type, by, from: was.text, to: will.text },
    ];
  }
  return [
    ...(was
      ? [{ kind: "disappears" as const, name: was.name, type: was.type, by, from: was.text }]
      : []),
    ...(will
      ? [{ kind: "appears" as const, name: will.name, type: will.type, by, to: will.text }]
      : []),
  ];
}

/** What the zone held, as the program found it: the engine's own account leaves it out in places. */
function formerOf({ outputs }: Side, name: string, type: string): string {
  const former = Object.values(outputs.projects)
    .flatMap((project) => project.takenOver ?? [])
    .find((record) => record.name === name && record.type === type);
  const proxied = former?.proxied === true ? ", proxied" : "";
  return former?.content === undefined ? "not known" : `${former.content}${proxied}`;
}

const later = "an address known after the update";

function read(inputs: Value): { name: string; type: string; text: string } {
  const proxied = at(inputs, "proxied") === true ? ", proxied" : "";
  const type = textAt(inputs, "type") ?? "";
  const content = target(at(inputs, "content"));
  return {
    name: textAt(inputs, "name") ?? "?",
    type,
    text: content === later ? later : `${content}${proxied}`,
  };
}

function target(value: Value | undefined): string {
  if (value === unknown || value === undefined) return later;
  if (value === secret) return "(hidden)";
  return String(value);
}

/** Records that a client has to set: stack outputs, since Berth makes none of them. */
function external({ before, after }: Plan): NameChange[] {
  const [was, will] = [clientRecords(before), clientRecords(after)];
  return [...new Set([...was.keys(), ...will.keys()])].flatMap((key): NameChange[] => {
    const [name, type] = key.split(" ") as [string, string];
    const [from, to] = [was.get(key), will.get(key)];
    const by = "the client" as const;
    if (from === to) return [];
    if (from === undefined) return [{ kind: "appears", name, type, by, to: to! }];
    if (to === undefined) return [{ kind: "disappears", name, type, by, from }];
    return [{ kind: "changes", name, type, by, from, to }];
  });
}

function clientRecords({ outputs }: Side): ReadonlyMap<string, string> {
  const records = Object.values(outputs.projects).flatMap((project) => project.records ?? []);
  return new Map(
    records.map(({ name = "?", type = "?", content }) => [`${name} ${type}`, target(content)]),
  );
}
