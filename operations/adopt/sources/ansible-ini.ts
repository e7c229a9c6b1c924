import { groupIn, lookedAt, type Inventory } from "./inventory";

/** An inventory in INI; undefined where a line is of no form that it has. */
export function readIni(text: string): Inventory | undefined {
  const inventory: Inventory = { hosts: new Map(), groups: new Map() };
  let [section, kind]: [string, string] = ["ungrouped", "hosts"];
  for (const line of text.split(/\r?\n/).map((each) => each.trim())) {
    if (line === "" || /^[#;]/.test(line)) continue;
    const header = /^\[([^\]:]+)(?::(\w+))?\]\s*([#;].*)?$/.exec(line);
    if (header) {
      [section, kind] = [header[1]!, header[2] ?? "hosts"];
      groupIn(inventory, section);
      continue;
    }
    const group = groupIn(inventory, section);
    if (kind === "children") group.children.add(line.split(/\s+/)[0]!);
    else if (kind === "vars") {
      const [, name, value] = /^([\w-]+)\s*=\s*(.*)$/.exec(line) ?? [];
      if (name === undefined) return undefined;
      group.vars = { ...group.vars, ...lookedAt({ [name]: bare(value!) }) };
    } else if (kind === "hosts") {
      const [host = "", ...rest] = wordsOf(line);
      // `host:port` is an older spelling of ansible_port.
      const [, name, port] = /^([^:]+):(\d+)$/.exec(host) ?? [undefined, host, undefined];
      const pairs = rest.map((word) => /^([\w-]+)=(.*)$/s.exec(word));
      if (pairs.includes(null)) return undefined;
      const vars = Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!]));
      group.hosts.add(name!);
      inventory.hosts.set(name!, {
        ...inventory.hosts.get(name!),
        ...lookedAt({ ...(port === undefined ? {} : { ansible_port: port }), ...vars }),
      });
    } else return undefined;
  }
  return inventory;
}

/** Words as a shell reads them, up to a comment. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  const end = words.findIndex((word) => word.startsWith("#"));
  return words.slice(0, end < 0 ? undefined : end).map((word) => word.replace(/["']/g, ""));
}

function bare(value: string): string {
  return value.trim().replace(/^(["'])(.*)\1$/, "$2");
}
