import { ProviderError } from "./handler";
import type { World } from "./world";

/**
 * IPv4 addresses of the local cloud, one range for all its providers: booted machines share one
 * network, so no two servers may ever have the same address. 10.77.0.0/24 stays with the machine
 * that runs the local cloud.
 */
const kind = "local/address";
const prefix = "10.77";

/** A free address for `owner` (`digitalocean/droplet/1003`); the same one when asked again. */
export function allocate(world: World, owner: string): string {
  const held = world.find(kind, (data) => data["owner"] === owner);
  if (held) return held.id;
  // Addresses go round the range before one is used again, as a cloud's pool does.
  for (let tries = 0; tries < 254 * 254; tries += 1) {
    const number = (world.next(kind) - 1) % (254 * 254);
    const address = `${prefix}.${1 + Math.floor(number / 254)}.${1 + (number % 254)}`;
    if (world.get(kind, address)) continue;
    world.put(kind, address, { owner });
    return address;
  }
  throw new ProviderError("the local cloud has no address left in 10.77.0.0/16");
}

/** Gives an address back; one that nobody holds is no error. */
export function release(world: World, address: string): void {
  world.remove(kind, address);
}
