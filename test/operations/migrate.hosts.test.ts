import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Preview } from "../../engine/preview";
import type { Context } from "../../operations/ground/context";
import { Refusal } from "../../operations/ground/usage";
import { migrate } from "../../operations/migrate/migrate";
import { realWorld } from "../../operations/migrate/real";
import type { World } from "../../operations/migrate/world";
import { agency, project } from "../engine/agency";
import { Authority, together } from "../machine/certificates";
import { Leaver, Taker } from "../machine/pair";

const name = "shop.example.org";
const namespaced = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));

describe("a live project that a command moves between two booted machines", () => {
  const old = new Leaver();
  const next = new Taker(old);
  const authority = new Authority("Origins of the move");
  /** Which stack the environment's names are led to: the engine's part, which other tests try. */
  let led = "prod";
  /** Where the project goes. */
  let going = "prod-b";
  let agent: ChildProcess | undefined;
  let later = 0;
  const { directory: ground } = old.yard.ground;
  const directory = join(ground, "fleet");

  beforeAll(async () => {
    await old.open(old.deliveries);
    await Promise.all([old.deliver(), next.come()]);
    const repositories = await old.onHost("tar -C /srv -cz git | base64 -w0");
    await next.onHost("rm -rf /srv/git; base64 -d | tar -C /srv -xz", repositories);
    const pair = authority.issue([name]);
    for (const machine of [old, next])
      await machine.onHost("berth-proxy certificate shop", together(pair));
    mkdirSync(directory);
    const team = { ...agency.team, deployers: { ci: old.yard.deployer.public } };
    const shared = { agency: { value: agency.agency }, team: { value: team } };
    write("Pulumi.yaml", { name: "berth", runtime: "nodejs", config: namespaced(shared) });
    const repository = "git@git.example:shop.git";
    const shop = project(name, { repository, dns: "external" });
    write("Pulumi.prod.yaml", { config: namespaced({ projects: { shop } }) });
    const hosted = { environment: "prod", projects: { shop: {} } };
    write("Pulumi.prod-b.yaml", { config: namespaced(hosted) });
    const socket = join(ground, "agent");
    agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    while (!existsSync(socket)) await sleep(50);
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    execFileSync("ssh-add", ["-q", old.yard.deployer.file], { env });
  }, 900_000);
  afterAll(async () => {
    agent?.kill();
    authority.remove();
    await old.yard.clear();
  });

  const write = (file: string, content: unknown) =>
    writeFileSync(join(directory, file), stringify(content));

  /** The real machines and programs; engine, resolvers and backups are told what they answer. */
  const worldOf = (context: Context): World => ({
    ...realWorld(context, undefined),
    preview: () => Promise.resolve({ changes: [] } as unknown as Preview),
    up: () => Promise.resolve(void (led = going)),
    servedBy: () => Promise.resolve(led),
    resolve: () => Promise.resolve([(going === "prod-b" ? next : old).address]),
    unproven: () => Promise.resolve([]),
    now: () => new Date(Date.now() + later),
  });

  async function berth(...argv: string[]) {
    let [out, said] = ["", ""];
    const at = ({ address, key }: Leaver) => ({
      shop: { address, hostKey: key, projects: ["shop"] },
    });
    const published: Record<string, ReturnType<typeof at>> = { prod: at(old), "prod-b": at(next) };
    const context: Context = {
      directory,
      env: { PATH: process.env["PATH"], SSH_AUTH_SOCK: join(ground, "agent"), USER: "ci" },
      now: new Date(),
      keys: (fleet) => fleet,
      out: (text) => void (out += text),
      say: (text) => void (said += `${text}\n`),
      published: (stack) => Promise.resolve({ nodes: published[stack] ?? {}, interrupted: [] }),
    };
    try {
      return {
        code: await migrate(context, ["shop", "--to", going, ...argv], worldOf),
        out,
        said,
      };
    } catch (error) {
      if (error instanceof Refusal) return { code: 1, out, said: said + error.message };
      throw error;
    }
  }

  /** What a visitor of the old machine's address gets. */
  function visit(): Promise<number> {
    return new Promise((resolve) => {
      const asked = https.get(
        {
          host: old.address,
          servername: name,
          headers: { host: name },
          ca: authority.certificate,
          agent: false,
        },
        (answer) => {
          answer.resume();
          answer.on("end", () => resolve(answer.statusCode ?? 0));
        },
      );
      asked.on("error", () => resolve(0));
    });
  }

  it("is planned with nothing touched", async () => {
    const plan = await berth("--plan", "--reason", "there is no stage here");
    expect(plan, plan.said).toMatchObject({ code: 0 });
    expect(plan.out).toMatch(/^freeze .*visitors wait/m);
    expect(await next.onHost("berth-move status shop")).toContain('"role": "none"');
  });

  it("tries on the new machine what answers visitors, and starts nothing there that acts by itself", async () => {
    const worker = "docker ps -a --filter label=com.docker.compose.service=worker";
    const tried = await berth("--until", "deliver", "--reason", "there is no stage here");
    expect(tried, tried.said + tried.out).toMatchObject({ code: 0 });
    expect(tried.out).toContain("worker wait there until it serves");
    expect(await next.onHost(`${worker} --format '{{.State}}'`)).toBe("created\n");
    expect(await next.onHost("berth-site status shop")).toContain('"waiting": ["worker"]');
    // Whoever delivers there meanwhile, and whoever starts the machine anew.
    await next.onHost("berth-site deploy shop >&2; systemctl restart docker");
    expect(await next.onHost(`${worker} --format '{{.State}}'`)).toBe("created\n");
    const given = await berth("--abort");
    expect(given, given.said).toMatchObject({ code: 0 });
    expect(await next.onHost("docker ps -aq --filter label=com.docker.compose.project=shop")).toBe(
      "",
    );
    await old.goesOn();
  });

  it("gets everything ready while it serves, and can be given up", async () => {
    const ready = await berth("--until", "checks", "--reason", "there is no stage here");
    expect(ready, ready.said + ready.out).toMatchObject({ code: 0 });
    expect(ready.out).toContain("proven: db follows on prod-b/shop");
    expect(await visit()).toBe(200);
    const given = await berth("--abort");
    expect(given, given.said).toMatchObject({ code: 0 });
    expect(await next.onHost("docker ps -q --filter label=com.docker.compose.project=shop")).toBe(
      "",
    );
    for (const machine of [old, next])
      expect((await machine.exec("id berth-move")).code).not.toBe(0);
    await old.goesOn();
  });

  it("moves under load: no write is lost or doubled, and visitors get no error", async () => {
    const ready = await berth("--until", "backup", "--reason", "there is no stage here");
    expect(ready, ready.said + ready.out).toMatchObject({ code: 0 });
    const answers: { status: number; ms: number }[] = [];
    let visiting = true;
    const visitors = [1, 2, 3, 4].map(async () => {
      while (visiting) {
        const began = Date.now();
        answers.push({ status: await visit(), ms: Date.now() - began });
        await sleep(20);
      }
    });
    const moved = await berth();
    visiting = false;
    await Promise.all(visitors);
    expect(moved, moved.said + moved.out).toMatchObject({ code: 0 });
    console.log(moved.out);
    const failed = answers.filter(({ status }) => status !== 200);
    const longest = Math.max(...answers.map(({ ms }) => ms));
    console.log(
      `visitors: ${answers.length} requests, ${failed.length} failed, longest ${longest} ms`,
    );
    expect(failed).toEqual([]);
    await next.goesOn();
    await next.allThere(await old.acknowledged());
    await next.allThere(await next.acknowledged());
    const write = await old.exec(
      "docker exec shop-db-1 psql -XqAt -U keeper app -c 'SET default_transaction_read_only = off' -c 'CREATE TABLE wrong ()'",
    );
    expect(write.stderr).toContain("read-only transaction");
  });

  it("is over after the hour of the old standby: nothing of the move is left, and the data stays", async () => {
    later = 3_600_000;
    const over = await berth();
    expect(over, over.said + over.out).toMatchObject({ code: 0 });
    expect(over.out).toContain("the move is over");
    expect(await old.onHost("docker ps -aq --filter label=com.docker.compose.project=shop")).toBe(
      "",
    );
    expect(await old.onHost("docker volume ls -q")).toContain("shop_pgdata");
    for (const machine of [old, next])
      expect((await machine.exec("id berth-move")).code).not.toBe(0);
    expect(await visit()).toBe(200);
    await next.goesOn();
  });

  it("comes back by the same command later, beside what had stayed there, which nobody wrote to since", async () => {
    going = "prod";
    const volume = "/var/lib/docker/volumes/shop_pgdata";
    const why = ["--reason", "there is no stage here"];
    // It had backed the project up before it left.
    await old.onHost(`mkdir -p /var/lib/berth/backups/shop && cat >/var/lib/berth/backups/shop/status.json <<'END'
{"claimed": true, "claimedAt": ["bucket/shop/"], "lastTaken": {"at": "2026-01-01T02:00:00Z"}}
END
mv ${volume}/_data/standby.signal /root`);
    const open = await berth("--plan", ...why);
    expect(open).toMatchObject({ code: 1 });
    expect(open.out).toContain("standby.signal is gone, so whoever started it could write");
    await old.onHost(`mv /root/standby.signal ${volume}/_data`);
    const left =
      "cat global/pg_control base/1/PG_VERSION backup_label.old standby.signal | sha256sum";
    const before = await old.onHost(`cd ${volume}/_data && ${left}`);
    const plan = await berth("--plan", ...why);
    expect(plan, plan.said + plan.out).toMatchObject({ code: 0 });
    expect(plan.out).toMatch(
      /what stayed of the move of [0-9-]+ to prod-b on the new machine \(db, read-only, [0-9]+ MiB\) is set aside/,
    );
    const moved = await berth(...why);
    expect(moved, moved.said + moved.out).toMatchObject({ code: 0 });
    const wasThere = await next.acknowledged();
    await old.allThere(wasThere);
    await old.goesOn();
    later = 7_200_000;
    const over = await berth();
    expect(over, over.said + over.out).toMatchObject({ code: 0 });
    const place = /sudo rm -r (\S+)/.exec(over.out)?.[1] ?? "";
    expect(place).toContain(`${volume}/_data.berth-moved-`);
    expect(await old.onHost(`cd ${place} && ${left}`)).toBe(before);
    expect(await old.onHost(`ls ${volume}`)).toBe(`_data\n${place.split("/").at(-1)}\n`);
    await old.goesOn();
  });

  it.runIf(process.env["BERTH_SOAK"] === "1")(
    "is taken over by the machine that follows where the new one is lost, which is fenced once it is back",
    async () => {
      const why = ["--reason", "there is no stage here"];
      going = "prod-b";
      const moved = await berth(...why);
      expect(moved, moved.said + moved.out).toMatchObject({ code: 0 });
      const state = () => next.sql("SELECT sync_state FROM pg_stat_replication");
      await expect.poll(state, { timeout: 60_000 }).toBe("sync\n");
      going = "prod";
      const without = ["--without", "prod-b", "--confirm", "shop"];
      const alive = await berth(...without);
      expect(alive.said).toContain("prod-b/shop answers: nothing was touched");
      expect(
        await old.refused("takeover --look", JSON.stringify({ address: next.address })),
      ).toContain("receives from the other machine at this moment");
      // Whoever is cut off from everybody is dead to everybody, and goes on by itself.
      await next.onHost(`nft add table inet lost
nft add chain inet lost in '{ type filter hook input priority -300; policy accept; }'
nft add chain inet lost out '{ type filter hook output priority -300; policy accept; }'
nft add rule inet lost in ip saddr 10.0.0.0/8 drop
nft add rule inet lost out ip daddr 10.0.0.0/8 drop`);
      const written = await next.acknowledged();
      const plan = await berth("--without", "prod-b", "--plan");
      expect(plan, plan.said).toMatchObject({ code: 0 });
      expect(plan.out).toMatch(
        /db: up to [0-9A-F]+\/[0-9A-F]+; its last change was committed at 20/,
      );
      const taken = await berth(...without);
      expect(taken, taken.said + taken.out).toMatchObject({ code: 1 });
      expect(taken.said).toContain("fence: prod-b/shop");
      expect(taken.out).toContain("takeover   prod/shop serves shop");
      await old.goesOn();
      await old.allThere(written);
      // It serves its own, and is stopped by the next command that meets it.
      await next.goesOn();
      await next.onHost("nft delete table inet lost");
      const over = await berth();
      expect(over, over.said + over.out).toMatchObject({ code: 0 });
      expect(over.out).toContain("prod-b/shop runs nothing of the project");
      const signal = "/var/lib/docker/volumes/shop_pgdata/_data/standby.signal";
      const left = "docker ps -aq --filter label=com.docker.compose.project=shop";
      expect(await next.onHost(`${left}; ls ${signal}`)).toBe(`${signal}\n`);
      going = "prod-b";
      const plannedBack = await berth("--plan", ...why);
      expect(plannedBack, plannedBack.said + plannedBack.out).toMatchObject({ code: 0 });
      expect(plannedBack.out).toContain("what stayed of the move of");
      await old.goesOn();
    },
    900_000,
  );
});
