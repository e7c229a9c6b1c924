import { cloudflareNetworks } from "../../components/placement/cloudflare-networks";
import type { PlannedStep } from "../../engine/formats";

/** What each firewall lets in, as its provider writes it, and how many networks may come. */
export function doors(steps: readonly PlannedStep[]): Record<string, string[]> {
  const found = steps.flatMap((step) => {
    const { inboundRules, ingress } = step.newState?.inputs ?? {};
    const rules = (inboundRules ?? ingress) as Record<string, unknown>[] | undefined;
    const ports = new Map<string, Set<string>>();
    for (const rule of rules ?? []) {
      const { portRange, port, fromPort, toPort } = rule;
      const door = String(portRange ?? port ?? `${fromPort as number} to ${toPort as number}`);
      const from = [rule["sourceAddresses"], rule["cidrBlocks"], rule["ipv6CidrBlocks"]].flat();
      const networks = from.filter((network) => typeof network === "string");
      const all = networks.length > 0 ? networks : [String(rule["ipRange"] ?? "0.0.0.0/0")];
      ports.set(door, new Set([...(ports.get(door) ?? []), ...all]));
    }
    const told = [...ports].map(([door, networks]) => `${door} from ${whoIn(networks)}`);
    return rules ? [[step.urn.split("::")[3]!, told] as const] : [];
  });
  return Object.fromEntries(found);
}

const edge: readonly string[] = [...cloudflareNetworks.ipv4, ...cloudflareNetworks.ipv6];

function whoIn(networks: ReadonlySet<string>): string {
  const all = [...networks].sort().join();
  if (all === ["0.0.0.0/0", "::/0"].join()) return "anyone";
  return all === edge.toSorted().join() ? "the edge" : all;
}
