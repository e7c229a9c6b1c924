/** Serves the metadata of every host of one local cloud; a host is known by its address. */

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerMetadata, type MetadataNetwork } from "./metadata";
import type { HostSpec } from "./spec";

/** A metadata service that is listening. */
export interface MetadataServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Listens on the gateway's address, where only hosts of this cloud and this machine come. The
 * firewall's rules lead 169.254.169.254 here.
 */
export async function serveMetadata(
  network: MetadataNetwork,
  hostAt: (address: string) => HostSpec | undefined,
): Promise<MetadataServer> {
  const issued = new Set<string>();
  const tokens = {
    issue: () => {
      const token = randomBytes(32).toString("base64");
      issued.add(token);
      return token;
    },
    knows: (token: string) => issued.has(token),
  };
  const server = createServer((request, response) => {
    const spec = hostAt(request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "");
    const answer = spec
      ? answerMetadata(
          spec,
          network,
          {
            method: request.method ?? "GET",
            url: request.url ?? "/",
            headers: request.headers,
            sourcePort: request.socket.remotePort ?? 0,
          },
          tokens,
        )
      : ({ status: 404, type: "text/plain", body: "not found" } as const);
    response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, network.gateway, resolve);
  });
  // The service alone keeps no program alive.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
