import type { StateResource } from "../../engine/state";
import { type ScratchCloud } from "../../rehearsal/scratch";
import type { Money } from "../../operations/review/facts/cost";
import { disksOf, visitAll, waysTo, type Machine, type Published } from "./machines";
import type { Way } from "./visiting";

/** A machine as its provider keeps it. */
export interface Order {
  readonly id: string;
  readonly size: string;
  readonly image: string;
}

/** A machine's credential: where it may write archives. */
export interface Writer {
  readonly node: string;
  readonly project: string;
}

/** A group of people: what its policy lets them do, and below which names of which buckets. */
export interface Reach {
  readonly prunes: boolean;
  readonly places: readonly string[];
}

/**
 * What really is: machines as visitors find them, and what the cloud holds; never through the
 * review's code.
 */
export interface World {
  /** By node; those of other stacks as `stack/node`. */
  readonly machines: Readonly<Record<string, Machine>>;
  /** The texts that visitors left, on every disk that still exists. */
  readonly disks: readonly string[];
  /** What the provider says that each of the stage's machines is. */
  readonly orders: Readonly<Record<string, Order>>;
  /** Projects whose visitors come to a node of the stage. */
  readonly served: Readonly<Record<string, readonly string[]>>;
  /** Content by record name. */
  readonly records: Readonly<Record<string, string>>;
  readonly buckets: readonly string[];
  /** Buckets that still hold what was put there. */
  readonly archives: readonly string[];
  /** Days in which nobody can delete an archive, by bucket. */
  readonly kept: Readonly<Record<string, number>>;
  /** Credentials of the stage's machines, by the account's user. */
  readonly writers: Readonly<Record<string, Writer>>;
  /** Groups of the stage's people: what they do with archives, and below which names, by group. */
  readonly groups: Readonly<Record<string, Reach>>;
  /** List price of the stage's nodes, as published for the machine that the provider really has. */
  readonly cost: Readonly<Record<string, Money>>;
}

/** Looks at everything there is; leaves a mark on disks and in buckets that have none. */
export async function look(
  cloud: ScratchCloud,
  elsewhere: Readonly<Record<string, Way>>,
): Promise<World> {
  const { resources: state, outputs } = await cloud.state("stage");
  const { nodes, projects } = outputs as Record<"nodes" | "projects", Published>;
  const machines = await visitAll(cloud, { ...elsewhere, ...waysTo(cloud, nodes) });
  const mine = new Set(state.map(({ id }) => id));
  const records = Object.fromEntries(
    (await cloud.objects("cloudflare/dns_record"))
      .filter(({ id }) => mine.has(id.split("/").at(-1)!))
      .map(({ data }) => [String(data["name"]), contentOf(data)] as const),
  );
  return {
    machines,
    disks: disksOf(cloud),
    orders: await ordersOf(cloud, mine, nodes),
    served: servedBy(machines, projects, records),
    records,
    ...(await bucketsOf(cloud)),
    writers: await writersOf(cloud, state),
    groups: await groupsOf(cloud),
    cost: costOf(nodes),
  };
}

/** Throws where a stack publishes another size than the provider's machine has. */
async function ordersOf(
  cloud: ScratchCloud,
  mine: ReadonlySet<string | undefined>,
  nodes: Published,
): Promise<Record<string, Order>> {
  const kinds = ["digitalocean/droplet", "scaleway/server"];
  const machines = (await Promise.all(kinds.map((kind) => cloud.objects(kind)))).flat();
  return Object.fromEntries(
    machines.flatMap(({ id, data }) => {
      if (!mine.has(id)) return [];
      const [node, size] = [String(data["name"]), String(data["size"] ?? data["type"])];
      const told = nodes[node]?.["size"];
      if (told !== size) throw new Error(`${node} is ${size}, and published as ${String(told)}`);
      return [[node, { id, size, image: String(data["image"]) }] as const];
    }),
  );
}

function contentOf(data: Record<string, unknown>): string {
  return `${String(data["content"])}${data["proxied"] === true ? ", proxied" : ""}`;
}

