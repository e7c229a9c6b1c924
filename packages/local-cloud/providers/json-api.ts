import * as http from "node:http";

import { listening } from "../ground/listen";

/** What an API answers: a value, or where it gives out a file, that file's text. */
export type Answered = { readonly status: number } & (
  { readonly body: unknown } | { readonly text: string }
);

/** Serves an HTTP API that speaks JSON on a port of loopback; `answer` gets the whole text of each request. */
export async function serveJson(
  answer: (request: http.IncomingMessage, text: string) => Answered,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answered = answer(request, Buffer.concat(chunks).toString("utf8"));
      const isText = "text" in answered;
      const type = isText ? "text/plain; charset=utf-8" : "application/json";
      response.writeHead(answered.status, { "content-type": type });
      response.end(isText ? answered.text : JSON.stringify(answered.body));
    });
  });
  const { port, close } = await listening(server, "127.0.0.1");
  return { port, stop: close };
}
