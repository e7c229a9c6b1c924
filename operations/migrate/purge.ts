import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

import { Refusal } from "../ground/usage";

/** What a purge needs to know of the account, and of the person who waits. */
export interface PurgeOptions {
  /** The operator's `CLOUDFLARE_API_TOKEN`, which needs Zone, Cache Purge, Purge. */
  readonly token: string;
  /** Ids of the agency's zones, by name. */
  readonly zones: Readonly<Record<string, string>>;
  /** Where the API is; absent: Cloudflare's own. */
  readonly endpoint?: string;
  /** Progress, a line at a time. */
  readonly say: (text: string) => void;
  /** For tests: what time it is, and how one waits. */
  readonly clock?: Clock;
}

interface Clock {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** Cloudflare has not purged everything. Asking again for what is left goes on where this one ended. */
export class PurgeRefused extends Refusal {
  constructor(
    why: string,
    /** The names whose cache is as it was. */
    readonly left: readonly string[],
  ) {
    super(
      `the cache of ${left.join(", ")} is not purged: ${why}. What Cloudflare keeps of the old machine is shown until it ends by itself; run the same command again, which goes on here`,
    );
  }
}

const defaultEndpoint = "https://api.cloudflare.com/client/v4";
/**
 * What every plan allows an account: a bucket of 25 requests that fills by 5 a minute. Others of the account
 * draw from it too, so no more than what fills it is taken.
 * https://developers.cloudflare.com/cache/how-to/purge-cache/
 */
const perMinute = 5;
const minute = 60_000;
/** Names a request, on every plan. */
const perRequest = 30;
/** Times that an answer of "too many requests" is waited out. */
const patience = 5;
const answerWithin = 30_000;

/**
 * Has Cloudflare forget what it keeps under these names, and no other's in the same zone (R73). Waits where the
 * account's limit says so. Refuses a name of no zone before it asks for anything; throws a `PurgeRefused`
 * where Cloudflare refuses or does not answer.
 */
export async function purge(hostnames: readonly string[], options: PurgeOptions): Promise<void> {
  const { token, endpoint = defaultEndpoint, say } = options;
  const clock = options.clock ?? { now: Date.now, sleep };
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Refusal(
      "CLOUDFLARE_API_TOKEN is not set, or is no token: without it no cache can be purged",
    );
  }
  const requests = requestsOf(hostnames, options.zones);
  const sent: number[] = [];
  for (const [index, { zone, id, hosts }] of requests.entries()) {
    const left = () => requests.slice(index).flatMap((request) => request.hosts);
    for (let refused = 0; ; refused++) {
      const free = (sent.at(-perMinute) ?? -minute) + minute;
      await wait(free - clock.now(), "the account's purges are limited to 5 a minute", say, clock);
      sent.push(clock.now());
      const answer = await ask(
        `${endpoint.replace(/\/+$/, "")}/zones/${id}/purge_cache`,
        token,
        hosts,
      );
      if (answer === "purged") break;
      if (answer.again === undefined || refused === patience) {
        throw new PurgeRefused(`${zone}: ${answer.why}`, left());
      }
      await wait(answer.again, "Cloudflare says that the account purges too often", say, clock);
    }
    say(`purged: ${hosts.join(", ")}`);
  }
}

/** Names by the zone that holds them, as many as a request takes. */
function requestsOf(hostnames: readonly string[], zones: PurgeOptions["zones"]) {
  const byZone = new Map<string, string[]>();
  const homeless: string[] = [];
  for (const host of new Set(hostnames.map((name) => name.toLowerCase()))) {
    const [zone] = Object.keys(zones)
      .filter((name) => host === name || host.endsWith(`.${name}`))
      .sort((one, other) => other.length - one.length);
    if (zone === undefined) homeless.push(host);
    else byZone.set(zone, [...(byZone.get(zone) ?? []), host]);
  }
  if (homeless.length > 0) {
    throw new Refusal(
      `${homeless.join(", ")}: in no zone of berth:agency.zones (${Object.keys(zones).join(", ")}), so Cloudflare keeps nothing of it for this agency; nothing was purged`,
    );
  }
  return [...byZone].flatMap(([zone, hosts]) =>
    Array.from({ length: Math.ceil(hosts.length / perRequest) }, (_, part) => ({
      zone,
      id: zones[zone]!,
      hosts: hosts.slice(part * perRequest, (part + 1) * perRequest),
    })),
  );
}

async function wait(
  milliseconds: number,
  why: string,
  say: PurgeOptions["say"],
  clock: Clock,
): Promise<void> {
  if (milliseconds <= 0) return;
  say(`waiting ${Math.ceil(milliseconds / 1000)} s: ${why}`);
  await clock.sleep(milliseconds);
}

/** The API's envelope; everything else of it is of no use here. */
const envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).default([]),
});

/** `again`: milliseconds after which the same request may be taken. */
type Answer = "purged" | { readonly why: string; readonly again?: number };

async function ask(url: string, token: string, hosts: readonly string[]): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ hosts }),
      signal: AbortSignal.timeout(answerWithin),
    });
    text = (await response.text()).slice(0, 10_000);
  } catch {
    // Its text may hold the request.
    return { why: "Cloudflare's API does not answer" };
  }
  const said = envelope.safeParse(json(text));
  if (response.ok && said.success && said.data.success) return "purged";
  const errors = said.success ? said.data.errors : [];
  const told = errors
    .map(({ code, message }) => `${code} ${message}`)
    .join("; ")
    .slice(0, 300);
  const denied = response.status === 401 || response.status === 403;
  const why = [
    `Cloudflare answers ${response.status}${told === "" ? "" : ` (${told})`}`,
    ...(denied ? ["the token needs the permission Zone, Cache Purge, Purge for this zone"] : []),
  ].join("; ");
  if (response.status !== 429) return { why };
  const seconds = Number(response.headers.get("retry-after"));
  return { why, again: seconds > 0 && seconds <= 600 ? seconds * 1000 : minute };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
