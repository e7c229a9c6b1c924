import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** What an API answers. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** Serves an HTTP API that speaks JSON on a port of loopback; `answer` gets the whole text of each request. */
export async function serveJson(
  answer: (request: http.IncomingMessage, text: string) => Answered,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { status, body } = answer(request, Buffer.concat(chunks).toString("utf8"));
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
