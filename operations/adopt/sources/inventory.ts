import { textOf } from "./asking";

/** The variables of the inventory that are looked at; no other is kept, as some are passwords. */
export const looked = ["ansible_host", "ansible_user", "ansible_ssh_user", "ansible_port"] as const;
export type Variables = Readonly<Partial<Record<(typeof looked)[number], string>>>;

/** An inventory, of either form. `all` is a group like the others. */
export interface Inventory {
  readonly hosts: Map<string, Variables>;
  readonly groups: Map<string, Group>;
}

export interface Group {
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  vars: Variables;
}

/** What of a mapping is looked at. Templates are only known to Ansible. */
export function lookedAt(vars: Readonly<Record<string, unknown>>): Variables {
  const found = looked.map((name) => [name, textOf(vars[name])] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== "" && !value.includes("{{")));
}

/** The group of that name, made where there is none yet. */
export function groupIn({ groups }: Inventory, name: string): Group {
  const group = groups.get(name) ?? { hosts: new Set(), children: new Set(), vars: {} };
  groups.set(name, group);
  return group;
}
