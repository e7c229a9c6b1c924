import * as fs from "node:fs";
import * as path from "node:path";

import type { StackOutputs } from "../components/outputs/schema";
import type { Keyring } from "./stand-ins";

/** How SSH reaches one machine. */
interface Way {
  readonly node: string;
  readonly address: string;
  readonly hostKey: string;
  /** Names that people may use for it: the node's, and its projects' own. */
  readonly names: readonly string[];
}

/**
 * Writes `ssh_config` and `known_hosts` beside the local cloud's state: names as a DNS server would
 * answer them, the host keys that the stack published, and the members' rehearsal keys. Answers the
 * path of the configuration. Nothing of the user's own SSH settings is read or changed.
 */
export function writeSshFiles(directory: string, outputs: StackOutputs, keys: Keyring): string {
  const ways = waysOf(outputs);
  const known = path.join(directory, "known_hosts");
  const config = path.join(directory, "ssh_config");
  fs.writeFileSync(known, ways.map(({ node, hostKey }) => `${node} ${hostKey}\n`).join(""));
  fs.writeFileSync(config, renderConfig(ways, known, keys));
  return config;
}

/** `ssh` with the rehearsal's configuration, as a member who may enter a project's machine. */
export function loginCommand(
  outputs: StackOutputs,
  slug: string,
  config: string,
): string | undefined {
  const project = outputs.projects[slug];
  const member = project?.access?.[0];
  const node = outputs.nodes[project?.node ?? slug];
  if (!project || !member || !node?.address || !node.hostKey) return undefined;
  const near = path.relative(process.cwd(), config);
  const file = near.startsWith("..") ? config : near;
  return `ssh -F ${quoted(file)} ${member}@${project.direct ?? node.address}`;
}

function waysOf({ nodes, projects }: StackOutputs): Way[] {
  return Object.entries(nodes).flatMap(([node, { address, hostKey }]) => {
    if (!address || !hostKey) return [];
    const served = Object.entries(projects).filter(([slug, each]) => (each.node ?? slug) === node);
    const names = served.flatMap(([, each]) => [each.direct, each.origin]);
    return [
      {
        node,
        address,
        hostKey,
        names: [node, address, ...names.filter((name) => name !== undefined)],
      },
    ];
  });
}

function renderConfig(ways: readonly Way[], known: string, keys: Keyring): string {
  const hosts = ways.flatMap(({ node, address, names }) => [
    `Host ${names.join(" ")}`,
    `  HostName ${address}`,
    `  HostKeyAlias ${node}`,
  ]);
  const members = Object.entries(keys.members).flatMap(([name, pairs]) => [
    `Match user ${name}`,
    ...pairs.map(({ file }) => `  IdentityFile ${escaped(file)}`),
  ]);
  return [
    "# Written by npm run rehearse.",
    ...hosts,
    ...members,
    "Host *",
    `  UserKnownHostsFile ${escaped(known)}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  IdentitiesOnly yes",
    "  IdentityAgent none",
    "",
  ].join("\n");
}

/** A path in ssh_config: quoted, and without the percent signs that would be expanded. */
function escaped(file: string): string {
  return `"${file.replaceAll("%", "%%")}"`;
}

function quoted(file: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
}
