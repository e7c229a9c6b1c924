/**
 * What each cloud's metadata service answers at 169.254.169.254. Pure. Shapes after the clouds'
 * own documentation and cloud-init's readers of them; what nothing here asks for is left out.
 */

import { prefixLength } from "./layout";
import type { HostSpec } from "./spec";

/** A request as it came from a host. */
export interface MetadataRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The port it came from: Scaleway tells user data to root alone, who can use those below 1024. */
  readonly sourcePort: number;
}

/** The answer. */
export interface MetadataAnswer {
  readonly status: number;
  readonly type: "text/plain" | "application/json";
  readonly body: string;
}

/** Facts about a host's network that its spec does not hold. */
export interface MetadataNetwork {
  readonly gateway: string;
  readonly nameservers: readonly string[];
}

/** The secret that AWS's session tokens stand for here; one per service, never stored. */
export interface TokenKeeper {
  issue(): string;
  knows(token: string): boolean;
}

/** Answers one request of one host as its cloud would. */
export function answerMetadata(
  spec: HostSpec,
  network: MetadataNetwork,
  request: MetadataRequest,
  tokens: TokenKeeper,
): MetadataAnswer {
  const told = { ...spec, id: spec.metadata?.id ?? spec.id };
  switch (spec.cloud) {
    case "digitalocean":
      return answerDigitalOcean(told, network, request);
    case "aws":
      return answerAws(told, request, tokens);
    case "scaleway":
      return answerScaleway(told, request);
    case "client":
      return text(404, "not found");
    default: {
      const never: never = spec.cloud;
      throw new Error(`no such cloud: ${String(never)}`);
    }
  }
}

function text(status: number, body: string): MetadataAnswer {
  return { status, type: "text/plain", body };
}

function json(body: unknown): MetadataAnswer {
  return { status: 200, type: "application/json", body: JSON.stringify(body) };
}

function pathOf(request: MetadataRequest): string {
  return (request.url.split("?")[0] ?? "/").replace(/\/+$/, "") || "/";
}

/** Reads `a/b/0/c` out of a tree: a value as text, a directory as the list of its names. */
function lookUp(tree: unknown, path: string): MetadataAnswer {
  let node = tree;
  for (const part of path.split("/").filter(Boolean)) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, part)) {
      return text(404, "not found");
    }
    node = (node as Record<string, unknown>)[part];
  }
  if (typeof node !== "object" || node === null) return text(200, String(node));
  const names = Object.entries(node).map(([name, value]) =>
    typeof value === "object" && value !== null ? `${name}/` : name,
  );
  return text(200, names.join("\n"));
}

function answerDigitalOcean(
  spec: HostSpec,
  network: MetadataNetwork,
  request: MetadataRequest,
): MetadataAnswer {
  const netmask = `255.255.${256 - 2 ** (24 - prefixLength)}.0`;
  const ipv4 = { ip_address: spec.address, netmask, gateway: network.gateway };
  const keys = [...(spec.authorizedKeys ?? [])];
  const region = spec.metadata?.region ?? "tor1";
  const path = pathOf(request);
  if (path === "/metadata/v1.json") {
    return json({
      droplet_id: Number(spec.id),
      hostname: spec.name,
      ...(spec.userData === undefined ? {} : { user_data: spec.userData }),
      vendor_data: "",
      public_keys: keys,
      region,
      interfaces: { public: [{ ipv4, type: "public" }] },
      floating_ip: { ipv4: { active: false } },
      reserved_ip: { ipv4: { active: false } },
      dns: { nameservers: network.nameservers },
      tags: spec.metadata?.tags ?? [],
      features: { dhcp_enabled: false },
    });
  }
  if (!path.startsWith("/metadata/v1")) return text(404, "not found");
  const tree = {
    id: spec.id,
    hostname: spec.name,
    "user-data": spec.userData ?? "",
    "vendor-data": "",
    "public-keys": keys.join("\n"),
    region,
    interfaces: {
      public: {
        0: { type: "public", ipv4: { address: spec.address, netmask, gateway: network.gateway } },
      },
    },
    dns: { nameservers: network.nameservers.join("\n") },
    tags: (spec.metadata?.tags ?? []).join("\n"),
  };
  return lookUp(tree, path.slice("/metadata/v1".length));
}

