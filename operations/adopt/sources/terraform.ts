import * as fs from "node:fs";

import { isMapping, mapping } from "../../../components/fleet/mapping";
import { Refusal } from "../../ground/usage";
import type { FoundBucket, FoundMachine, FoundRecord, FoundResource } from "../found";
import { mappings, textOf } from "./asking";

const forms =
  "what `terraform state pull` or `terraform show -json` prints is read (state version 4)";

/**
 * The resources of a state of Terraform's or OpenTofu's. Only what is named here is taken out of it: a state holds
 * passwords, and neither a value nor a piece of the file is ever told. Throws a `Refusal` naming the file.
 */
export function terraformResources(file: string): FoundResource[] {
  let state: Record<string, unknown>;
  try {
    state = mapping(JSON.parse(fs.readFileSync(file, "utf8")));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The parser's own words quote the file.
    throw new Refusal(
      `${file}: ${code === undefined ? `is no JSON; ${forms}` : `cannot be read (${code})`}`,
    );
  }
  if (state["version"] === 4 && Array.isArray(state["resources"])) return ofState(state);
  if (isMapping(state["values"])) return ofModule(mapping(state["values"]["root_module"]));
  throw new Refusal(`${file}: is no state of Terraform's; ${forms}`);
}

/** A state as it is kept. */
function ofState(state: Record<string, unknown>): FoundResource[] {
  return mappings(state["resources"])
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ module: inside, type, name, instances }) =>
      mappings(instances).map(({ index_key: key, attributes }) => {
        const at = [inside, type, name].map(textOf).filter((part) => part !== "");
        const index = key === undefined || key === null ? "" : `[${JSON.stringify(key)}]`;
        return resource(`${at.join(".")}${index}`, textOf(type), mapping(attributes));
      }),
    );
}

/** A state as it is shown. */
function ofModule(module: Record<string, unknown>): FoundResource[] {
  return [
    ...mappings(module["resources"])
      .filter(({ mode }) => mode === "managed")
      .map(({ address, type, values }) => resource(textOf(address), textOf(type), mapping(values))),
    ...mappings(module["child_modules"]).flatMap(ofModule),
  ];
}

function resource(
  address: string,
  type: string,
  values: Readonly<Record<string, unknown>>,
): FoundResource {
  const machine = machineOf(type, values);
  const record = recordOf(type, values);
  const bucket = bucketOf(type, values);
  return {
    address,
    ...(machine ? { machine } : {}),
    ...(record ? { record } : {}),
    ...(bucket ? { bucket } : {}),
    mentions: (text) => holds(values, text),
  };
}

function machineOf(
  type: string,
  values: Readonly<Record<string, unknown>>,
): FoundMachine | undefined {
  const text = (name: string) => textOf(values[name]);
  switch (type) {
    case "digitalocean_droplet":
      return {
        ...{ provider: "digitalocean", id: text("id"), name: text("name") },
        ...{ region: text("region"), size: text("size") },
        ...addressed(text("ipv4_address")),
      };
    case "scaleway_instance_server": {
      const [several] = mappings(values["public_ips"]).filter(
        ({ address }) => !textOf(address).includes(":"),
      );
      const zone = text("zone") || text("id").split("/")[0]!;
      return {
        ...{ provider: "scaleway", id: text("id"), name: text("name") },
        ...{ region: zone, size: text("type") },
        ...addressed(textOf(several?.["address"]) || text("public_ip")),
      };
    }
    case "aws_instance": {
      const zone = text("availability_zone").replace(/[a-z]$/, "");
      const name = textOf(mapping(values["tags"])["Name"]) || text("id");
      return {
        ...{ provider: "aws", id: text("id"), name },
        ...{ region: text("region") || zone, size: text("instance_type") },
        ...addressed(text("public_ip")),
      };
    }
    default:
      return undefined;
  }
}

function recordOf(
  type: string,
  values: Readonly<Record<string, unknown>>,
): FoundRecord | undefined {
  if (type !== "cloudflare_record" && type !== "cloudflare_dns_record") return undefined;
  // Before version 5 of its provider `name` was the label alone.
  const name = textOf(values["hostname"]) || textOf(values["name"]);
  const content = textOf(values["content"]) || textOf(values["value"]);
  return { name: name.toLowerCase(), type: textOf(values["type"]).toUpperCase(), content };
}

function bucketOf(
  type: string,
  values: Readonly<Record<string, unknown>>,
): FoundBucket | undefined {
  if (type !== "aws_s3_bucket") return undefined;
  return { name: textOf(values["bucket"]), region: textOf(values["region"]) };
}

function addressed(address: string): { readonly address?: string } {
  return address === "" ? {} : { address };
}

function holds(value: unknown, text: string): boolean {
  if (typeof value === "object" && value !== null) {
    return Object.values(value).some((each) => holds(each, text));
  }
  return textOf(value) === text;
}
