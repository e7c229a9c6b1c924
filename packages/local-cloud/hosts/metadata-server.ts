/** Serves the metadata of every host of one local cloud; a host is known by its address. */

import { randomBytes } from "node:crypto";
import { listenAt, type Listening } from "../ground/listen";
import { answerMetadata, type MetadataNetwork } from "./metadata";
import type { HostSpec } from "./spec";

/**
 * Listens on the gateway's address, where only hosts of this cloud and this machine come. The
 * firewall's rules lead 169.254.169.254 here.
 */
export function serveMetadata(
  network: MetadataNetwork,
  hostAt: (address: string) => HostSpec | undefined,
): Promise<Listening> {
  const issued = new Set<string>();
  const tokens = {
    issue: () => {
      const token = randomBytes(32).toString("base64");
      issued.add(token);
      return token;
    },
    knows: (token: string) => issued.has(token),
  };
  return listenAt(network.gateway, (request, response) => {
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
}
