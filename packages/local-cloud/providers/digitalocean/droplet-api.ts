import { allocate, release } from "../../emulator/addresses";
import { ProviderError, type Context } from "../../emulator/handler";
import type { Made } from "../../emulator/table";
import { isObject, type Props } from "../../emulator/values";
import { ipv6Beside } from "../../ground/ipv6-beside";
import { dropletLimit } from "./account";
import { defaultVpc, images, nextNumber, regions, stamp } from "./catalog";
import { authenticate, notFound, refused } from "./errors";
import { sizes, type DropletSize } from "./sizes";

const kind = "digitalocean/droplet";
const doing = "Error creating droplet";
const request = "POST /droplets";

/** Id of a droplet's machine. */
export function machineOf(dropletId: string | number): string {
  return `digitalocean-${dropletId}`;
}

/** Id of a snapshot among those of the machines. */
export function machineSnapshotOf(snapshotId: string | number): string {
  return `digitalocean-snapshot-${snapshotId}`;
}

/** Makes a droplet and its machine; refuses what the API refuses, in its words. */
export async function createDroplet(
  inputs: Props,
  _planned: Props,
  context: Context,
): Promise<Made> {
  authenticate(context, doing, request);
  const slug = String(inputs["region"] ?? "nyc3").toLowerCase();
  const size = judge(inputs, slug, context);
  const number = context.assignedId ? Number(context.assignedId) : nextNumber(context.world);
  const owner = `${kind}/${number}`;
  const address = allocate(context.world, owner);
  const address6 = inputs["ipv6"] === true ? ipv6Beside(address) : undefined;
  const tail = `${Math.floor(number / 250) % 250}.${(number % 250) + 2}`;
  try {
    await context.machines.create({
      id: machineOf(number),
      name: String(inputs["name"]),
      cloud: "digitalocean",
      address,
      ...(address6 === undefined ? {} : { address6 }),
      login: "root",
      userData: String(inputs["userData"] ?? ""),
      ...copyOf(inputs["image"], context),
    });
  } catch (error) {
    release(context.world, address);
    throw error;
  }
  return {
    id: String(number),
    outputs: {
      ...hardwareOf(size),
      disk: size.disk,
      region: slug,
      createdAt: stamp(context),
      dropletUrn: `do:droplet:${number}`,
      ipv4Address: address,
      ipv4AddressPrivate: `10.118.${tail}`,
      ipv6Address: address6 ?? "",
      locked: false,
      privateNetworking: true,
      publicNetworking: inputs["publicNetworking"] ?? true,
      status: "active",
      volumeIds: [],
      vpcUuid: inputs["vpcUuid"] ?? defaultVpc(slug),
    },
  };
}

/** A droplet made from a snapshot starts as a copy of that machine. */
function copyOf(image: unknown, context: Context): { from?: string } {
  const snapshot = context.world.get("digitalocean/dropletSnapshot", String(image));
  return snapshot ? { from: machineSnapshotOf(snapshot.id) } : {};
}

/** Everything the API looks at before it makes a droplet, in its order. */
function judge(inputs: Props, region: string, context: Context): DropletSize {
  const refuse = (message: string) => refused(doing, request, 422, message);
  const size = sizes[String(inputs["size"]).toLowerCase()];
  if (context.world.list(kind).length >= dropletLimit(context.world)) {
    throw refuse("creating this/these droplet(s) will exceed your droplet limit");
  }
  judgeName(String(inputs["name"]), refuse);
  if (!(region in regions)) throw refuse("You specified an invalid region for Droplet creation.");
  if (!size) throw refuse("You specified an invalid size for Droplet creation.");
  judgeImage(String(inputs["image"]), size, region, context, refuse);
  judgeKeys(inputs["sshKeys"], context, refuse);
  const vpc = inputs["vpcUuid"];
  const known = vpc === undefined || vpc === defaultVpc(region);
  if (!known && !context.world.get("digitalocean/vpc", String(vpc))) {
    throw refuse("Failed to resolve VPC");
  }
  const volumes = inputs["volumeIds"];
  if (Array.isArray(volumes) && volumes.length > 0) throw refuse("Failed to resolve volumes");
  judgeBackupPolicy(inputs);
  return size;
}

function judgeName(name: string, refuse: (message: string) => ProviderError): void {
  if (/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name)) return;
  throw refuse("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
}