function answerAws(spec: HostSpec, request: MetadataRequest, tokens: TokenKeeper): MetadataAnswer {
  const path = pathOf(request);
  if (path === "/latest/api/token") {
    if (request.method !== "PUT") return text(405, "");
    const life = Number(request.headers["x-aws-ec2-metadata-token-ttl-seconds"]);
    return life >= 1 && life <= 21600 ? text(200, tokens.issue()) : text(400, "");
  }
  const token = request.headers["x-aws-ec2-metadata-token"];
  if (typeof token !== "string" || !tokens.knows(token)) return text(401, "");
  const region = spec.metadata?.region ?? "us-east-1";
  const zone = spec.metadata?.zone ?? `${region}a`;
  const size = spec.metadata?.size ?? "t3.micro";
  const image = spec.metadata?.image ?? "ami-00000000000000000";
  if (path === "/latest/user-data") {
    return spec.userData === undefined ? text(404, "") : text(200, spec.userData);
  }
  if (path === "/latest/dynamic/instance-identity/document") {
    const accountId = spec.metadata?.account ?? "000000000000";
    const instance = { instanceId: spec.id, instanceType: size, imageId: image };
    return json({
      ...instance,
      ...{ accountId, region, availabilityZone: zone },
      ...{ privateIp: spec.address, architecture: "x86_64", version: "2017-09-30" },
    });
  }
  if (!path.startsWith("/latest/meta-data")) return text(404, "");
  const name = `ip-${spec.address.replaceAll(".", "-")}`;
  const keys = (spec.authorizedKeys ?? []).map((key, n) => [n, { "openssh-key": key }] as const);
  const tree = {
    "ami-id": image,
    hostname: `${name}.ec2.internal`,
    "instance-id": spec.id,
    "instance-life-cycle": "on-demand",
    "instance-type": size,
    "local-hostname": `${name}.ec2.internal`,
    "local-ipv4": spec.address,
    placement: { "availability-zone": zone, region },
    "public-hostname": `ec2-${spec.address.replaceAll(".", "-")}.compute-1.amazonaws.com`,
    "public-ipv4": spec.address,
    ...(keys.length > 0 ? { "public-keys": Object.fromEntries(keys) } : {}),
  };
  return lookUp(tree, path.slice("/latest/meta-data".length));
}

function answerScaleway(spec: HostSpec, request: MetadataRequest): MetadataAnswer {
  const path = pathOf(request);
  if (path === "/conf") {
    const [zone, id] = spec.id.includes("/") ? spec.id.split("/") : [spec.metadata?.zone, spec.id];
    const facts = {
      id,
      name: spec.name,
      hostname: spec.name,
      commercial_type: spec.metadata?.size ?? "DEV1-S",
      organization: spec.metadata?.account ?? "",
      tags: spec.metadata?.tags ?? [],
      public_ip: { address: spec.address, dynamic: false },
      private_ip: null,
      location: { zone_id: zone ?? "fr-par-1" },
      ssh_public_keys: (spec.authorizedKeys ?? []).map((key) => ({ key })),
    };
    if (request.url.includes("format=json")) return json(facts);
    return text(
      200,
      `ID='${id}'\nNAME='${spec.name}'\nHOSTNAME='${spec.name}'\nCOMMERCIAL_TYPE='${facts.commercial_type}'\nPUBLIC_IP_ADDRESS='${spec.address}'\n`,
    );
  }
  if (path === "/user_data" || path.startsWith("/user_data/")) {
    if (request.sourcePort >= 1024) return text(403, "Forbidden");
    const tree = spec.userData === undefined ? {} : { "cloud-init": spec.userData };
    return lookUp(tree, path.slice("/user_data".length));
  }
  return text(404, "not found");
}
