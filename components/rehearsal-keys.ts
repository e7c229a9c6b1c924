import * as fs from "node:fs";

import type { ResolvedFleet, ResolvedNode } from "./placement/resolved";

/**
 * Keys of a rehearsal by the declared ones they stand in for; each is type and key, without comment.
 * Stack files hold public keys alone, so nobody could log in to a machine of the local cloud: it
 * makes a pair for every key that they declare, and says here which. A real deployment has none.
 */
export type StandIns = Readonly<Record<string, string>>;

/**
 * The fleet as a rehearsal enters it, with the stand-ins of the file that `BERTH_REHEARSAL_KEYS` names.
 * The local cloud alone sets it; without it the fleet is what was declared.
 */
export function asRehearsed(fleet: ResolvedFleet, variables: NodeJS.ProcessEnv): ResolvedFleet {
  const file = variables["BERTH_REHEARSAL_KEYS"];
  if (!file) return fleet;
  return withStandIns(fleet, JSON.parse(fs.readFileSync(file, "utf8")) as StandIns);
}

/**
 * The fleet with every public key exchanged for its stand-in: members', deployers' and the host keys
 * of machines that existed before. Keys without one stay. After parsing, so that the declared keys
 * are the ones that are checked.
 */
export function withStandIns(fleet: ResolvedFleet, standIns: StandIns): ResolvedFleet {
  const standIn = (line: string) => {
    const [type, key, ...comment] = line.trim().split(/\s+/);
    const other = standIns[`${type} ${key}`];
    return other === undefined ? line : [other, ...comment].join(" ");
  };
  const { members, deployers } = fleet.team;
  return {
    ...fleet,
    team: {
      ...fleet.team,
      members: mapValues(members, (member) => ({ ...member, keys: member.keys.map(standIn) })),
      deployers: mapValues(deployers, standIn),
    },
    nodes: fleet.nodes.map((node) => withHostKey(node, standIn)),
  };
}

function withHostKey(node: ResolvedNode, standIn: (line: string) => string): ResolvedNode {
  const { server, adopt } = node;
  return {
    ...node,
    ...(server ? { server: { ...server, hostKey: standIn(server.hostKey) } } : {}),
    ...(adopt ? { adopt: { ...adopt, hostKey: standIn(adopt.hostKey) } } : {}),
  };
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
