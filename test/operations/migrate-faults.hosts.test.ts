import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Refusal } from "../../operations/ground/usage";
import { ScratchCloud } from "../../rehearsal/scratch";
import { host, Pair, pairOfStacks } from "../../tools/bench/pair";
import { acknowledged, failed, summary, Visitors } from "./edge-visitors";

/** Minutes: `npm run soak -- moves`. On machines that exist nowhere all faults are tried by migrate/faults.test.ts. */
const isSoak = process.env["BERTH_SOAK"] === "1";

describe.runIf(isSoak)("a move whose machines and network fail", () => {
  let cloud: ScratchCloud;
  let pair: Pair;
  let visitors: Visitors;
  beforeAll(async () => {
    cloud = await ScratchCloud.start(pairOfStacks(), {}, { machines: "booted" });
    pair = await Pair.of(cloud);
    visitors = new Visitors(pair.destination);
  }, 1_800_000);
  afterAll(() => cloud.stop());

  /** What the command refused with; undefined where it came to a good end. */
  async function refusal(...argv: string[]): Promise<string | undefined> {
    try {
      await pair.migrate(host, ...argv);
      return undefined;
    } catch (error) {
      const { message } = error as Error;
      // What the old machine owes ends with 1 as well.
      if (error instanceof Refusal || message.includes("ended with 1")) return message;
      throw error;
    }
  }

  /** The same command, as its words have it, until it comes to a good end. */
  async function goesOn(...argv: string[]): Promise<void> {
    let said: string | undefined;
    for (let tries = 0; tries < 30; tries += 1) {
      said = await refusal(...argv);
      if (said === undefined) return;
      await sleep(5_000);
    }
    throw new Error(`the command did not go on: ${said}`);
  }

  /** A machine loses its power and comes back. */
  async function dies(stack: string): Promise<void> {
    await pair.on(stack, "systemd-run -q --on-active=1 systemctl reboot -ff");
    await sleep(2_000);
  }

  /** The site answers, as it does some time after its machine lost its power. */
  const answers = () =>
    expect
      .poll(async () => (await visitors.visit("GET")).status, { timeout: 300_000, interval: 2_000 })
      .toBe(200);

  const stays = `shop is with stage/shop as before, where nothing was stopped`;
  const command = `berth migrate shop --to ${host}`;

  it("stays where it is while the network between the machines is cut for a minute, and goes on behind it", async () => {
    await goesOn("--until", "files");
    const before = await visitors.accepted();
    const { address } = pair.machines[host]!;
    let said: string | undefined;
    const visits = await visitors.during(async () => {
      await pair.on(
        "stage",
        `systemd-run -q --on-active=60 nft delete table inet cut
nft add table inet cut
nft add chain inet cut in '{ type filter hook input priority -300; }'
nft add chain inet cut out '{ type filter hook output priority -300; }'
nft add rule inet cut in ip saddr ${address} drop
nft add rule inet cut out ip daddr ${address} drop`,
      );
      const reaches = `timeout 3 bash -c ': >/dev/tcp/${address}/22'`;
      await expect(pair.on("stage", reaches)).rejects.toThrow();
      // It waits for the network, or says that it does not.
      said = await refusal("--until", "checks");
    });
    if (said !== undefined) {
      expect(said).toContain(stays);
      expect(said).toContain(command);
    }
    expect(failed(visits)).toEqual([]);
    expect((await visitors.accepted()).accepted).toBe(before.accepted + acknowledged(visits));
    await goesOn("--until", "checks");
  });

  it.each(["stage", host])(
    "goes on once %s is back, which died while all was copied",
    async (stack) => {
      await dies(stack);
      const said = await refusal("--until", "checks");
      if (said !== undefined) expect(said).toContain(command);
      await goesOn("--until", "backup");
      await answers();
    },
    600_000,
  );

  it("serves from the old machine, or says that it does not, where the new one dies at the switch", async () => {
    const before = await visitors.accepted();
    let said: string | undefined;
    const visits = await visitors.during(async () => {
      const switched = refusal();
      // Somewhere in the freeze: the way back is laid in the seconds before.
      await sleep(4_000);
      await dies(host);
      said = await switched;
      if (said !== undefined) await goesOn();
    });
    console.log(`the command said: ${said}\n${summary(visits, undefined)}`);
    if (said !== undefined) expect(said).toMatch(/same command|berth migrate shop/);
    await answers();
    expect((await visitors.accepted()).accepted).toBeGreaterThanOrEqual(
      before.accepted + acknowledged(visits),
    );
  });

  it("keeps every write that was acknowledged when the new machine dies after the switch", async () => {
    const before = await visitors.accepted();
    const visits = await visitors.during(async () => {
      await dies(host);
      await sleep(30_000);
    });
    console.log(summary(visits, undefined));
    await answers();
    expect((await visitors.accepted()).accepted).toBeGreaterThanOrEqual(
      before.accepted + acknowledged(visits),
    );
  });

  it("serves from the old machine again without the new one, with every write that both had, and fences that one once it is back", async () => {
    await expect
      .poll(
        () =>
          pair.on(
            host,
            'docker exec shop-db-1 psql -XqAt -U app app -c "SELECT sync_state FROM pg_stat_replication"',
          ),
        { timeout: 300_000, interval: 2_000 },
      )
      .toBe("sync\n");
    const without = ["--without", host, "--confirm", "shop"];
    await expect(pair.migrate("stage", ...without)).rejects.toThrow(`${host}/shop answers`);
    const before = await visitors.accepted();
    const visits = await visitors.during(() => sleep(2_000));
    // Whoever is cut off from everybody is dead to everybody, and goes on by itself.
    await pair
      .on(
        host,
        `systemd-run -q --on-active=300 nft delete table inet lost
nft add table inet lost
nft add chain inet lost in '{ type filter hook input priority -300; policy drop; }'
nft add chain inet lost out '{ type filter hook output priority -300; policy drop; }'
nft add chain inet lost through '{ type filter hook forward priority -300; }'
nft add rule inet lost in iif lo accept
nft add rule inet lost out oif lo accept`,
      )
      .catch(() => undefined);
    await sleep(10_000);
    await expect(pair.migrate("stage", ...without)).rejects.toThrow("what the old machine owes");
    await answers();
    expect((await visitors.accepted()).accepted).toBe(before.accepted + acknowledged(visits));
    const writes = await visitors.during(() => sleep(5_000));
    expect(failed(writes)).toEqual([]);
    let over = "";
    for (let tries = 0; tries < 60 && !over.includes("the move is over"); tries += 1) {
      await sleep(10_000);
      over = await pair.migrate("stage").catch(() => "");
    }
    expect(over).toContain(`${host}/shop runs nothing of the project`);
    const volume = "/var/lib/docker/volumes/shop_database/_data";
    expect(
      await pair.on(
        host,
        `docker ps -aq --filter label=com.docker.compose.project=shop; ls ${volume}/standby.signal`,
      ),
    ).toBe(`${volume}/standby.signal\n`);
    await answers();
  }, 1_800_000);
});
