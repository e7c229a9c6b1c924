/** Visitors that come at a steady pace, whatever becomes of those before them, and count their answers. */

import { randomBytes } from "node:crypto";
import * as https from "node:https";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Where visitors go: a name, the address of the edge, and the authority they trust. */
export interface Destination {
  readonly name: string;
  readonly address: string;
  readonly authority: string;
}

/** What visitors saw while something went on. */
export interface Seen {
  readonly requests: number;
  /**
   * Answers that were not 2xx, or none, by what they were; the WebSocket aside. What ended on a connection that was used
   * before says for how long that had been idle: at the end of the edge's patience it is the edge that ended it.
   */
  readonly failed: Readonly<Record<string, number>>;
  /** Milliseconds of the slowest answer, of 99 in 100 at most, and of half of them at most. */
  readonly longest: number;
  readonly p99: number;
  readonly median: number;
  /** How often the connection that had become a WebSocket ended; each was opened anew. */
  readonly reopened: number;
}

/** Of the requests: every so many is of this kind; the others read, on connections that are kept. */
const kinds = { write: 3, fresh: 5, upload: 100 } as const;
const uploadBytes = 10_000_000;

/** When a kept connection was used last, by `performance.now()`. */
const lastUsed = Symbol("last used");

/** An answer that takes longer is none. */
const patienceMs = 100_000;

/**
 * Has visitors come, `pace` a second, for as long as `meanwhile` takes: reads on kept and on new
 * connections, writes, uploads of 10 MB, and one WebSocket that is spoken over all the time.
 */
export async function underSteadyLoad(
  to: Destination,
  pace: number,
  meanwhile: () => Promise<unknown>,
): Promise<Seen> {
  const agent = new https.Agent({ keepAlive: true });
  const failed: Record<string, number> = {};
  const times: number[] = [];
  const under: Promise<void>[] = [];
  let over = false;
  let reopened = -1;
  const note = (what: string) => void (failed[what] = (failed[what] ?? 0) + 1);
  const one = async (number: number) => {
    const began = performance.now();
    const answer = await request(to, agent, number).then(
      (status) => (status >= 200 && status < 300 ? undefined : `status ${status}`),
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    times.push(performance.now() - began);
    if (answer !== undefined) note(answer);
  };
  const come = async () => {
    const began = performance.now();
    for (let number = 1; !over; number++) {
      under.push(one(number));
      await sleep(Math.max(0, began + (number * 1000) / pace - performance.now()));
    }
  };
  const speak = async () => {
    while (!over) {
      reopened += 1;
      await conversation(to, () => over);
    }
  };
  const visitors = Promise.all([come(), speak()]);
  try {
    await meanwhile();
  } finally {
    over = true;
    await visitors;
    await Promise.all(under);
    agent.destroy();
  }
  const sorted = times.toSorted((a, b) => a - b);
  return {
    requests: times.length,
    failed,
    longest: sorted.at(-1) ?? 0,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    reopened: Math.max(0, reopened),
  };
}

/** The status of one request; rejects where there is no answer. */
function request(to: Destination, kept: https.Agent, number: number): Promise<number> {
  const upload = number % kinds.upload === 0;
  const write = upload || number % kinds.write === 0;
  const fresh = upload || number % kinds.fresh === 0;
  const body = upload ? Buffer.alloc(uploadBytes, "x") : Buffer.from(`number=${number}`);
  const options: https.RequestOptions = {
    ...visiting(to),
    path: upload ? `/uploads/load-${number % (5 * kinds.upload)}` : write ? "/writes" : "/",
    method: upload ? "PUT" : write ? "POST" : "GET",
    agent: fresh ? false : kept,
    headers: {
      host: to.name,
      ...(write && {
        "content-length": body.length,
        "idempotency-key": randomBytes(8).toString("hex"),
      }),
    },
    timeout: patienceMs,
  };
  return new Promise((resolve, reject) => {
    const asked = https.request(options, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    let idle: number | undefined;
    asked.on("socket", (socket: Socket & { [lastUsed]?: number }) => {
      const before = socket[lastUsed];
      if (before !== undefined) idle = Math.round((performance.now() - before) / 1000);
      asked.on("close", () => void (socket[lastUsed] = performance.now()));
    });
    asked.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        idle === undefined
          ? error
          : new Error(`${error.code ?? error.message} on a connection idle for ${idle} s`),
      ),
    );
    asked.end(write ? body : undefined);
  });
}

function visiting({ name, address, authority }: Destination): https.RequestOptions {
  return { host: address, servername: name, ca: authority };
}

/** Opens a WebSocket and says something ten times a second, until it ends or there is no more to do. */
function conversation(to: Destination, isOver: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = () => setTimeout(resolve, 100);
    const asked = https.request({
      ...visiting(to),
      path: "/echo",
      agent: false,
      headers: {
        host: to.name,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"),
      },
    });
    asked.on("upgrade", (_response, socket) => {
      const timer = setInterval(() => {
        if (isOver()) socket.destroy();
        else socket.write(textFrame("still there"));
      }, 100);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        clearInterval(timer);
        end();
      });
      socket.resume();
    });
    asked.on("response", (response) => {
      response.resume();
      response.on("end", end);
    });
    asked.on("error", end);
    asked.end();
  });
}

/** A text of less than 126 bytes as a client sends it: one frame, masked (RFC 6455, section 5). */
function textFrame(text: string): Buffer {
  const mask = randomBytes(4);
  const payload = Buffer.from(text).map((byte, index) => byte ^ mask[index % 4]!);
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
}
