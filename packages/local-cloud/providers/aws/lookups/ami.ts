import type { Context, InvokeHandler } from "../../../emulator/handler";
import { isObject, type Props } from "../../../emulator/values";
import { canonical, images } from "../ec2/catalog";
import { regionOf } from "../ids";
import { lookupFailed } from "./failed";

/** One image by name, architecture and owner. Ambiguity without `mostRecent` is an error. */
export const getAmi: InvokeHandler = (args, context) => {
  const owners = strings(args["owners"]);
  const filters = (Array.isArray(args["filters"]) ? args["filters"] : []).filter(isObject);
  const found = images.filter((image) => {
    const facts: Readonly<Record<string, string>> = {
      architecture: image.architecture === "amd64" ? "x86_64" : "arm64",
      name: image.name,
      "root-device-type": "ebs",
      state: "available",
      "virtualization-type": "hvm",
    };
    const owned = owners.length === 0 || owners.includes(canonical) || owners.includes("amazon");
    return (
      owned &&
      filters.every((filter) =>
        strings(filter["values"]).some((value) =>
          pattern(value).test(facts[String(filter["name"])] ?? ""),
        ),
      )
    );
  });
  const region = regionOf(args, context);
  const own = owners.includes("self") ? ownImage(filters, region, context) : undefined;
  if (own) return Promise.resolve({ ...args, ...own });
  const image = found[0];
  if (!image) {
    throw lookupFailed(
      "reading EC2 AMIs",
      "Your query returned no results. Please change your search criteria and try again.",
    );
  }
  if (found.length > 1 && args["mostRecent"] !== true) {
    throw lookupFailed(
      "reading EC2 AMIs",
      "Your query returned more than one result. Please try a more specific search criteria, or set `most_recent` attribute to true.",
    );
  }
  return Promise.resolve({
    architecture: image.architecture === "amd64" ? "x86_64" : "arm64",
    arn: `arn:aws:ec2:${region}::image/${image.id}`,
    creationDate: "2026-11-01T06:00:00.000Z",
    filters,
    id: image.id,
    imageId: image.id,
    imageOwnerAlias: "amazon",
    mostRecent: args["mostRecent"] ?? false,
    name: image.name,
    ownerId: canonical,
    owners,
    region,
    rootDeviceName: "/dev/sda1",
    rootDeviceType: "ebs",
    state: "available",
    virtualizationType: "hvm",
  });
};

/** An image of this account's own, by its id. */
function ownImage(filters: readonly Props[], region: string, context: Context): Props | undefined {
  const ids = filters.flatMap((filter) =>
    filter["name"] === "image-id" ? strings(filter["values"]) : [],
  );
  const image = ids.map((id) => context.world.get("aws/ami", id)).find((found) => found);
  if (!image || image.data["region"] !== region) return undefined;
  return { ...image.data, id: image.id, imageId: image.id, state: "available" };
}

/** AWS filters know `*` and `?`. */
function pattern(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
