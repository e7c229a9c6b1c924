import * as http from "node:http";

import { listening } from "../ground/listen";

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
  const { port, close } = await listening(server, "127.0.0.1");
  return { port, stop: close };
}
