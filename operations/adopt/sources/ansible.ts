import * as fs from "node:fs";
import { parseDocument } from "yaml";

import { isMapping, mapping } from "../../../components/fleet/mapping";
import { Refusal } from "../../ground/usage";
import type { FoundHost } from "../found";
import { readIni } from "./ansible-ini";
import { groupIn, looked, lookedAt, type Inventory, type Variables } from "./inventory";

/** Hosts of an inventory, and a sentence for each that could not be taken. */
export interface HostsRead {
  readonly hosts: readonly FoundHost[];
  readonly troubles: readonly string[];
}

const plainer = "give what `ansible-inventory --list --yaml` prints";

/** The hosts of an inventory of Ansible's, INI or YAML. Throws a `Refusal` naming the file, and no piece of it. */
export function ansibleHosts(file: string): HostsRead {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new Refusal(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  const inventory = readYaml(text) ?? readIni(text);
  if (inventory === undefined) {
    throw new Refusal(`${file}: is no inventory of Ansible's in INI or YAML; ${plainer}`);
  }
  const troubles: string[] = [];
  const hosts: FoundHost[] = [];
  for (const name of inventory.hosts.keys()) {
    if (/[[\]{}]/.test(name)) {
      troubles.push(`${file}: the host ${name} is a pattern of several; ${plainer}`);
      continue;
    }
    const { ansible_host: target = name, ansible_port: port, ...logins } = varsOf(inventory, name);
    const login = logins.ansible_user ?? logins.ansible_ssh_user;
    hosts.push({
      ...{ name, target },
      ...(login === undefined ? {} : { login }),
      ...(port === undefined ? {} : { port }),
    });
  }
  if (hosts.length === 0 && troubles.length === 0) {
    throw new Refusal(`${file}: holds no hosts; ${plainer}`);
  }
  return { hosts, troubles };
}

/** Undefined where the text is of another form. */
function readYaml(text: string): Inventory | undefined {
  let root: unknown;
  try {
    // `!vault` and the like are no words of this reader's; what stands behind them is not looked at.
    const document = parseDocument(text, { logLevel: "silent", uniqueKeys: false });
    root = document.errors.length === 0 ? document.toJS() : undefined;
  } catch {
    return undefined;
  }
  if (!isMapping(root)) return undefined;
  const inventory: Inventory = { hosts: new Map(), groups: new Map() };
  for (const [name, body] of Object.entries(root)) addGroup(inventory, name, body);
  return inventory;
}

function addGroup(inventory: Inventory, name: string, body: unknown): void {
  const group = groupIn(inventory, name);
  const { hosts, children, vars } = mapping(body);
  group.vars = { ...group.vars, ...lookedAt(mapping(vars)) };
  for (const [host, own] of Object.entries(mapping(hosts))) {
    group.hosts.add(host);
    inventory.hosts.set(host, { ...inventory.hosts.get(host), ...lookedAt(mapping(own)) });
  }
  for (const [child, its] of Object.entries(mapping(children))) {
    group.children.add(child);
    addGroup(inventory, child, its);
  }
}

/**
 * A host's own variables before those of its groups, and `all` last. Where its groups differ in a value nobody but
 * Ansible knows which one holds, so it is none.
 */
function varsOf(inventory: Inventory, host: string): Variables {
  const { groups, hosts } = inventory;
  const above = new Set(
    [...groups].flatMap(([name, group]) => (group.hosts.has(host) ? [name] : [])),
  );
  // A set goes on with what is added while it is read: also the groups of groups.
  for (const child of above) {
    for (const [name, { children }] of groups) if (children.has(child)) above.add(name);
  }
  above.delete("all");
  const own = hosts.get(host) ?? {};
  const found = looked.flatMap((name) => {
    const told = new Set([...above].flatMap((group) => groups.get(group)?.vars[name] ?? []));
    const ofGroups = told.size > 1 ? undefined : ([...told][0] ?? groups.get("all")?.vars[name]);
    const value = own[name] ?? ofGroups;
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}