function servedBy(
  machines: Readonly<Record<string, Machine>>,
  projects: Published,
  records: Readonly<Record<string, string>>,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(machines).map(([node, { way }]) => [
      node,
      Object.entries(projects)
        .filter(([, { primary }]) => records[String(primary)]?.split(",")[0] === way.address)
        .map(([slug]) => slug)
        .sort(),
    ]),
  );
}

async function bucketsOf(
  cloud: ScratchCloud,
): Promise<Pick<World, "buckets" | "archives" | "kept">> {
  const buckets = (await cloud.objects("aws/bucket")).map(({ id }) => id).sort();
  const archives = (await cloud.objects("aws/object")).map(({ data }) => String(data["bucket"]));
  for (const bucket of buckets.filter((name) => !archives.includes(name))) {
    await cloud.control("PUT", `/objects/aws%2Fobject/${bucket}`, { bucket });
    archives.push(bucket);
  }
  const locks = await cloud.objects("aws/bucket-object-lock-configuration");
  const kept = locks.map(({ id, data }): [string, number] => {
    const { defaultRetention } = data["rule"] as { defaultRetention: { days: number } };
    return [id, defaultRetention.days];
  });
  return { buckets, archives: archives.sort(), kept: Object.fromEntries(kept) };
}

async function writersOf(
  cloud: ScratchCloud,
  state: readonly StateResource[],
): Promise<Record<string, Writer>> {
  const users = state.filter(({ type }) => type === "aws:iam/user:User");
  const names = new Map(users.map(({ id, urn }) => [id, urn.split("::").at(-1)!]));
  const policies = await cloud.objects("aws/user-policy");
  return Object.fromEntries(
    policies.flatMap(({ data }) => {
      const user = String(data["user"]);
      const project = /:::[^/]+\/backups\/([^/]+)\//.exec(String(data["policy"]))?.[1] ?? "";
      const node = names.get(user)?.split(`-${project}-backup`)[0];
      return node === undefined ? [] : [[user, { node, project }] as const];
    }),
  );
}

async function groupsOf(cloud: ScratchCloud): Promise<Record<string, Reach>> {
  const policies = await cloud.objects("aws/group-policy");
  return Object.fromEntries(
    policies
      .map(({ data }) => [String(data["group"]), String(data["policy"])] as const)
      .filter(([group]) => group.startsWith("stage-"))
      .map(([group, policy]): [string, Reach] => {
        const { Statement } = JSON.parse(policy) as {
          Statement: { Action: string; Resource: string }[];
        };
        const grants = (action: string) => Statement.filter(({ Action }) => Action === action);
        const places = grants("s3:GetObject").map(({ Resource }) =>
          Resource.replace(/^arn:aws:s3:::|\*$/g, ""),
        );
        const prunes = grants("s3:DeleteObject").length > 0;
        return [group.replace(/-group-\w+$/, ""), { prunes, places }];
      }),
  );
}

function costOf(nodes: Published): Record<string, Money> {
  return Object.fromEntries(
    Object.entries(nodes).map(([node, { monthlyCost }]) => {
      const { total, currency } = monthlyCost as { total: number; currency: string };
      return [node, { [currency]: total }];
    }),
  );
}

/** A world in which a node and the project it is named after have another name. */
export function underName(world: World, from: string, to: string): World {
  const later = (name: string) => (name === from ? to : name);
  const keyed = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).map(([name, each]) => [later(name), each]));
  const served = Object.entries(world.served).map(
    ([node, slugs]) => [node, slugs.map(later)] as const,
  );
  const writers = Object.entries(world.writers).map(
    ([user, { node, project }]) => [user, { node: later(node), project }] as const,
  );
  return {
    ...world,
    machines: keyed(world.machines),
    orders: keyed(world.orders),
    cost: keyed(world.cost),
    served: keyed(Object.fromEntries(served)),
    writers: Object.fromEntries(writers),
  };
}
