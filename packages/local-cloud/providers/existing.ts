import { release, reserve } from "../emulator/addresses";
import type { MachineSpec, Past } from "../emulator/machines";
import type { Cloud } from "../emulator/session";
import type { Props } from "../emulator/values";
import { seedAccount, seedElasticIps, seedForeignBucket, seedImage } from "./aws/seed";
import { seedZones } from "./cloudflare/seed";
import { seedSentry, type ExistingSentry } from "../services/sentry/state";
import { order } from "./by-hand";

/** The clouds whose machines are emulated. */
export const machineClouds = ["digitalocean", "scaleway", "aws"] as const;

/** A machine that somebody ordered at a cloud before the program. */
export interface ExistingMachine {
  readonly provider: (typeof machineClouds)[number];
  /** Droplet number, `zone/uuid` or `i-…`. */
  readonly id: string;
  readonly name: string;
  /** Region (DigitalOcean, AWS) or zone (Scaleway). */
  readonly region: string;
  readonly size: string;
  readonly past?: Past;
}

/** A machine of a client's own. */
export interface ClientMachine {
  readonly name: string;
  /** IPv4 address. */
  readonly address: string;
  readonly past: Past;
}

/** An S3 bucket that somebody made before the program. */
export interface ExistingBucket {
  readonly name: string;
  readonly region: string;
  /** Absent: switched on, as adopting demands. */
  readonly versioning?: "Enabled" | "Suspended" | "never";
  /** The other account that it is of, with the policy that its people set on it. */
  readonly owner?: { readonly account: string; readonly policy: string };
}

/** What exists on the local cloud before the first deployment. */
export interface Existing {
  /** Cloudflare zone id by zone name. */
  readonly zones?: Readonly<Record<string, string>>;
  readonly awsAccount?: string;
  /** Elastic IPs that AWS gives to each region of the account; five unless it was asked for more. */
  readonly elasticIps?: number;
  readonly machines?: readonly ExistingMachine[];
  readonly clientMachines?: readonly ClientMachine[];
  readonly buckets?: readonly ExistingBucket[];
  /** An organization of Sentry, with its teams. */
  readonly sentry?: ExistingSentry;
}

/**
 * Marks what was put there once: a thing that was deleted since does not come back, and a machine
 * keeps the id under which it was first named, so that a mistyped id finds nothing, as on a cloud.
 */
const marks = "local/seeded";

/**
 * Puts what exists before the program into the local cloud, once each. Machines and buckets are made by
 * the providers' own creates, so that they look like any other. One that cannot be made (its
 * address is in use on this computer) does not keep the others away: the answer says what is missing.
 */
export async function seedExisting(cloud: Cloud, existing: Existing): Promise<string[]> {
  const { world } = cloud;
  seedZones(world, existing.zones ?? {});
  if (existing.awsAccount) {
    await once(cloud, "aws/account", () => seedAccount(world, existing.awsAccount!));
  }
  if (existing.elasticIps !== undefined) seedElasticIps(world, existing.elasticIps);
  if (existing.sentry) seedSentry(world, existing.sentry);
  seedImage(world, handmadeImage, "made by hand");
  const made = await Promise.allSettled([
    ...(existing.machines ?? []).map((machine) =>
      once(cloud, `machine/${machine.name}`, () => orderMachine(cloud, machine)),
    ),
    ...(existing.clientMachines ?? []).map((machine) =>
      once(cloud, `client-machine/${machine.address}`, () => putClientMachine(cloud, machine)),
    ),
    ...(existing.buckets ?? []).map((bucket) =>
      once(cloud, `bucket/${bucket.name}`, () => makeBucket(cloud, bucket)),
    ),
  ]);
  return made.flatMap((result) =>
    result.status === "rejected" ? [messageOf(result.reason as unknown)] : [],
  );
}

function orderMachine(cloud: Cloud, machine: ExistingMachine): Promise<string> {
  const { provider, id, name, past } = machine;
  const { type, inputs } = orders[provider];
  const machines = past
    ? {
        ...cloud.machines,
        create: (spec: MachineSpec) => cloud.machines.create({ ...spec, past }),
      }
    : cloud.machines;
  return order({ ...cloud, machines }, type, inputs(machine), name, id);
}

async function makeBucket(
  cloud: Cloud,
  { name, region, versioning = "Enabled", owner }: ExistingBucket,
): Promise<void> {
  if (owner !== undefined) {
    seedForeignBucket(cloud.world, name);
    const buckets = cloud.account?.buckets;
    await buckets?.create(name, region, owner.account);
    if (versioning !== "never") await buckets?.setVersioning(name, versioning);
    await buckets?.setPolicy(name, owner.policy);
    return;
  }
  await order(cloud, "aws:s3/bucket:Bucket", { bucket: name, region }, name, name);
  if (versioning === "never") return;
  const inputs = { bucket: name, region, versioningConfiguration: { status: versioning } };
  await order(cloud, "aws:s3/bucketVersioning:BucketVersioning", inputs, name, name);
}

async function putClientMachine(
  { world, machines }: Cloud,
  { name, address, past }: ClientMachine,
): Promise<void> {
  reserve(world, address, `client/${name}`);
  try {
    await machines.create({
      id: `client-${name}`,
      name,
      cloud: "client",
      address,
      login: past.account === "ubuntu" ? "ubuntu" : "root",
      userData: "",
      past,
    });
  } catch (error) {
    release(world, address);
    throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function once({ world }: Cloud, mark: string, action: () => unknown): Promise<void> {
  if (world.get(marks, mark)) return;
  world.put(marks, mark, {});
  try {
    await action();
  } catch (error) {
    world.remove(marks, mark);
    throw error;
  }
}

const handmadeImage = "ami-0a1b2c3d4e5f60718";

/** What somebody would have ordered by hand. */
const orders: Readonly<
  Record<
    ExistingMachine["provider"],
    { readonly type: string; readonly inputs: (machine: ExistingMachine) => Props }
  >
> = {
  digitalocean: {
    type: "digitalocean:index/droplet:Droplet",
    inputs: ({ name, region, size }) => ({ name, region, size, image: "ubuntu-24-04-x64" }),
  },
  scaleway: {
    type: "scaleway:instance/server:Server",
    inputs: ({ name, region, size }) => ({
      name,
      type: size,
      zone: region,
      image: "ubuntu_noble",
      enableDynamicIp: true,
    }),
  },
  aws: {
    type: "aws:ec2/instance:Instance",
    inputs: ({ name, region, size }) => ({
      ami: handmadeImage,
      instanceType: size,
      region,
      tags: { Name: name },
    }),
  },
};
