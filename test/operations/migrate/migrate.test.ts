import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Preview } from "../../../engine/preview";
import { addresses, Clone, pairOf } from "./fleet";
import { Pair, surveyed } from "./pair";

const argv = ["shop", "--to", "stage-b"];
let at: Clone;
let pair: Pair;
beforeEach(() => {
  at = new Clone();
  pair = pairOf();
});
afterEach(() => at.remove());

/** All that a command asked of the machines but to be read. */
const touched = () =>
  pair.calls.filter((call) => !/ (journal shop|status shop|survey shop)$/.test(call));

describe("a move under way", () => {
  it("is stopped where it is told, and goes on from there by the same command", async () => {
    expect(await at.run(pair, ...argv, "--until", "files")).toMatchObject({ code: 0 });
    expect(pair.lost().serving).toBe("old");
    expect(at.shop()["migration"]).toEqual({ to: "stage-b" });
    pair.revive(0);
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expect(pair.calls.filter((call) => / (deploy|follow) shop/.test(call))).toEqual([]);
    expect(pair.lost()).toEqual({ missing: 0, serving: "new" });
  });

  it("has what acts by itself wait on the new machine, also where it was delivered to serve", async () => {
    await at.run(pair, ...argv, "--until", "deliver");
    expect(pair.new.beside).toBe(true);
    pair.revive(0);
    await at.run(pair, ...argv, "--abort");
    const services = ["db", "worker"].map((service) => ({ service, status: "running" }));
    pair.new.answers["move survey"] = {
      ...{ ...surveyed, services },
      acting: { services: ["worker"], guessed: true },
    };
    Object.assign(pair.new, { commit: pair.old.commit, takenDown: false, beside: false });
    pair.revive(0);
    expect(await at.run(pair, ...argv, "--until", "deliver")).toMatchObject({ code: 0 });
    expect(pair.new.beside).toBe(true);
  });

  it("begins anew after it was given up: what an abort took down is delivered again", async () => {
    await at.run(pair, ...argv, "--until", "files");
    pair.revive(0);
    expect(await at.run(pair, ...argv, "--abort")).toMatchObject({ code: 0 });
    pair.revive(0);
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expect(pair.calls.filter((call) => / deploy shop/.test(call))).toHaveLength(1);
    expect(pair.lost()).toEqual({ missing: 0, serving: "new" });
  });

  it("is locked while a command is at it: the other one is told whose it is", async () => {
    pair.old.lock = { run: "another", by: "ben", until: pair.now + 60_000 };
    const done = await at.run(pair, ...argv);
    expect(done).toMatchObject({ code: 1 });
    expect(done.said).toMatch(/ben is moving shop at this moment/);
    expect(pair.old.journal).toBeNull();
  });

  it("is shown by --status, and changed by it in nothing", async () => {
    await at.run(pair, ...argv, "--until", "follow");
    pair.revive(0);
    const done = await at.run(pair, ...argv, "--status");
    expect(done.out).toMatch(/^shop: from stage to stage-b, moving, begun 2026-11-29T12:00:00/);
    expect(done.out).toMatch(/^follow +done /m);
    expect(done.out).toContain("stage-b/shop: target, following");
    expect(touched()).toEqual([]);
  });

  it("is planned without a touch: every step, the interruption, and what keeps it from being done", async () => {
    const good = await at.run(pair, ...argv, "--plan");
    expect(good).toMatchObject({ code: 0 });
    expect(good.out).toMatch(/^freeze .*visitors wait/m);
    expect(good.out).toContain("visitors wait for about 4.5 s");
    expect(touched()).toEqual([]);
    pair.new.answers["move survey"] = {
      ...surveyed,
      commit: null,
      databases: [],
      disk: { free: 0, total: 0 },
    };
    const bad = await at.run(pair, ...argv, "--plan");
    expect(bad).toMatchObject({ code: 1 });
    expect(bad.out).toMatch(/^! disk: the new machine has 0\.0 GiB free/m);
  });

  it("does not lead names by an update that would do anything else", async () => {
    expect(await at.run(pair, ...argv, "--until", "backup")).toMatchObject({ code: 0 });
    const change = { urn: "urn:pulumi:stage::berth::scaleway:index/server:Server::shop-server" };
    pair.besides = [
      {
        ...change,
        type: "scaleway:index/server:Server",
        name: "shop-server",
        fate: "replace",
        replaceKeys: [],
        diffs: [],
      },
    ] as unknown as Preview["changes"];
    const done = await at.run(pair, ...argv);
    expect(done).toMatchObject({ code: 1 });
    expect(done.said).toContain("replace scaleway:index/server:Server shop-server");
    expect(pair.led).toBe("stage");
    expect(pair.old.forwards).toBe(addresses.new);
    expect(at.shop()["servedBy"]).toBeUndefined();
    pair.besides = [];
    pair.revive(0);
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expect(pair.led).toBe("stage-b");
  });

  it("is not frozen while the environment has anything else to update", async () => {
    const session = { type: "command:remote:Command", name: "shop-converge", fate: "update" };
    const urn = "urn:pulumi:stage::berth::command:remote:Command::shop-converge";
    pair.besides = [
      { urn, ...session, replaceKeys: [], diffs: [] },
    ] as unknown as Preview["changes"];
    const done = await at.run(pair, ...argv);
    expect(done).toMatchObject({ code: 1 });
    expect(done.said).toContain("update command:remote:Command shop-converge");
    expect(pair.calls.join("\n")).not.toContain("freeze");
  });

  it("waits until every resolver gives the new address where the client runs DNS", async () => {
    at.remove();
    at = new Clone("stage", { dns: "external", domain: "shop.elsewhere.example" });
    // The first look of three, and the second.
    pair.answersOfResolvers = [
      addresses.new,
      addresses.old,
      "",
      addresses.new,
      addresses.new,
      addresses.new,
    ];
    const done = await at.run(pair, ...argv);
    expect(done).toMatchObject({ code: 0 });
    expect(done.out).toContain(`shop.elsewhere.example  A  ${addresses.new}`);
    expect(done.said).toContain("2 of 3 answers are old: 8.8.8.8 for shop.elsewhere.example");
    expect(pair.purged).toEqual([]);
  });

  it("goes on without an old machine that died after the switch, and says what it owes", async () => {
    pair.fault = { call: 0, how: "away" };
    await at.run(pair, ...argv, "--until", "forward");
    pair.revive(0);
    pair.old.dead = true;
    const done = await at.run(pair, ...argv);
    expect(done).toMatchObject({ code: 0 });
    expect(done.said).toContain("the lock is taken over on stage-b/shop");
    expect(pair.led).toBe("stage-b");
    expect(pair.lost()).toEqual({ missing: 0, serving: "new" });
    pair.revive(3_600_000);
    const after = await at.run(pair, ...argv);
    expect(after).toMatchObject({ code: 1 });
    expect(after.said).toContain("down: stage/shop move down shop: not reached");
    expect(after.out).toContain("what the old machine owes is done by the same command");
    pair.old.dead = false;
    pair.revive(3_600_000);
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expect(pair.old.runs).toBe(false);
    expect(pair.new.journal).toMatchObject({ state: "ended" });
  });

  it("goes back by the same move in the other direction", async () => {
    at.remove();
    at = new Clone("stage", { servedBy: "stage-b", migration: { to: "stage-b" } });
    pair = new Pair({ old: addresses.new, new: addresses.old });
    pair.led = "stage-b";
    expect(await at.run(pair, "shop", "--to", "stage")).toMatchObject({ code: 0 });
    expect(pair.lost()).toEqual({ missing: 0, serving: "new" });
    expect(pair.led).toBe("stage");
    expect(at.shop()["servedBy"]).toBeUndefined();
    expect(at.shop()["migration"]).toEqual({ to: "stage" });
  });

  it("goes back within the hour of the old standby too, and no other way", async () => {
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    at.write("Pulumi.stage-c.yaml", {
      config: { "berth:environment": "stage", "berth:projects": { shop: {} } },
    });
    pair.revive(0);
    const back = pair.turned();
    expect(await at.run(back, "shop", "--to", "stage")).toMatchObject({ code: 0 });
    expect(back.both).toEqual([]);
    expect(back.lost()).toEqual({ missing: 0, serving: "new" });
    expect(back.new.forwards).toBeUndefined();
    expect(back.old.forwards).toBe(addresses.old);
    expect(at.shop()["servedBy"]).toBeUndefined();
  });

  it("leaves the old machine read-only where nobody knows whether the new one serves", async () => {
    const promote = (await calls()).findIndex((call) => / promote /.test(call)) + 1;
    pair = pairOf();
    pair.fault = { call: promote, how: "away after" };
    pair.diesWith = "new";
    const done = await at.run(pair, ...argv);
    expect(done.said).toContain("stage/shop stays read-only");
    expect(pair.old.fenced).toBe(true);
    pair.new.dead = false;
    pair.revive(5 * 60_000);
    expect(await at.run(pair, ...argv)).toMatchObject({ code: 0 });
    expect(pair.lost()).toEqual({ missing: 0, serving: "new" });
  });

  it("resumes on the old machine where the new one died before it was asked to serve", async () => {
    const seal = (await calls()).findIndex((call) => / seal /.test(call)) + 1;
    pair = pairOf();
    pair.fault = { call: seal, how: "away after" };
    pair.diesWith = "new";
    const done = await at.run(pair, ...argv);
    expect(done.said).toContain("stage/shop serves again and nothing is lost");
    expect(pair.lost()).toEqual({ missing: 0, serving: "old" });
  });

  async function calls(): Promise<string[]> {
    const other = new Clone();
    const undisturbed = pairOf();
    await other.run(undisturbed, ...argv);
    other.remove();
    return undisturbed.calls;
  }
});

