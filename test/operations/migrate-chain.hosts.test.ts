import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ScratchCloud } from "../../rehearsal/scratch";
import { host, Pair, pairOfStacks } from "../../tools/bench/pair";
import { acknowledged, failed, summary, Visitors } from "./edge-visitors";

/** Many minutes: `npm run soak -- chain`. One move there and back is in migrate-edge.hosts.test.ts. */
const isSoak = process.env["BERTH_SOAK"] === "1";

const hostKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPOC8JjCYtdEGGe9iXakMRQrRGg2mLcbQv1ep5zzm5er clinic";
const hosted = (project: object, more: object = {}) => ({
  ...{ environment: "stage", projects: { shop: project }, secrets: {} },
  ...more,
});
const client = {
  server: { address: "203.0.113.10", login: "root", hostKey },
  manage: ["people", "firewall", "proxy", "deploy"],
};

/** A fleet whose one project can go to a machine of each kind. */
function chain() {
  const { shared, stacks } = pairOfStacks();
  const { [host]: _, stage } = stacks as Record<string, Record<string, unknown>>;
  const projects = stage!["projects"] as { shop: Record<string, unknown> };
  const { residency: __, ...shop } = projects.shop;
  return {
    shared,
    stacks: {
      stage: { ...stage!, projects: { shop } },
      "stage-digitalocean": hosted({ residency: "canada" }),
      "stage-aws": hosted({ needs: ["rds"] }),
      "stage-client": hosted({}, { nodes: { shop: client } }),
    },
  };
}

/** The last one was left for good three moves before. Back at once: migrate-edge.hosts.test.ts. */
const stops = ["stage-digitalocean", "stage-aws", "stage-client", "stage"];

describe.runIf(isSoak)(
  "a project that moves from cloud to cloud, to a client's machine, and back to where it began",
  () => {
    let cloud: ScratchCloud;
    let pair: Pair;
    let visitors: Visitors;
    /** The stack whose machine serves. */
    let serving = "stage";
    beforeAll(async () => {
      cloud = await ScratchCloud.start(chain(), {}, { machines: "booted" });
      pair = await Pair.of(cloud, Object.keys(chain().stacks));
      visitors = new Visitors(pair.destination);
      await sql("CREATE TABLE straight (stack text, n bigint, PRIMARY KEY (stack, n))");
    }, 1_800_000);
    afterAll(() => cloud.stop());

    const sql = (text: string, stack = serving) =>
      pair.on(stack, "docker exec -i shop-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U app app", text);

    /**
     * What no proxy holds: somebody who writes straight to the database and notes what was acknowledged, a transaction that
     * is open when all is frozen, and containers that Docker is told to start again always.
     */
    async function disturb(stack: string): Promise<void> {
      await pair.on(
        stack,
        `docker update -q --restart always shop-db-1 shop-web-1 shop-worker-1 shop-nginx-1 >/dev/null
cat >/root/straight <<'END'
n=0
psql() { docker exec -i shop-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U app app -c "$1"; }
while :; do
  n=$((n + 1))
  if psql "INSERT INTO straight VALUES ('${stack}', $n)"; then echo $n >>/root/acknowledged; fi
  sleep 0.1
done
END
rm -f /root/acknowledged
systemd-run -q --unit straight bash /root/straight
systemd-run -q --unit open docker exec shop-db-1 psql -XqAt -U app app -c "BEGIN; INSERT INTO straight VALUES ('open ${stack}', 1); SELECT pg_sleep(3600); COMMIT"`,
      );
    }

    /** Starts a machine anew, and waits until it is back. */
    async function reboot(stack: string): Promise<void> {
      const boot = () => pair.on(stack, "cat /proc/sys/kernel/random/boot_id");
      const before = await boot();
      await pair.on(stack, "systemd-run -q --on-active=1 systemctl reboot");
      for (let tries = 0; tries < 90; tries += 1) {
        await sleep(2_000);
        const now = await boot().catch(() => before);
        if (now !== before) return;
      }
      throw new Error(`${stack} did not come back`);
    }

    it.each(stops)(
      "goes on to %s with every write, whoever made it, and nobody gets an error",
      async (to) => {
        const from = serving;
        const before = await visitors.accepted();
        await pair.migrate(to, "--until", "backup");
        await disturb(from);
        let told = "";
        const visits = await visitors.during(async () => {
          await sleep(2_000);
          told = await pair.migrate(to);
          await sleep(2_000);
        });
        serving = to;
        const waited = /visitors waited ([0-9.]+) s/.exec(told)?.[1];
        console.log(`${from} to ${to}: ${summary(visits, waited)}`);
        expect(failed(visits)).toEqual([]);
        expect(await visitors.accepted()).toEqual({
          ...{ accepted: before.accepted + acknowledged(visits), repeated: 0 },
        });

        // Who wrote straight to the old database was acknowledged nothing that is not here, and is let write no more.
        await reboot(from);
        const noted = (await pair.on(from, "cat /root/acknowledged"))
          .trim()
          .split("\n")
          .map(Number);
        const here = await sql(`SELECT n FROM straight WHERE stack = '${from}' ORDER BY n`);
        const rows = new Set(here.trim().split("\n").map(Number));
        expect(noted.length).toBeGreaterThan(10);
        expect(noted.filter((each) => !rows.has(each))).toEqual([]);
        expect(await sql("SELECT count(*) FROM straight WHERE stack LIKE 'open %'")).toBe("0\n");
        const running =
          "docker ps --filter label=com.docker.compose.project=shop --format {{.Names}}";
        expect((await pair.on(from, running)).trim().split("\n")).not.toContain("shop-web-1");
        await expect(
          pair.on(
            from,
            "docker start shop-db-1 >/dev/null; until docker exec shop-db-1 pg_isready -q -h 127.0.0.1; do sleep 0.2; done; docker exec shop-db-1 psql -XqAt -v ON_ERROR_STOP=1 -U app app -c 'SET default_transaction_read_only = off' -c 'CREATE TABLE wrong ()' 2>&1",
          ),
        ).rejects.toThrow(/read-only transaction/);

        const over = await pair.migrateAfter(3_600_000, to);
        expect(over).toContain("the move is over");
        // What it had left there is there, and serves nobody.
        if (to === stops.at(-1)) {
          const place = /lies aside there; .* sudo rm -r (\S+)/.exec(over)?.[1];
          expect(await pair.on(to, `ls ${place}/standby.signal`)).toBe(`${place}/standby.signal\n`);
        }
        expect((await visitors.visit("POST")).status).toBe(201);
      },
      1_800_000,
    );
  },
);
