import * as dns from "node:dns/promises";
import * as net from "node:net";

/** Node's error codes in the words of Go's net package. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
  ECONNRESET: "connect: connection reset by peer",
  EACCES: "connect: permission denied",
  ENOENT: "connect: no such file or directory",
};

/** The reason of a failed connect as Go says it. */
export function connectReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ""] ?? `connect: ${message}`;
}

/**
 * Seconds after which a connection whose other end says nothing at all counts as broken: what Go's
 * own settings came to on Linux (a probe every 15 s, nine of them; 146 s were measured).
 */
export const longestSilence = 146;

/** Node sets ten probes of a second each and lets only the time before the first be chosen. */
const probingSeconds = 10;

/**
 * Connects to a host, every address in turn. `timeoutSeconds` 0: as long as the system tries.
 * Once connected, a host that falls silent is given up after `silenceSeconds` (11 at least), as long
 * as nothing that was sent to it waits for its receipt.
 * Rejects with the text of Go's `net.Dial` for the first address that failed.
 */
export async function dialTcp(
  host: string,
  port: number,
  timeoutSeconds: number,
  gone: AbortSignal,
  silenceSeconds: number = longestSilence,
): Promise<net.Socket> {
  let addresses;
  try {
    addresses = await dns.lookup(host, { all: true });
  } catch {
    throw new Error(`dial tcp: lookup ${host}: no such host`);
  }
  let first: Error | undefined;
  for (const { address } of addresses) {
    try {
      const socket = await connect(address, port, timeoutSeconds, gone);
      socket.setKeepAlive(true, Math.max(1, silenceSeconds - probingSeconds) * 1000);
      return socket;
    } catch (error) {
      first ??= error as Error;
    }
  }
  throw first ?? new Error(`dial tcp: lookup ${host}: no such host`);
}

function connect(
  host: string,
  port: number,
  timeoutSeconds: number,
  gone: AbortSignal,
): Promise<net.Socket> {
  const place = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    const settle = (error?: Error) => {
      clearTimeout(timer);
      gone.removeEventListener("abort", abandon);
      socket.removeAllListeners();
      if (!error) return resolve(socket);
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error);
    };
    const abandon = () => settle(new Error(`dial tcp ${place}: operation was canceled`));
    const timer =
      timeoutSeconds > 0
        ? setTimeout(
            () => settle(new Error(`dial tcp ${place}: i/o timeout`)),
            timeoutSeconds * 1000,
          )
        : undefined;
    gone.addEventListener("abort", abandon);
    socket.once("connect", () => settle());
    socket.once("error", (error) =>
      settle(new Error(`dial tcp ${place}: ${connectReason(error)}`)),
    );
  });
}
