import { randomUUID } from "node:crypto";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ScratchCloud } from "../../rehearsal/scratch";
import { host, Pair, pairOfStacks } from "../../tools/bench/pair";

/** Minutes: `npm run soak -- moves`. What machines do of it is tried at each run by migrate.hosts.test.ts. */
const isSoak = process.env["BERTH_SOAK"] === "1";

describe.runIf(isSoak)("a project that visitors reach through the edge", () => {
  let cloud: ScratchCloud;
  let pair: Pair;
  beforeAll(async () => {
    cloud = await ScratchCloud.start(pairOfStacks(), {}, { machines: "booted" });
    pair = await Pair.of(cloud);
  }, 1_800_000);
  afterAll(() => cloud.stop());

  /** One visit through the edge; status 0 where there was no answer. */
  function visit(method: "GET" | "POST"): Promise<{ status: number; text: string }> {
    const { name, address, authority } = pair.destination;
    const headers = { host: name, "idempotency-key": randomUUID(), "content-length": "0" };
    return new Promise((resolve) => {
      const asked = request(
        {
          ...{ method, path: "/writes", host: address, servername: name, ca: authority },
          ...{ headers, agent: false, timeout: 100_000 },
        },
        (answer) => {
          let text = "";
          answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
          answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
        },
      );
      asked.on("error", (error) => resolve({ status: 0, text: error.message }));
      asked.end();
    });
  }

  const accepted = async () =>
    JSON.parse((await visit("GET")).text) as { accepted: number; repeated: number };

  /** What the zone's record of the name leads to. */
  async function led(): Promise<unknown> {
    const records = await cloud.objects("cloudflare/dns_record");
    return records.find(({ data }) => data["name"] === pair.destination.name)?.data["content"];
  }

  it.each([host, "stage"])(
    "moves to %s by one command: every write is there once, and nobody gets an error",
    async (to) => {
      const before = await accepted();
      const statuses: number[] = [];
      let writing = true;
      const writers = [1, 2, 3].map(async () => {
        while (writing) {
          statuses.push((await visit("POST")).status);
          await sleep(50);
        }
      });
      let told: string;
      try {
        told = await pair.migrate(to);
      } finally {
        writing = false;
        await Promise.all(writers);
      }
      expect(told).toMatch(/proven: visitors waited [0-9.]+ s/);
      expect(told).toContain(`shop is served by ${to}`);
      expect(statuses.filter((status) => status !== 201)).toEqual([]);
      expect(await accepted()).toEqual({
        ...before,
        accepted: before.accepted + statuses.length,
        last: expect.any(Number) as number,
      });
      expect(await led()).toBe(pair.machines[to]!.address);
    },
    1_800_000,
  );
});
