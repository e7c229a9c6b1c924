import { randomUUID } from "node:crypto";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import type { Destination } from "../../tools/bench/steady-load";

/** What a visit came to. Status 0: there was no answer. */
export interface Visit {
  readonly method: "GET" | "POST";
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

/** Visitors of the sample project, who read and write its numbered rows through the edge. */
export class Visitors {
  constructor(private readonly destination: Destination) {}

  /**
   * One visit, on a connection of its own or on one that is kept; a write has a key by which the application counts it
   * once.
   */
  visit(method: "GET" | "POST", agent: Agent | false = false): Promise<Visit> {
    const { name, address, authority } = this.destination;
    const headers = { host: name, "idempotency-key": randomUUID(), "content-length": "0" };
    const began = performance.now();
    const came = (status: number, text: string): Visit => ({
      ...{ method, status, text, ms: Math.round(performance.now() - began) },
    });
    return new Promise((resolve) => {
      const asked = request(
        {
          ...{ method, path: "/writes", host: address, servername: name, ca: authority },
          ...{ headers, agent, timeout: 100_000 },
        },
        (answer) => {
          let text = "";
          answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
          answer.on("end", () => resolve(came(answer.statusCode ?? 0, text)));
        },
      );
      asked.on("error", (error) => resolve(came(0, error.message)));
      asked.end();
    });
  }

  /** How many writes the application has, and how many of them came twice. */
  async accepted(): Promise<{ accepted: number; repeated: number }> {
    const { accepted, repeated } = JSON.parse((await this.visit("GET")).text) as {
      accepted: number;
      repeated: number;
    };
    return { accepted, repeated };
  }

  /**
   * Has three write and one read, each twenty times a second at most, until `meanwhile` has ended; and one of each besides
   * who keep their connections.
   */
  async during(meanwhile: () => Promise<unknown>): Promise<readonly Visit[]> {
    const visits: Visit[] = [];
    let visiting = true;
    const kept = new Agent({ keepAlive: true });
    const comes = async (method: "GET" | "POST", agent: Agent | false) => {
      while (visiting) {
        visits.push(await this.visit(method, agent));
        await sleep(50);
      }
    };
    const all = [
      ...(["POST", "POST", "POST", "GET"] as const).map((method) => comes(method, false)),
      ...(["POST", "GET"] as const).map((method) => comes(method, kept)),
    ];
    try {
      await meanwhile();
    } finally {
      visiting = false;
      await Promise.all(all);
      kept.destroy();
    }
    return visits;
  }
}

/** The writes that were acknowledged. */
export function acknowledged(visits: readonly Visit[]): number {
  return visits.filter(({ method, status }) => method === "POST" && status === 201).length;
}

/** The visits that were not answered as they should be. */
export function failed(visits: readonly Visit[]): readonly Visit[] {
  return visits.filter(({ method, status }) => status !== (method === "POST" ? 201 : 200));
}

/** Interruption, held visits and 503s, each by itself. */
export function summary(visits: readonly Visit[], waited: string | undefined): string {
  const count = (of: (each: Visit) => boolean) => visits.filter(of).length;
  const longest = Math.max(...visits.map(({ ms }) => ms));
  return `interruption ${waited ?? "unknown"} s; of ${visits.length} visits ${count(({ ms }) => ms > 1000)} took more than a second (longest ${longest} ms), ${count(({ status }) => status === 503)} got a 503`;
}
