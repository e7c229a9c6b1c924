import { createHash } from "node:crypto";

import type { Context } from "../../emulator/handler";
import type { World } from "../../emulator/world";

/** Regions by slug, with the names that the API shows. */
export const regions: Readonly<Record<string, string>> = {
  ams3: "Amsterdam 3",
  atl1: "Atlanta 1",
  blr1: "Bangalore 1",
  fra1: "Frankfurt 1",
  lon1: "London 1",
  nyc1: "New York 1",
  nyc2: "New York 2",
  nyc3: "New York 3",
  sfo2: "San Francisco 2",
  sfo3: "San Francisco 3",
  sgp1: "Singapore 1",
  syd1: "Sydney 1",
  tor1: "Toronto 1",
};

/** A public image. */
export interface PublicImage {
  readonly id: number;
  readonly distribution: string;
  readonly name: string;
  /** GB that a droplet must have. */
  readonly minDiskSize: number;
}

const image = (id: number, distribution: string, name: string): PublicImage => ({
  id,
  distribution,
  name,
  minDiskSize: 7,
});

/** Public images by slug; ids are the local cloud's own. */
export const images: Readonly<Record<string, PublicImage>> = {
  "ubuntu-26-04-x64": image(204126004, "Ubuntu", "26.04 (LTS) x64"),
  "ubuntu-24-04-x64": image(155133621, "Ubuntu", "24.04 (LTS) x64"),
  "ubuntu-22-04-x64": image(129211873, "Ubuntu", "22.04 (LTS) x64"),
  "debian-13-x64": image(198456701, "Debian", "13 x64"),
  "debian-12-x64": image(136750174, "Debian", "12 x64"),
};

/** Id of the default network of a region, which every account has. */
export function defaultVpc(region: string): string {
  const hex = createHash("sha256").update(`vpc ${region}`).digest("hex");
  return asUuid(hex);
}

/** A new uuid, different in every world position but the same in a repeated run. */
export function nextUuid(world: World, what: string): string {
  const number = world.next(`digitalocean/${what}`);
  return asUuid(createHash("sha256").update(`${what} ${number}`).digest("hex"));
}

function asUuid(hex: string): string {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}

/** Numeric ids come from one series, as those of the API do; ids that exist are left out. */
export function nextNumber(world: World): number {
  const kinds = ["droplet", "dropletSnapshot", "sshKey"].map((kind) => `digitalocean/${kind}`);
  for (;;) {
    const number = world.next("digitalocean", 1000);
    if (!kinds.some((kind) => world.get(kind, String(number)))) return number;
  }
}

/** The local cloud's time as the API writes it, without fraction. */
export function stamp(context: Context): string {
  return context
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}

/** Slugs are lower case in every answer of the API, whatever was asked for. */
export function lowerCase(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}
