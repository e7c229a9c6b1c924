import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A server that keeps what it was sent and answers as `answer` says. */
export class Server {
  readonly got: { method: string; url: string; body: string }[] = [];
  private readonly server: http.Server;
  constructor(answer: (method: string, url: string) => unknown) {
    this.server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { method = "", url = "" } = request;
        this.got.push({ method, url, body });
        response.end(JSON.stringify(answer(method, url)));
      });
    });
  }
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  stop(): void {
    this.server.close();
  }
}
