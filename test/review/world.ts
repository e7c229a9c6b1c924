import type { ScratchCloud, StateResource } from "../../local/cloud/scratch";

/**
 * What really is on the local cloud: machines, records, buckets and people, read from the cloud's own
 * objects and from the scripts that ran, never through the review's code.
 */
export interface World {
  /** Machine by its name: the provider's id and the size. */
  readonly machines: Readonly<Record<string, { readonly id: string; readonly size: string }>>;
  /** Content by record name. */
  readonly records: Readonly<Record<string, string>>;
  readonly buckets: readonly string[];
  /** Days archives are kept, by bucket. */
  readonly kept: Readonly<Record<string, number>>;
  /** `node: person` for each account, `node: person key` for each of its keys. */
  readonly accounts: readonly string[];
  /** `node: key` for each deployer's key. */
  readonly deployers: readonly string[];
  /** Ports that firewalls of this stack let in, by node. */
  readonly ports: Readonly<Record<string, readonly string[]>>;
  /** List price by currency, as the stack publishes it. */
  readonly cost: Readonly<Record<string, number>>;
}

interface Machine {
  readonly name?: string;
  readonly size?: string;
  readonly type?: string;
  readonly instanceType?: string;
  readonly tags?: Record<string, string>;
}

/** Looks at everything one stack made. */
export async function look(cloud: ScratchCloud, stack: string): Promise<World> {
  const [state, nodes] = [
    await resources(cloud, stack),
    (await cloud.outputs(stack))["nodes"] ?? {},
  ];
  const mine = new Set(state.map(({ id }) => id));
  const machines: Record<string, { id: string; size: string }> = {};
  for (const kind of ["digitalocean/droplet", "scaleway/server", "aws/instance"]) {
    for (const { id, data } of await cloud.objects(kind)) {
      const { name, tags, size, type, instanceType } = data as Machine;
      if (mine.has(id))
        machines[tags?.["Name"] ?? name ?? id] = { id, size: size ?? type ?? instanceType ?? "" };
    }
  }
  const records = (await cloud.objects("cloudflare/dns_record"))
    .filter(({ id }) => mine.has(id.split("/").at(-1)!))
    .map(({ data }): [string, string] => [String(data["name"]), String(data["content"])]);
  const cost: Record<string, number> = {};
  for (const { monthlyCost } of Object.values(nodes)) {
    const { total, currency } = (monthlyCost ?? {}) as { total?: number; currency?: string };
    if (currency !== undefined)
      cost[currency] = Math.round(((cost[currency] ?? 0) + (total ?? 0)) * 100) / 100;
  }
  const converges = state.filter(({ urn }) => urn.endsWith("-converge"));
  return {
    machines,
    records: Object.fromEntries(records),
    buckets: (await cloud.objects("aws/bucket")).map(({ id }) => id).sort(),
    kept: keptDays(state),
    accounts: converges.flatMap((command) => accountsIn(nodeOf(command), scriptOf(command))).sort(),
    deployers: converges
      .flatMap((command) => keysIn(nodeOf(command), scriptOf(command), "DEPLOYER_KEYS"))
      .sort(),
    ports: await ports(cloud),
    cost,
  };
}

async function resources(cloud: ScratchCloud, stack: string): Promise<readonly StateResource[]> {
  const { stdout } = await cloud.succeed("stack", "export", "--show-secrets", "--stack", stack);
  return (
    (JSON.parse(stdout) as { deployment: { resources?: StateResource[] } }).deployment.resources ??
    []
  );
}

function nodeOf({ urn }: StateResource): string {
  return urn
    .split("::")
    .at(-1)!
    .replace(/-converge$/, "");
}

function scriptOf({ inputs }: StateResource): string {
  return String(inputs["stdin"]);
}

/** Accounts and their keys from the script that really ran. */
function accountsIn(node: string, script: string): readonly string[] {
  const members = /^MEMBERS=\(([^)]*)\)/m.exec(script)?.[1]?.match(/[a-z][a-z0-9_-]*/g) ?? [];
  const keys = /^declare -A KEYS=\(([\s\S]*?)\)\n/m.exec(script)?.[1] ?? "";
  return members.flatMap((member) => {
    const own =
      new RegExp(`\\[['"]?${member}['"]?\\]=([\\s\\S]*?)(?=\\[['"]?[a-z]|$)`).exec(keys)?.[1] ?? "";
    return [`${node}: ${member}`, ...bodies(own).map((body) => `${node}: ${member} ${body}`)];
  });
}

function keysIn(node: string, script: string, variable: string): readonly string[] {
  const text = new RegExp(`^${variable}=([\\s\\S]*?)\\n[A-Z_]+=`, "m").exec(script)?.[1] ?? "";
  return bodies(text).map((body) => `${node}: ${body}`);
}

function bodies(text: string): readonly string[] {
  return text.match(/AAAA[A-Za-z0-9+/=]+/g) ?? [];
}

function keptDays(state: readonly StateResource[]): Record<string, number> {
  return Object.fromEntries(
    state
      .filter(({ type }) => type.includes("bucketLifecycleConfiguration"))
      .map(({ outputs }) => {
        const rules = outputs["rules"] as { expiration?: { days?: number } }[];
        return [String(outputs["bucket"]), rules[0]?.expiration?.days ?? Infinity];
      }),
  );
}

async function ports(cloud: ScratchCloud): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  for (const { data } of await cloud.objects("digitalocean/firewall")) {
    const rules = data["inboundRules"] as { portRange?: string }[];
    const node = String(data["name"]).replace(/-firewall-[0-9a-f]+$/, "");
    found[node] = rules.map(({ portRange }) => portRange ?? "all").sort();
  }
  return found;
}
