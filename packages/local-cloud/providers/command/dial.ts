import { setTimeout as sleep } from "node:timers/promises";

import { ProviderError, type Context } from "../../emulator/handler";
import { contextError } from "../../emulator/session";
import type { Connection, Endpoint } from "./connection";
import type { Shell, ShellConnection } from "./shell";

const firstDelayMs = 100;
const backoff = 1.5;
const longestDelayMs = 5000;

/**
 * Connects as the real provider does: every failed dial is a passing line in the resource's
 * status, the pause between two grows from 0.1 s by half each time up to 5 s, and the dial after
 * `dialErrorLimit` failures gives up with its error. Ctrl-C and a custom time-out are noticed between
 * two dials.
 */
export async function dial(
  shell: Shell,
  connection: Connection,
  context: Context,
): Promise<ShellConnection> {
  const { proxy, dialErrorLimit } = connection;
  const { gone } = context;
  const prepare = (endpoint: Endpoint) =>
    shell.prepare(
      endpoint,
      endpoint.agentSocketPath ?? (context.environment("SSH_AUTH_SOCK") || undefined),
    );
  const attempt = await named("", prepare(connection));
  if (!proxy) {
    return named(
      "",
      retry("Dial", dialErrorLimit, context, () => attempt({ gone })),
    );
  }
  const proxyAttempt = await named("proxy: ", prepare(proxy));
  const through = await named(
    "proxy: ",
    retry("Dial proxy", proxy.dialErrorLimit, context, () => proxyAttempt({ gone })),
  );
  try {
    const over = await retry("Dial from proxy", dialErrorLimit, context, () =>
      through.tunnel(connection.host, connection.port),
    );
    // One stream takes one handshake, so the attempts after a failed one fail as well.
    const inner = await retry("Dial", dialErrorLimit, context, () => attempt({ over, gone }));
    return closingBoth(inner, through);
  } catch (error) {
    through.close();
    return named("proxy: ", Promise.reject(asError(error)));
  }
}

async function named<T>(prefix: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ProviderError(prefix + asError(error).message);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function closingBoth(inner: ShellConnection, outer: ShellConnection): ShellConnection {
  return {
    accepts: (key, value) => inner.accepts(key, value),
    run: (job) => inner.run(job),
    write: (path, content) => inner.write(path, content),
    tunnel: (host, port) => inner.tunnel(host, port),
    close: () => {
      inner.close();
      outer.close();
    },
  };
}

async function retry<T>(
  what: string,
  limit: number,
  { log, signal }: Context,
  attempt: () => Promise<T>,
): Promise<T> {
  let delay = firstDelayMs;
  for (let failed = 0; ; failed += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw new Error(contextError(signal), { cause: error });
      if (limit > -1 && failed + 1 > limit) {
        throw new Error(`after ${failed} failed attempts: ${asError(error).message}`, {
          cause: error,
        });
      }
      const bound = limit === -1 ? "inf" : String(limit);
      log("info", `${what} ${failed + 1}/${bound} failed: retrying`, true);
    }
    await sleep(delay, undefined, { signal }).catch(() => {
      throw new Error(contextError(signal));
    });
    delay = Math.min(delay * backoff, longestDelayMs);
  }
}