describe("production", () => {
  const prod = ["shop", "--to", "prod-b"];
  beforeEach(() => {
    at.remove();
    at = new Clone("prod");
    pair = pairOf("prod");
  });

  it("is refused before stage, and goes for a reason, which is kept", async () => {
    const refused = await at.run(pair, ...prod);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.said).toMatch(/stage has no machine that serves shop \(R64\)/);
    expect(pair.old.journal).toBeNull();
    const reason = ["--reason", "stage's provider is gone"];
    expect(await at.run(pair, ...prod, ...reason)).toMatchObject({ code: 0 });
    expect(pair.new.journal).toMatchObject({ reason: "stage's provider is gone" });
  });

  it("has a backup and a proof made where they are old, and is not frozen where they cannot be", async () => {
    pair.unproven = ["shop: its newest archive is 30 h old"];
    pair.made = [];
    expect(await at.run(pair, ...prod, "--reason", "x")).toMatchObject({ code: 0 });
    expect(pair.made).toEqual(["backup", "drill"]);

    at.remove();
    at = new Clone("prod");
    const other = pairOf("prod");
    other.unproven = ["shop: was never drilled"];
    other.drills = false;
    const done = await at.run(other, ...prod, "--reason", "x");
    expect(done.said).toContain("the drill of shop proved nothing: nothing is frozen without it");
    expect(other.calls.some((call) => / freeze /.test(call))).toBe(false);
    expect(other.lost().serving).toBe("old");
  });
});

describe("the stack file", () => {
  it("gets its lines and loses none: comments and order stay, byte by byte", async () => {
    const file = path.join(at.directory, "Pulumi.stage.yaml");
    const text = `config:
  berth:projects:
    # A shop.
    shop:
      domain: shop.example # since 2019
      repository:   git@github.com:acme/shop.git
      access: [everyone]
      backup: { database: postgres }

    club: { domain: club.example, access: [everyone], backup: { database: none } }
`;
    fs.writeFileSync(file, text);
    await at.run(pair, ...argv, "--until", "declare");
    const line = "      backup: { database: postgres }\n";
    expect(fs.readFileSync(file, "utf8")).toBe(
      text.replace(line, `${line}      migration: { to: stage-b }\n`),
    );
    pair.revive(0);
    await at.run(pair, ...argv, "--abort");
    expect(fs.readFileSync(file, "utf8")).toBe(text);
    pair.revive(0);
    await at.run(pair, ...argv);
    pair.revive(3_600_000);
    await at.run(pair, ...argv);
    expect(fs.readFileSync(file, "utf8")).toBe(
      text.replace(line, `${line}      migration: { to: stage-b }\n      servedBy: stage-b\n`),
    );
  });
});
