import { ProviderError, type Context, type InvokeHandler } from "../../emulator/handler";
import { isObject, type Props } from "../../emulator/values";
import { images, regions } from "./catalog";
import { sizes } from "./sizes";

const listId = "terraform-20261101000000000000000001";

/** Look-ups. Source: the SDK's types and upstream's data sources. */
export const invokes: Readonly<Record<string, InvokeHandler>> = {
  "digitalocean:index/getImage:getImage": (args, context) => {
    const wanted = allImages(context).filter((image) =>
      ["id", "name", "slug"].every((key) => args[key] === undefined || args[key] === image[key]),
    );
    return Promise.resolve({ ...args, ...theOnly(wanted, "image") });
  },
  "digitalocean:index/getImages:getImages": (args, context) =>
    Promise.resolve({ ...args, id: listId, images: chosen(allImages(context), args) }),
  "digitalocean:index/getSizes:getSizes": (args) =>
    Promise.resolve({ ...args, id: listId, sizes: chosen(allSizes(), args) }),
  "digitalocean:index/getRegion:getRegion": (args) => {
    const found = allRegions().find(({ slug }) => slug === args["slug"]);
    if (!found) {
      throw new ProviderError(`Region with slug "${String(args["slug"])}" could not be found`);
    }
    return Promise.resolve({ ...found, id: found["slug"] });
  },
  "digitalocean:index/getRegions:getRegions": (args) =>
    Promise.resolve({ ...args, id: listId, regions: chosen(allRegions(), args) }),
  "digitalocean:index/getDroplet:getDroplet": (args, context) => {
    const found = context.world
      .list("digitalocean/droplet")
      .filter(
        ({ id, data }) =>
          (args["id"] === undefined || String(args["id"]) === id) &&
          (args["name"] === undefined || args["name"] === data["name"]),
      )
      .map(({ id, data }) => ({
        ...data,
        id: Number(id),
        urn: data["dropletUrn"],
        tags: data["tags"] ?? [],
        ipv6AddressPrivate: "",
        gpuPartitionMode: "",
      }));
    return Promise.resolve(theOnly(found, "droplet"));
  },
};

function theOnly(found: readonly Props[], what: string): Props {
  const [first, second] = found;
  if (!first) throw new ProviderError(`no ${what} found`);
  if (second)
    throw new ProviderError(`too many ${what}s found (found ${found.length}, expected 1)`);
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
    image: slug,
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

/** `filters` (all must fit, any of their values) and `sorts` of a list look-up. */
function chosen(all: readonly Props[], args: Props): Props[] {
  const filters = Array.isArray(args["filters"]) ? args["filters"].filter(isObject) : [];
  const sorts = Array.isArray(args["sorts"]) ? args["sorts"].filter(isObject) : [];
  const fitting = all.filter((item) => filters.every((filter) => fits(item, filter)));
  return [...sorts].reverse().reduce<Props[]>((items, sort) => {
    const key = camel(String(sort["key"]));
    const sign = sort["direction"] === "desc" ? -1 : 1;
    return [...items].sort((a, b) => sign * order(a[key], b[key]));
  }, fitting);
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
