import * as http from "node:http";
import type { AddressInfo } from "node:net";

import type { Clock } from "./clock";
import { parseFault, type Faults } from "./faults";
import { isObject } from "./values";
import type { World } from "./world";

/** What the control door opens onto. */
export interface Controlled {
  readonly world: World;
  readonly faults: Faults;
  readonly clock: Clock;
  /** Puts there what exists before the first deployment, and answers what of it could not be. */
  putExisting(existing: Record<string, unknown>): Promise<readonly string[]>;
  /** Orders a resource at its provider and answers its id. */
  order(type: string, inputs: Record<string, unknown>, name: string): Promise<string>;
  /** Deletes a resource at its provider, with all that goes with it. */
  discard(type: string, id: string): Promise<void>;
}

/**
 * The control door of the local cloud, on loopback only: what a console is to a real cloud.
 * `GET /objects`, `PATCH|PUT|DELETE /objects/<kind>/<id>` change things behind the program's back;
 * `POST /resources/<type>/<name>` orders a resource with the provider's inputs in its body,
 * `DELETE /resources/<type>/<id>` deletes one as its provider does, a machine's host with it;
 * `GET|POST|DELETE /faults` ask for failures; `PUT /clock` sets the time; `POST /existing` puts
 * there what exists before the first deployment.
 */
export async function serveControl(
  cloud: Controlled,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const server = http.createServer((request, response) => {
    void answer(cloud, request).then(
      (body) => send(response, 200, body),
      (error: unknown) =>
        send(response, 400, { error: error instanceof Error ? error.message : String(error) }),
    );
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

async function answer(
  { world, faults, clock, putExisting, order, discard }: Controlled,
  request: http.IncomingMessage,
): Promise<unknown> {
  const [, room, kind, id] = (request.url ?? "/").split("/").map(decodeURIComponent);
  const body = await readBody(request);
  switch (`${request.method} ${room}`) {
    case "GET objects":
      return kind ? (id ? world.get(kind, id) : world.list(kind)) : world.all();
    case "PUT objects":
      return world.put(required(kind), required(id), object(body));
    case "PATCH objects":
      return world.patch(required(kind), required(id), object(body));
    case "DELETE objects":
      return { removed: world.remove(required(kind), required(id)) };
    case "POST resources":
      return { id: await order(required(kind), object(body), required(id)) };
    case "DELETE resources":
      await discard(required(kind), required(id));
      return {};
    case "GET faults":
      return faults.list();
    case "POST faults":
      faults.add(parseFault(body));
      return faults.list();
    case "DELETE faults":
      faults.clear();
      return [];
    case "POST existing":
      return { missing: await putExisting(object(body)) };
    case "GET clock":
      return { now: clock.now().toISOString() };
    case "PUT clock":
      clock.set(new Date(String(object(body)["now"])));
      return { now: clock.now().toISOString() };
    default:
      throw new Error(`no such door: ${request.method} ${request.url}`);
  }
}

async function readBody(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

function required(part: string | undefined): string {
  if (!part) throw new Error("name the object: /objects/<kind>/<id>");
  return part;
}

function object(body: unknown): Record<string, unknown> {
  if (!isObject(body)) throw new Error("send a JSON object");
  return body;
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body ?? null, undefined, 2)}\n`);
}
