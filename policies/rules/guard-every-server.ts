import { isReadableFirewall } from "../judge/openings";
import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { above, input, type Resource } from "../judge/resource";
import { projectNode, servers } from "../judge/types";
import { entries, unknown, type Found } from "../../engine/values";

const droplet = "digitalocean:index/droplet:Droplet";

/** The input by which a server names its firewall, where the server does that. */
const guards: Readonly<Record<string, string>> = {
  "scaleway:instance/server:Server": "securityGroupId",
  "scaleway:index/instanceServer:InstanceServer": "securityGroupId",
  "aws:ec2/instance:Instance": "vpcSecurityGroupIds",
};

export const policy: Policy = {
  name: "guard-every-server",
  rules: [41],
  description:
    "Every server has cloud firewalls that the stack makes, and no other: without one its provider " +
    "lets everything in, and what another lets in nobody here knows. An adopted " +
    "machine gets it when `manage` says so.",
  checkStack: guardEveryServer,
};

/**
 * Judges by what depends on what, which a preview knows before there are ids: the firewall must be
 * one of this stack, since nobody here knows what another lets in.
 */
export function* guardEveryServer(resources: readonly Resource[]): Generator<Judgement> {
  for (const server of resources.filter(({ type }) => type in servers)) {
    const node = above(server, projectNode);
    const manage = node && input(node, "manage");
    if (node && input(node, "adopted") === true && !entries(manage).includes("firewall")) {
      if (manage === unknown) yield unjudged(node, "manage");
      continue;
    }
    if (server.inputs === undefined) yield unjudged(server, "every input");
    else if (!isGuarded(server, resources)) {
      yield violation(
        server,
        "it has no cloud firewall of this stack",
        "give it one that lets in 22, 80 and 443 only",
      );
    }
  }
}

function isGuarded(server: Resource, resources: readonly Resource[]): boolean {
  const firewalls = resources.filter(isReadableFirewall);
  const key = guards[server.type];
  if (key === undefined) {
    return firewalls.some(
      (firewall) =>
        server.type === droplet &&
        // What it ignores stays as it was, whatever it is computed from now.
        !ignores(firewall, "dropletIds") &&
        (firewall.dependencies["dropletIds"] ?? []).includes(server.urn),
    );
  }
  if (ignores(server, key)) return false;
  // Other ways to name a group, which nothing here follows.
  if (["securityGroups", "networkInterfaces"].some((other) => !isNothing(input(server, other)))) {
    return false;
  }
  const named = input(server, key);
  const count = isNothing(named) ? 0 : Math.max(1, entries(named).length);
  const ours = new Set(firewalls.map(({ urn }) => urn));
  const from = new Set((server.dependencies[key] ?? []).filter((urn) => ours.has(urn)));
  // As many as are named, or one of them is somebody else's.
  return count > 0 && from.size >= count;
}

function ignores({ ignoreChanges }: Resource, key: string): boolean {
  return ignoreChanges.some((path) => path === "*" || path === key || path.startsWith(`${key}[`));
}

function isNothing(value: Found): boolean {
  return value === undefined || value === null || value === "" || isEmpty(value);
}

function isEmpty(value: Found): boolean {
  return Array.isArray(value) && value.length === 0;
}
