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
 * Connects to a host, every address in turn. `timeoutSeconds` 0: as long as the system tries.
 * Rejects with the text of Go's `net.Dial` for the first address that failed.
 */
export async function dialTcp(
  host: string,
  port: number,
  timeoutSeconds: number,
  signal: AbortSignal,
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
      return await connect(address, port, timeoutSeconds, signal);
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
  signal: AbortSignal,
): Promise<net.Socket> {
  const place = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    const settle = (error?: Error) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abandon);
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
    signal.addEventListener("abort", abandon);
    socket.once("connect", () => settle());
    socket.once("error", (error) =>
      settle(new Error(`dial tcp ${place}: ${connectReason(error)}`)),
    );
  });
}
