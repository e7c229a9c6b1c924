import { ProviderError } from "./handler";
import type { World } from "./world";

/**
 * IPv4 addresses of the local cloud, one range for all its providers: booted machines share one
 * network, so no two servers may ever have the same address.
 */
const kind = "local/address";
const rangeKind = "local/address-range";
const usualRange = "10.77.0.0/16";
/** Left to the machine that runs the local cloud, which is the gateway. */
const reserved = 10;

/** Takes addresses from `range` (`10.66.16.0/20`) from now on: the one that booted machines are on. */
export function useRange(world: World, range: string): void {
  parse(range);
  world.put(rangeKind, "range", { range });
}

/** A free address for `owner` (`digitalocean/droplet/1003`); the same one when asked again. */
export function allocate(world: World, owner: string): string {
  const held = world.find(kind, (data) => data["owner"] === owner);
  if (held) return held.id;
  const range = rangeOf(world);
  const { network, size } = parse(range);
  const usable = size - reserved - 2;
  // Addresses go round the range before one is used again, as a cloud's pool does.
  for (let tries = 0; tries < usable; tries += 1) {
    const offset = reserved + 1 + ((world.next(kind) - 1) % usable);
    const address = text(network + offset);
    if (/\.(0|255)$/.test(address) || world.get(kind, address)) continue;
    world.put(kind, address, { owner });
    return address;
  }
  throw new ProviderError(`the local cloud has no address left in ${range}`);
}

/** A whole network of IPv6 (`2001:db8:a410:7::`, of 64 bits) that nothing else here has had. */
export function nextIpv6Network(world: World, owner: string): string {
  const { network } = parse(rangeOf(world));
  return `2001:db8:${(network >>> 12).toString(16)}:${world.next(owner).toString(16)}::`;
}

/** Keeps an address that is `owner`'s already; throws when another holds it. */
export function reserve(world: World, address: string, owner: string): void {
  const holder = ownerOf(world, address);
  if (holder !== undefined && holder !== owner) {
    throw new Error(`address ${address} is ${holder}'s on the local cloud`);
  }
  world.put(kind, address, { owner });
}

/** Who holds an address; undefined when nobody does. */
export function ownerOf(world: World, address: string): string | undefined {
  const owner = world.get(kind, address)?.data["owner"];
  return owner === undefined ? undefined : String(owner);
}

/** Gives an address back; one that nobody holds is no error. */
export function release(world: World, address: string): void {
  world.remove(kind, address);
}

function rangeOf(world: World): string {
  return String(world.get(rangeKind, "range")?.data["range"] ?? usualRange);
}

/** First address of a range as a number, and how many there are. */
function parse(range: string): { network: number; size: number } {
  const [, address, length] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(range) ?? [];
  const size = 2 ** (32 - Number(length));
  if (!address || !(size > reserved + 2)) {
    throw new Error(`address range ${range}: an IPv4 range of at least 16 addresses, 10.77.0.0/16`);
  }
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return { network: number - (number % size), size };
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
