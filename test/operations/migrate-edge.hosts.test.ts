import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ScratchCloud } from "../../rehearsal/scratch";
import { host, Pair, pairOfStacks } from "../../tools/bench/pair";
import { acknowledged, failed, Visitors } from "./edge-visitors";

/** Minutes: `npm run soak -- moves`. What machines do of it is tried at each run by migrate.hosts.test.ts. */
const isSoak = process.env["BERTH_SOAK"] === "1";

describe.runIf(isSoak)("a project that visitors reach through the edge", () => {
  let cloud: ScratchCloud;
  let pair: Pair;
  let visitors: Visitors;
  beforeAll(async () => {
    cloud = await ScratchCloud.start(pairOfStacks(), {}, { machines: "booted" });
    pair = await Pair.of(cloud);
    visitors = new Visitors(pair.destination);
  }, 1_800_000);
  afterAll(() => cloud.stop());

  /** What the zone's record of the name leads to. */
  async function led(): Promise<unknown> {
    const records = await cloud.objects("cloudflare/dns_record");
    return records.find(({ data }) => data["name"] === pair.destination.name)?.data["content"];
  }

  it.each([host, "stage"])(
    "moves to %s by one command: every write is there once, and nobody gets an error",
    async (to) => {
      const before = await visitors.accepted();
      let told = "";
      const visits = await visitors.during(async () => void (told = await pair.migrate(to)));
      expect(told).toMatch(/proven: visitors waited [0-9.]+ s/);
      expect(told).toContain(`shop is served by ${to}`);
      expect(failed(visits)).toEqual([]);
      expect(await visitors.accepted()).toEqual({
        ...before,
        accepted: before.accepted + acknowledged(visits),
      });
      expect(await led()).toBe(pair.machines[to]!.address);
    },
    1_800_000,
  );
});
