import {
  InvokeRefusal,
  ProviderError,
  type Context,
  type InvokeHandler,
} from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { snapshotDate } from "../snapshot-dates";
import { getAccount } from "./account";
import { images, regions } from "./catalog";
import { notFound } from "./errors";
import { sizes } from "./sizes";

const listId = "terraform-20261101000000000000000001";

/** Look-ups. Source: the provider's recorded calls and upstream's data sources. */
export const invokes: Readonly<Record<string, InvokeHandler>> = {
  "digitalocean:index/getAccount:getAccount": lookUp("getAccount", getAccount),
  "digitalocean:index/getImage:getImage": lookUp("getImage", (args, context) => {
    oneOf(args, ["slug", "id", "name"], ["id", "name", "slug"]);
    const [key = ""] = ["id", "name", "slug"].filter((each) => args[each] !== undefined);
    const wanted = String(args[key]);
    const found = allImages(context).filter((image) => String(image[key]) === wanted);
    if (found.length === 0) throw notFound("image not found", `GET /images/${wanted}`);
    return { ...args, source: args["source"] ?? "user", ...theOnly(found, "image") };
  }),
  "digitalocean:index/getImages:getImages": lookUp("getImages", (args, context) =>
    chosen("images", allImages(context), args),
  ),
  "digitalocean:index/getSizes:getSizes": lookUp("getSizes", (args) => {
    filtersOf(args).forEach((filter, index) => {
      if (sizeKeys.includes(String(filter["key"]))) return;
      const list = sizeKeys.map((key) => `"${key}"`).join(" ");
      const reason = `[filter] expected filter.${index}.key to be one of [${list}], got ${String(filter["key"])}`;
      throw new InvokeRefusal([{ property: "", reason }]);
    });
    return chosen("sizes", allSizes(), args);
  }),
  "digitalocean:index/getRegion:getRegion": lookUp("getRegion", (args) => {
    const found = allRegions().find(({ slug }) => slug === args["slug"]);
    if (!found) throw new ProviderError(`Region does not exist: ${String(args["slug"])}`);
    return { ...found, id: listId };
  }),
  "digitalocean:index/getRegions:getRegions": lookUp("getRegions", (args) =>
    chosen("regions", allRegions(), args),
  ),
  "digitalocean:index/getDroplet:getDroplet": lookUp("getDroplet", (args, context) => {
    oneOf(args, ["tag", "name", "id"], ["id", "name", "tag"]);
    const { id, name, tag } = args;
    const found = context.world.list("digitalocean/droplet").filter(({ id: own, data }) => {
      const tags = Array.isArray(data["tags"]) ? data["tags"] : [];
      return (
        (id === undefined || String(id) === own) &&
        (name === undefined || name === data["name"]) &&
        (tag === undefined || tags.includes(tag))
      );
    });
    if (found.length === 0) {
      if (id !== undefined) throw missingDroplet(String(id));
      const by = name === undefined ? `tag ${String(tag)}` : `name ${String(name)}`;
      throw new ProviderError(`no droplet found with ${by}`);
    }
    return { ...args, ...theOnly(found.map(dropletShown), "droplet") };
  }),
  "digitalocean:index/getDroplets:getDroplets": lookUp("getDroplets", (args, context) =>
    chosen("droplets", context.world.list("digitalocean/droplet").map(dropletShown), args),
  ),
  "digitalocean:index/getDropletSnapshot:getDropletSnapshot": lookUp(
    "getDropletSnapshot",
    snapshotByName,
  ),
};

const sizeKeys = [
  "slug",
  "memory",
  "regions",
  "price_monthly",
  "price_hourly",
  "vcpus",
  "gpu_info",
  "available",
  "transfer",
  "disk",
];

/** Wraps refusals as the bridge does for functions. */
function lookUp(name: string, answer: (args: Props, context: Context) => Props): InvokeHandler {
  return async (args, context) => {
    try {
      return await Promise.resolve(answer(args, context));
    } catch (error) {
      if (!(error instanceof ProviderError) || error instanceof InvokeRefusal) throw error;
      const doing = `invoking digitalocean:index/${name}:${name}`;
      throw new ProviderError(`${doing}: 1 error occurred:\n\t* ${error.message}\n\n`);
    }
  };
}

/** Refuses arguments without any of the keys, a line each, as the schema does. */
function oneOf(args: Props, each: readonly string[], list: readonly string[]): void {
  if (list.some((key) => args[key] !== undefined)) return;
  throw new InvokeRefusal(
    each.map((key) => ({
      property: "",
      reason: `[${key}] Invalid combination of arguments: "${key}": one of \`${list.join(",")}\` must be specified`,
    })),
  );
}

