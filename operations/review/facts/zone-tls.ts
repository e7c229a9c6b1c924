import type { Change, State } from "../../../engine/preview";
import { at, entries, textAt } from "../../../engine/values";
import type { NameChange } from "./name-change";

const settingType = "cloudflare:index/zoneSetting:ZoneSetting";
const rulesetType = "cloudflare:index/ruleset:Ruleset";

/** The part of a name that its row is about: how the edge talks to the machine behind it. */
const aspect = "behind the edge";

/**
 * How the edge talks to the origins of zones and single names, where that changes: a zone's mode, which is
 * also that of names that are not Berth's, and the configuration rules, Berth's and others'.
 */
export function zoneTlsOf(changes: readonly Change[]): readonly NameChange[] {
  return changes.flatMap(({ type, fate, name, before, after }): NameChange[] => {
    if (fate === "same" || fate === "read") return [];
    if (type === settingType) return settingChange(name, before, after);
    return type === rulesetType ? ruleChanges(before, after) : [];
  });
}

function settingChange(resource: string, before?: State, after?: State): NameChange[] {
  const id = textAt((after ?? before)?.inputs, "settingId") ?? "?";
  const zone = /^tls-(.+)-[a-z_]+$/.exec(resource)?.[1] ?? resource;
  const value = (state?: State) => state && textAt(state.inputs, "value");
  const [from, to] = [value(before), value(after)];
  // Cloudflare keeps a setting that is not declared any more.
  if (from === to || to === undefined) return [];
  return [
    {
      ...{ kind: "changes", name: zone, type: `(zone) ${id}`, by: "Berth" },
      ...{ from: from ?? "as it was", to },
    },
  ];
}

function ruleChanges(before?: State, after?: State): NameChange[] {
  const [was, will] = [rulesOf(before), rulesOf(after)];
  const both = [...new Set([...was.keys(), ...will.keys()])];
  return both.flatMap((key): NameChange[] => {
    const [from, to] = [was.get(key), will.get(key)];
    if (from === to) return [];
    const change = { type: aspect, by: "Berth" as const, name: key };
    return [{ ...change, kind: "changes", from: from ?? "as its zone", to: to ?? "as its zone" }];
  });
}

/** The mode by hostname where a rule lists hostnames, otherwise by what the rule says it is for. */
function rulesOf(state: State | undefined): ReadonlyMap<string, string> {
  return new Map(
    entries(state && at(state.inputs, "rules")).flatMap((rule) => {
      const mode = textAt(rule, "actionParameters", "ssl");
      if (mode === undefined) return [];
      const expression = textAt(rule, "expression") ?? "?";
      const listed = /^\(http\.host in \{(.*)\}\)$/.exec(expression)?.[1];
      const names = listed?.match(/[^"\s]+/g) ?? [expression];
      return names.map((name) => [name, mode] as const);
    }),
  );
}
