import { openings } from "./judge/openings";
import { unjudged, violation, type Finding, type Policy } from "./judge/policy";
import { above, input, type Resource } from "./judge/resource";
import { projectNode, servers } from "./judge/types";
import { entries, unknown } from "./judge/value";

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
    "Every server has a cloud firewall; without one its provider lets everything in. An adopted " +
    "machine gets it when `manage` says so.",
  checkStack: guardEveryServer,
};

/** Judges by what depends on what, which a preview knows before there are ids. */
export function* guardEveryServer(resources: readonly Resource[]): Generator<Finding> {
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
        "it has no cloud firewall",
        "give it one that lets in 22, 80 and 443 only",
      );
    }
  }
}

function isGuarded(server: Resource, resources: readonly Resource[]): boolean {
  const key = guards[server.type];
  if (key !== undefined) {
    const named = input(server, key);
    return Array.isArray(named) ? named.length > 0 : named !== undefined && named !== "";
  }
  return resources.some(
    (firewall) =>
      server.type === droplet &&
      [...openings(firewall)].length > 0 &&
      (firewall.dependencies["dropletIds"] ?? []).includes(server.urn),
  );
}