/** The snapshot that name and region choose; of several the latest, where it is asked for. */
function snapshotByName(args: Props, context: Context): Props {
  const { name, nameRegex, region, mostRecent } = args;
  const found = context.world
    .list("digitalocean/dropletSnapshot")
    .filter(
      ({ data }) =>
        (name === undefined || name === data["name"]) &&
        (nameRegex === undefined || new RegExp(String(nameRegex)).test(String(data["name"]))) &&
        (region === undefined || (data["regions"] as unknown[]).includes(region)),
    )
    .map(({ id, data }): Props => ({ ...args, ...data, id }))
    .sort((a, b) => (String(a["createdAt"]) < String(b["createdAt"]) ? 1 : -1));
  const [first, second] = found;
  if (!first) throw new ProviderError("no droplet snapshot found with the given parameters");
  if (second && mostRecent !== true) {
    throw new ProviderError("too many snapshots found with the given parameters");
  }
  return first;
}

function missingDroplet(id: string): ProviderError {
  const { message } = notFound("", `GET /droplets/${id}`);
  return new ProviderError(message.slice(": ".length));
}

/** What the look-up tells of a droplet: what the API tells, and nothing of what it was made with. */
function dropletShown({ id, data }: { id: string; data: Props }): Props {
  const own = ["backupPolicy", "dropletAgent", "dropletUrn", "gracefulShutdown"];
  const made = [...own, "publicNetworking", "resizeDisk", "sshKeys", "userData"];
  return {
    ...Object.fromEntries(Object.entries(data).filter(([key]) => !made.includes(key))),
    id: Number(id),
    urn: data["dropletUrn"],
    tags: data["tags"] ?? [],
    gpu: false,
    gpuPartitionMode: "",
  };
}

function theOnly(found: readonly Props[], what: string): Props {
  const [first, second] = found;
  if (second || !first) {
    throw new ProviderError(`too many ${what}s found (found ${found.length}, expected 1)`);
  }
  return first;
}

function allSizes(): Props[] {
  return Object.entries(sizes).map(([slug, size]) => ({
    ...size,
    slug,
    available: true,
    gpuInfos: [],
    regions: Object.keys(regions),
  }));
}

function allRegions(): Props[] {
  return Object.entries(regions).map(([slug, name]) => ({
    slug,
    name,
    available: true,
    features: ["backups", "ipv6", "metadata", "install_agent", "storage", "image_transfer"],
    sizes: Object.keys(sizes),
  }));
}

function allImages(context: Context): Props[] {
  const open = Object.entries(images).map(([slug, { id, ...image }]) => ({
    ...image,
    ...commonImage,
    id,
    slug,
    image: String(id),
    private: false,
    regions: Object.keys(regions),
    type: "base",
  }));
  const own = context.world.list("digitalocean/dropletSnapshot").map(({ id, data }) => ({
    ...commonImage,
    id: Number(id),
    slug: "",
    image: id,
    name: data["name"],
    distribution: "Ubuntu",
    minDiskSize: data["minDiskSize"],
    private: true,
    regions: data["regions"],
    type: "snapshot",
    created: data["createdAt"],
    status: snapshotDate(context.world, id)?.state ?? "available",
  }));
  return [...open, ...own];
}

const commonImage = {
  created: "2026-04-23T00:00:00Z",
  description: "",
  errorMessage: "",
  sizeGigabytes: 2.36,
  status: "available",
  tags: [],
};

/** `filters` (all must fit, any of their values) and `sorts` of a list look-up, with their answer. */
function chosen(what: string, all: readonly Props[], args: Props): Props {
  const filters = filtersOf(args);
  const sorts = Array.isArray(args["sorts"]) ? args["sorts"].filter(isObject) : [];
  const fitting = all.filter((item) => filters.every((filter) => fits(item, filter)));
  const found = [...sorts].reverse().reduce<Props[]>((items, sort) => {
    const key = camel(String(sort["key"]));
    const sign = sort["direction"] === "desc" ? -1 : 1;
    return [...items].sort((a, b) => sign * order(a[key], b[key]));
  }, fitting);
  return {
    ...args,
    ...(filters.length > 0
      ? { filters: filters.map((filter) => ({ all: false, matchBy: "exact", ...filter })) }
      : {}),
    ...(sorts.length > 0 ? { sorts: sorts.map((sort) => ({ direction: "", ...sort })) } : {}),
    id: `${what}/6547266497532988601`,
    [what]: found,
  };
}

function filtersOf(args: Props): Props[] {
  return Array.isArray(args["filters"]) ? args["filters"].filter(isObject) : [];
}

function fits(item: Props, filter: Props): boolean {
  const value = item[camel(String(filter["key"]))];
  const present = (Array.isArray(value) ? value : [value]).map(String);
  const values = Array.isArray(filter["values"]) ? filter["values"].map(String) : [];
  const one = (wanted: string) =>
    filter["matchBy"] === "substring"
      ? present.some((text) => text.includes(wanted))
      : filter["matchBy"] === "re"
        ? present.some((text) => new RegExp(wanted).test(text))
        : present.includes(wanted);
  return filter["all"] === true ? values.every(one) : values.some(one);
}

function order(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/** Keys of filters are written as Terraform has them: `price_monthly`. */
function camel(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
