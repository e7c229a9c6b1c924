import type { Context } from "../../emulator/handler";
import type { Props } from "../../emulator/values";
import type { World } from "../../emulator/world";
import { authenticate } from "./errors";

/** Beyond what any fleet has: a new account's own limit (10 or 25) is put there to rehearse it. */
const usualLimit = 1000;

/**
 * Droplets that the account may have: `digitalocean/account` `current` `dropletLimit`, put there to
 * rehearse a small one.
 */
export function dropletLimit(world: World): number {
  return Number(accountIn(world)["dropletLimit"] ?? usualLimit);
}

/** `getAccount`. Not recorded: results are the SDK's (4.80.1). */
export function getAccount(_args: Props, context: Context): Props {
  authenticate(context, "Error retrieving account", "GET /account");
  const { status = "active", statusMessage = "" } = accountIn(context.world);
  return {
    dropletLimit: dropletLimit(context.world),
    email: "local@example.org",
    emailVerified: true,
    floatingIpLimit: 3,
    id: "00000000-0000-4000-8000-000000000000",
    status,
    statusMessage,
    uuid: "00000000-0000-4000-8000-000000000000",
  };
}

function accountIn(world: World): Readonly<Record<string, unknown>> {
  return world.get("digitalocean/account", "current")?.data ?? {};
}
