import type { World } from "../../emulator/world";

/**
 * Gives the account its zones, by name: the zones that a project's own files name. A zone that is
 * there keeps what it holds; one that no longer is named stays, with its records.
 */
export function seedZones(world: World, zones: Readonly<Record<string, string>>): void {
  for (const [name, id] of Object.entries(zones)) {
    const known = world.get("cloudflare/zone", id);
    if (known?.data["name"] === name) continue;
    world.put("cloudflare/zone", id, { ...known?.data, id, name });
  }
}
