import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import type { Pair } from "./certificates";

/** What a visitor asks of a machine. */
export interface Visit {
  readonly host: string;
  /** The name that the connection is opened with; absent: the host. */
  readonly servername?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** With TLS, which is not judged unless `authority` says whose certificates are good. */
  readonly tls?: boolean;
  readonly authority?: string;
  readonly client?: Pair;
  readonly body?: Buffer;
  readonly agent?: http.Agent;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** One request to a machine; rejects where none is answered. */
export function visit(address: string, asked: Visit): Promise<Reply> {
  const { host, path = "/", tls = false, body, agent = false } = asked;
  const options: https.RequestOptions = {
    host: address,
    path,
    agent,
    method: body === undefined ? "GET" : "POST",
    headers: { ...asked.headers, host },
    timeout: 20_000,
    ...(tls && {
      servername: asked.servername ?? host,
      rejectUnauthorized: asked.authority !== undefined,
      ...(asked.authority !== undefined && { ca: asked.authority }),
      ...(asked.client && { key: asked.client.key, cert: asked.client.certificate }),
    }),
  };
  return new Promise((resolve, reject) => {
    const request = (tls ? https : http).request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    request.on("timeout", () => request.destroy(new Error("no answer in 20 s")));
    request.on("error", reject);
    request.end(body);
  });
}

/** What was asked while something else went on, and what of it was not answered as it shall be. */
export interface Load {
  readonly asked: number;
  readonly failed: readonly string[];
}

/**
 * Visitors side by side, half of them on connections that they keep, for as long as `meanwhile` takes.
 * Each answer is to be 200.
 */
export async function underLoad(
  address: string,
  asked: Visit,
  meanwhile: () => Promise<unknown>,
): Promise<Load> {
  const load = { asked: 0, failed: [] as string[] };
  let over = false;
  const visitor = async (_: unknown, index: number) => {
    const agent = new (asked.tls ? https : http).Agent({ keepAlive: true, maxSockets: 1 });
    while (!over) {
      load.asked += 1;
      const body = index % 3 === 0 ? Buffer.alloc(100_000, "x") : undefined;
      try {
        const reply = await visit(address, {
          ...asked,
          ...(index % 2 === 0 && { agent }),
          ...(body && { body }),
        });
        if (reply.status !== 200) load.failed.push(`status ${reply.status}`);
      } catch (error) {
        load.failed.push(`${index % 2 === 0 ? "kept" : "new"} connection: ${String(error)}`);
      }
      await sleep(20);
    }
    agent.destroy();
  };
  const visitors = Promise.all(Array.from({ length: 8 }, visitor));
  try {
    await meanwhile();
  } finally {
    over = true;
    await visitors;
  }
  return load;
}
