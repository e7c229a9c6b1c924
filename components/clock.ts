import * as fs from "node:fs";
import * as path from "node:path";

import { clouds } from "./fleet/fleet";
import { isMapping, mapping } from "./fleet/mapping";
import { ConfigError } from "./fleet/problem";

/** What a run takes for the present. */
export type Clock = () => Date;

/** Variables of the environment. */
type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The computer's clock, or `BERTH_NOW`, an ISO 8601 instant, for rehearsing what depends on the day.
 * The variable counts on the local cloud alone, where every provider of machines is an emulated one:
 * on a real account it could make seven days of one (R74). Anywhere else it is refused, as is one that
 * is no instant.
 */
export function clockOf(environment: Variables): Clock {
  const given = environment["BERTH_NOW"];
  if (given === undefined) return () => new Date();
  const instant = new Date(given);
  if (!isRehearsal(environment)) {
    throw refused(
      "is set, but this is not the local cloud, on which alone a clock may be injected",
    );
  }
  if (Number.isNaN(instant.getTime())) throw refused("is not an instant such as 2026-11-21T12:00Z");
  return () => instant;
}

/** Whether the engine is attached to the very ports on which the local cloud's providers listen. */
function isRehearsal(environment: Variables): boolean {
  const { PULUMI_DEBUG_PROVIDERS: attached = "", BERTH_LOCAL_DIR: directory } = environment;
  if (directory === undefined) return false;
  const ports = mapping(card(directory)["ports"]);
  const used = attached.split(",").map((each) => each.trim());
  return clouds.every((name) => name in ports && used.includes(`${name}:${String(ports[name])}`));
}

/** What the local cloud in a directory wrote of itself; it removes it when it ends. */
function card(directory: string): Record<string, unknown> {
  try {
    const text = fs.readFileSync(path.join(directory, "cloud.json"), "utf8");
    const read: unknown = JSON.parse(text);
    return isMapping(read) ? read : {};
  } catch {
    return {};
  }
}

function refused(message: string): ConfigError {
  return new ConfigError([
    {
      path: "BERTH_NOW (environment variable)",
      message,
      fix: "unset it, or run it by npm run local",
    },
  ]);
}
