import { mapping } from "../../../components/fleet/mapping";
import { YamlFile } from "../../../components/stack-file/stack-yaml";
import { identityOf } from "../../../components/fleet/ssh-key";

/** Texts of a project's stack files, by file name. */
export type FileTexts = Readonly<Record<string, string>>;

/**
 * Every place of the stack files that gives a person access or an account:
 * `Pulumi.yaml: berth:team.members.sam`. A deployer named after the person (`sam`, `sam-deploy`) or
 * with one of the person's keys counts: a deployer's key is root everywhere. Pure; a file that is no
 * YAML mapping grants nothing here.
 */
export function grantsTo(member: string, files: FileTexts): string[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const config = mapping(mapping(readStackText(text))["config"]);
    const team = mapping(unwrapped(config["berth:team"]));
    const projects = mapping(unwrapped(config["berth:projects"]));
    const nodes = mapping(unwrapped(config["berth:nodes"]));
    return [
      ...inTeam(member, team).map((key) => `${file}: berth:team.${key}`),
      ...Object.entries(projects).flatMap(([slug, project]) =>
        includes(mapping(project)["access"], member)
          ? [`${file}: berth:projects.${slug}.access`]
          : [],
      ),
      ...Object.entries(nodes).flatMap(([name, node]) =>
        includes(mapping(node)["accounts"], member)
          ? [`${file}: berth:nodes.${name}.accounts`]
          : [],
      ),
    ];
  });
}

function inTeam(member: string, team: Record<string, unknown>): string[] {
  const members = mapping(team["members"]);
  const keys = mapping(members[member])["keys"];
  const own = new Set(Array.isArray(keys) ? keys.map((key) => identityOf(String(key))) : []);
  return [
    ...(Object.hasOwn(members, member) ? [`members.${member}`] : []),
    ...Object.entries(mapping(team["groups"]))
      .filter(([, names]) => includes(names, member))
      .map(([group]) => `groups.${group}`),
    ...Object.entries(mapping(team["deployers"]))
      .filter(([name, key]) => isNamedAfter(name, member) || own.has(identityOf(String(key))))
      .map(([name]) => `deployers.${name}`),
  ];
}

function isNamedAfter(deployer: string, member: string): boolean {
  return deployer === member || deployer.startsWith(`${member}-`);
}

function includes(list: unknown, member: string): boolean {
  return Array.isArray(list) && list.includes(member);
}

/** Project-level entries are `{ value: … }` or `{ default: … }`, or the value itself. */
function unwrapped(entry: unknown): unknown {
  const { value, default: fallback } = mapping(entry);
  return value ?? fallback ?? entry;
}

/** A stack file as the engine reads it: what comes by a merge key is granted too. */
export function readStackText(text: string): unknown {
  const file = new YamlFile(Buffer.from(text), "stack");
  return Object.fromEntries((file.root() ?? []).map(([key, node]) => [key, file.value(node, [])]));
}
