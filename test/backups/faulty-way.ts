import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";

/** What happens to a request on its way: see `FaultyWay`. */
export type Fault = "refused" | "cut" | "lost" | "late" | "conflict" | "never" | "away";

/**
 * A way to a door of S3 on which requests come to harm. `fault` is told what each one does (`begin`, `part`,
 * `complete`, `give up`, `put`) and which of its kind it is, from 1. `refused`: 503; `cut`: the connection ends
 * before it is there; `lost`: it is carried out, and the answer does not come; `late`: 200 with an error in it;
 * `conflict`: 409; `never`: no answer; `away`: from now on nobody listens, until `back`.
 */
export class FaultyWay {
  fault: (what: string, nth: number) => Fault | undefined = () => undefined;
  readonly seen: string[] = [];
  private server!: http.Server;
  private port = 0;

  constructor(
    private readonly door: string,
    private readonly authority: string,
  ) {}

  /** Its address, `http://127.0.0.1:<port>`. */
  async open(): Promise<string> {
    this.server = http.createServer((request, response) => this.answer(request, response));
    await new Promise<void>((resolve) => this.server.listen(this.port, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const what = kindOf(request);
    this.seen.push(what);
    const fault = this.fault(what, this.seen.filter((each) => each === what).length);
    const end = () => request.socket.destroy();
    const error = (status: number, code: string) => {
      request.resume().once("end", () => {
        response
          .writeHead(status)
          .end(`<Error><Code>${code}</Code><Message>told</Message></Error>`);
      });
    };
    if (fault === "cut") return void request.once("data", end).once("end", end);
    if (fault === "refused") return error(503, "SlowDown");
    if (fault === "late") return error(200, "InternalError");
    if (fault === "conflict") return error(409, "ConditionalRequestConflict");
    if (fault === "never") return void request.resume();
    if (fault === "away") return void this.close();
    const { hostname, port } = new URL(this.door);
    const onward = https.request({
      ...{ hostname, port, ca: this.authority, method: request.method, path: request.url },
      headers: request.rawHeaders as unknown as http.OutgoingHttpHeaders,
    });
    onward.once("error", end);
    onward.once("response", (answered) => {
      if (fault === "lost") return void answered.resume().once("end", end);
      response.writeHead(answered.statusCode ?? 500, answered.rawHeaders);
      answered.pipe(response);
    });
    request.pipe(onward);
  }
}

function kindOf({ method, url = "" }: http.IncomingMessage): string {
  if (method === "DELETE") return "give up";
  if (method === "POST") return url.includes("uploadId") ? "complete" : "begin";
  return url.includes("partNumber") ? "part" : "put";
}