/** An image is a public slug or, as a number, a public image or a snapshot of this account. */
function judgeImage(
  image: string,
  size: DropletSize,
  region: string,
  context: Context,
  refuse: (message: string) => ProviderError,
): void {
  const open = images[image] ?? Object.values(images).find(({ id }) => String(id) === image);
  if (open) return;
  const snapshot = context.world.get("digitalocean/dropletSnapshot", image)?.data;
  if (!snapshot) throw refuse("You specified an invalid image for Droplet creation.");
  const inRegion = (snapshot["regions"] as string[]).includes(region);
  // Both texts are not recorded; the API's rules are documented.
  if (!inRegion) throw refuse("The image you specified is not available in the selected region.");
  if (Number(snapshot["minDiskSize"]) > size.disk) {
    throw refuse("The image you specified requires a larger disk.");
  }
}

/** Keys are named by id or fingerprint. */
function judgeKeys(
  keys: unknown,
  context: Context,
  refuse: (message: string) => ProviderError,
): void {
  const known = context.world
    .list("digitalocean/sshKey")
    .flatMap(({ id, data }) => [id, String(data["fingerprint"])]);
  const wrong = (Array.isArray(keys) ? keys : []).filter((key) => !known.includes(String(key)));
  if (wrong.length > 0) {
    throw refuse(`${wrong.join(", ")} are invalid key identifiers for Droplet creation.`);
  }
}

function judgeBackupPolicy(inputs: Props, before: unknown = inputs["backups"]): void {
  // A policy together with the first backups of a droplet fails: it looks at what was there before.
  if (isObject(inputs["backupPolicy"]) && (inputs["backups"] !== true || before !== true)) {
    throw new ProviderError("backup_policy can only be set when backups are enabled");
  }
}

/** Changes a droplet in place; a new size takes the machine down and up again. */
export async function updateDroplet(
  id: string,
  change: { olds: Props; news: Props; planned: Props },
  context: Context,
): Promise<Props> {
  const actions = `POST /droplets/${id}/actions`;
  const { news } = change;
  const present = context.world.get(kind, id)?.data;
  const failing = (what: string) => `Error ${what} droplet (${id})`;
  const resizing = String(news["size"]).toLowerCase() !== change.olds["size"];
  authenticate(context, failing(resizing ? "powering off" : "renaming"), actions);
  if (!present) throw notFound(failing(resizing ? "powering off" : "renaming"), actions);
  const renamed = news["name"] !== change.olds["name"];
  const outputs = resizing ? await resize(id, change, present, context) : {};
  if (renamed) {
    judgeName(String(news["name"]), (message) =>
      refused(failing("renaming"), actions, 422, message),
    );
  }
  judgeBackupPolicy(news, change.olds["backups"]);
  const ipv6 = news["ipv6"] === true && change.olds["ipv6"] !== true;
  // The machine itself does not take it: at DigitalOcean, who adds IPv6 later configures it by hand.
  return ipv6 ? { ...outputs, ipv6Address: ipv6Beside(String(present["ipv4Address"])) } : outputs;
}

async function resize(
  id: string,
  { news }: { news: Props },
  present: Props,
  context: Context,
): Promise<Props> {
  const actions = `POST /droplets/${id}/actions`;
  const refuse = (message: string) =>
    refused(`Error resizing droplet (${id})`, actions, 422, message);
  const size = sizes[String(news["size"]).toLowerCase()];
  await context.machines.stop(machineOf(id));
  // Whatever the answer, the provider powers the droplet on again.
  await context.machines.start(machineOf(id));
  if (!size) throw refuse("You specified an invalid size for Droplet creation.");
  if (size.disk < Number(present["disk"])) {
    throw refuse("Size can not decrease size of Droplet's disk image");
  }
  const grown = news["resizeDisk"] === false ? {} : { disk: size.disk };
  return { ...hardwareOf(size), ...grown };
}

/** Removes the machine and everything that points to it. */
export async function deleteDroplet(id: string, outputs: Props, context: Context): Promise<void> {
  authenticate(context, "Error deleting droplet", `DELETE /droplets/${id}`);
  await context.machines.delete(machineOf(id));
  release(context.world, String(outputs["ipv4Address"]));
}

/** The provider waits for a droplet to be unlocked before it deletes it, also for one that is gone. */
export function dropletGone(id: string, context: Context): void {
  authenticate(context, "Error deleting droplet", `DELETE /droplets/${id}`);
  throw new ProviderError(
    `Error waiting for droplet to be unlocked for destroy (${id}): unexpected state 'Not Found', wanted target 'false'. last error: %!s(<nil>)`,
  );
}

function hardwareOf({ memory, vcpus, priceMonthly, priceHourly }: DropletSize): Props {
  return { memory, vcpus, priceMonthly, priceHourly };
}
