import { mapping } from "../components/fleet/mapping";
import { readStackFiles, type StackConfig } from "../components/stack-file/stack-files";

/** Public keys as stack files declare them, unchecked. */
export interface DeclaredKeys {
  /** By member. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** By deployer. */
  readonly deployers: Readonly<Record<string, string>>;
  /** Host keys of machines that existed before, by node; stacks may differ. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
}

/** What all stack files of a project declare together; nothing where they cannot be read. */
export function declaredKeys(project: string): DeclaredKeys {
  const stacks = stackConfigs(project);
  const teams = stacks.map((stack) => mapping(stack["team"]));
  const members: Record<string, string[]> = {};
  const hosts: Record<string, string[]> = {};
  for (const [name, member] of teams.flatMap((team) => Object.entries(mapping(team["members"])))) {
    add(members, name, mapping(member)["keys"]);
  }
  for (const [name, node] of stacks.flatMap((stack) => Object.entries(mapping(stack["nodes"])))) {
    for (const kind of ["server", "adopt"]) {
      add(hosts, name, [mapping(mapping(node)[kind])["hostKey"]]);
    }
  }
  const deployers = Object.fromEntries(
    teams
      .flatMap((team) => Object.entries(mapping(team["deployers"])))
      .filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  return { members, deployers, hosts };
}

/** The configuration of every stack; none where a file is wrong, which the program says better. */
export function stackConfigs(project: string): StackConfig[] {
  try {
    return Object.values(readStackFiles(project).stacks);
  } catch {
    return [];
  }
}

function add(record: Record<string, string[]>, name: string, lines: unknown): void {
  const known = (record[name] ??= []);
  for (const line of Array.isArray(lines) ? (lines as unknown[]) : []) {
    if (typeof line === "string" && !known.includes(line)) known.push(line);
  }
}
