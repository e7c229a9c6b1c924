import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency } from "../engine/agency";
import { KindsTable, type Subject } from "./kinds-table";
import { installProgram } from "./older-program";
import { canada, deployers, key, legacy, stage, type Config } from "./starting-fleet";
import { fateOf, type Verdicts } from "./verdicts";
import { letsIn } from "./visiting";
import { Yard } from "./yard";

const opened = { port: 8443, reason: "Visitors of this test." };
const members: Record<string, { keys: readonly string[] }> = agency.team.members;

describe("twenty kinds of change: what the review says is what the update does", () => {
  const yard = new Yard();
  const table = new KindsTable();
  const { projects, change, line } = yard;

  /** A kind is proven when what was said of it happened, and when that is what it should be. */
  const kind = (
    name: string,
    subject: Subject,
    prove: (happened: Verdicts) => void | Promise<void>,
  ) =>
    it(name, async () => {
      const { said, really } = yard.seen;
      const row = table.add(name, subject, said, really);
      expect(row.said).toBe(row.really);
      await prove(really);
    });
  /** Nothing beside the kinds happened unsaid, or was said and did not happen. */
  const nothingElse = () =>
    it("nothing else", () => expect(yard.seen.said).toEqual(yard.seen.really));
  const fate = (node: string) => fateOf(yard.seen.before, yard.seen.after, node);
  const about = (texts: readonly string[], pattern: RegExp) =>
    texts.filter((text) => pattern.test(text));

  beforeAll(() => yard.start());
  afterAll(async () => {
    console.log(`${table}\nlogins: ${JSON.stringify(yard.logins)}`);
    await yard.stop();
  });

  describe("growing", () => {
    beforeAll(() =>
      change((next) => {
        installProgram(yard.cloud.project);
        projects()["news"] = stage("news.acme.dev", canada);
        projects()["blog"] = stage("blog.acme.dev", { ...canada, node: "portal" });
        delete projects()["wiki"]!["backup"];
        next["nodes"] = { club: { memoryGb: 4 }, portal: { ports: [opened] } };
        next["backups"] = { lockDays: 7 };
        const team = next["team"] as Config;
        team["members"] = {
          ...members,
          ana: { keys: [key("MDgZWqIi/wq1ea4iiYLeBlaZ4KjOBC01l/oL8nck4eB", "ana")] },
          eve: { keys: [key("CQ8Kmz/L0Hm8tU81Q9dICHXHDKx/H4bJMUT1zqsO3ub", "eve")] },
        };
        team["groups"] = { everyone: ["ana", "ben", "eve"] };
      }),
    );
    nothingElse();
    kind("add project", { about: /\bnews\b/, access: / on news$/ }, ({ access, names }) => {
      expect(line("news")).toMatch(/^is new: at DigitalOcean \(tor1\) because rule 3/);
      expect(fate("news")).toBe("new");
      expect(about(access, /^(ana|ben|eve|ci|cd) gains .* on news$/)).toHaveLength(5);
      expect(about(names, /news/)).toHaveLength(3);
    });
    kind("resize up", { about: /\bclub:|\bclub-server\b/ }, ({ cost, data }) => {
      expect(line("club")).toBe("its machine changes from s-1vcpu-2gb to s-2vcpu-4gb");
      expect(fate("club")).toBe("restart");
      expect(about(cost, /^club:/)).toEqual(["club: USD 12.00 → USD 24.00"]);
      expect(about(data, /club/)).toEqual([]);
    });
    kind("new member", { access: /^eve / }, ({ access }) => {
      expect(about(access, /^eve gains an account with sudo and Docker/)).toHaveLength(7);
    });
    kind("key rotated", { access: /^ana changes/ }, ({ access }) => {
      const changes = /^ana changes 1 SSH key more, 1 SSH key no longer valid/;
      expect(about(access, changes)).toHaveLength(6);
    });
    kind("backup off", { access: /^the machine .* on wiki$/ }, ({ access }) => {
      expect(line("wiki")).toBe("is backed up no longer");
      const lost = ["the machine loses writing the archives of wiki on wiki"];
      expect(about(access, /^the machine .* on wiki$/)).toEqual(lost);
    });
    kind("bucket lock shortened", { about: /archives/ }, ({ data }) => {
      const shorter = /^destroys the lock on archives in \S+: they can be deleted sooner$/;
      expect(about(data, shorter).length).toBeGreaterThan(0);
      expect(yard.seen.review.verdict).toBe("stop");
    });
    kind("port opened", { access: /^anyone/ }, ({ access }) => {
      expect(about(access, /^anyone/)).toEqual([`anyone gains port ${opened.port} on portal`]);
      expect(yard.seen.before.machines["portal"]!.ports).toEqual([]);
    });
    kind("newer image", { about: /\bforum\b/ }, ({ interruption }) => {
      const { before, after } = yard.seen;
      expect(after.orders["news"]!.image).not.toBe(before.orders["forum"]!.image);
      expect(after.orders["forum"]).toEqual(before.orders["forum"]);
      expect(fate("forum")).toBe("none");
      expect(interruption).toEqual(["club: restart, off: club"]);
    });
    kind("node shared", { about: /\bblog\b|\bportal:/, access: /\bblog\b/ }, ({ names }) => {
      expect(line("blog")).toMatch(
        /^is new: at DigitalOcean \(tor1\) on node portal, with portal because/,
      );
      expect(fate("portal")).toBe("none");
      expect(about(names, /blog/)).toHaveLength(3);
    });
  });

  describe("turning", () => {
    beforeAll(() =>
      change((next) => {
        next["nodes"] = { legacy, old: { retired: retirement } };
        projects()["legacy"] = stage("legacy.acme.dev");
        projects()["wiki"] = { ...projects()["wiki"], ...canada };
        projects()["portal"] = { ...projects()["portal"], domain: "desk.acme.dev" };
        projects()["forum"] = { ...projects()["forum"], node: "portal" };
        projects()["shop"] = { ...projects()["shop"], servedBy: "stage-b" };
        projects()["old"] = { ...projects()["old"], servedBy: "stage-b" };
        const team = next["team"] as Config;
        const { eve: _, ...rest } = team["members"] as Config;
        team["members"] = rest;
        team["groups"] = { everyone: ["ana", "ben"] };
        team["deployers"] = agency.team.deployers;
      }),
    );
    nothingElse();
    kind("port closed", { access: /^anyone/ }, ({ access }) => {
      expect(about(access, /^anyone/)).toEqual([`anyone loses port ${opened.port} on portal`]);
      expect(yard.seen.after.machines["portal"]!.ports).toEqual([]);
    });
    kind("resize down", { about: /\bclub:|\bclub-server\b/ }, ({ cost, data }) => {
      expect(fate("club")).toBe("restart");
      expect(about(cost, /^club:/)).toEqual(["club: USD 24.00 → USD 12.00"]);
      expect(about(data, /club/)).toEqual([]);
    });
    kind("member removed", { access: /^eve / }, ({ access }) => {
      expect(about(access, /^eve loses the account/)).toHaveLength(7);
    });
    kind("deployer removed", { access: /^cd / }, async ({ access }) => {
      expect(about(access, /^cd loses may no longer deploy/)).toHaveLength(7);
      // Nor as root, which no deployer enters once a machine is converged.
      const { way } = yard.seen.after.machines["portal"]!;
      const keys = [deployers.cd, deployers.ci].map((each) => yard.cloud.keys.pairOf(each)!);
      for (const each of keys) expect(await letsIn(way, "root", each)).toBe(false);
    });
    kind("provider move", { about: /\bwiki\b|\bwiki-/ }, ({ data }) => {
      expect(line("wiki")).toMatch(/^moves from Scaleway to DigitalOcean because rule 3, canada/);
      expect(fate("wiki")).toBe("replacement");
      expect(data).toContain("destroys the disk of wiki-server");
    });
    kind("domain change", { about: /desk|portal/ }, ({ names }) => {
      expect(line("portal")).toBe("answers at desk.acme.dev instead of portal.acme.dev");
      expect(fate("portal")).toBe("none");
      expect(about(names, /→ none$/).every((text) => text.startsWith("portal"))).toBe(true);
    });
    kind("adopt", { about: /\blegacy\b/, access: / on legacy$/ }, ({ data }) => {
      expect(line("legacy")).toMatch(/^is new: at DigitalOcean \(nyc3\) because rule 11/);
      expect(fate("legacy")).toBe("none");
      expect(about(data, /legacy/)).toEqual([]);
    });
    kind(
      "project moved between nodes",
      { about: /forum/, access: / on forum$|forum on / },
      ({ interruption, data }) => {
        expect(line("forum")).toMatch(
          /^moves from node forum to node portal, which it shares with blog, portal/,
        );
        expect(interruption).toContain("forum: end, off: forum");
        expect(data).toContain("destroys the disk of forum-server");
      },
    );
    kind("servedBy switched", { about: /\bshop\b/ }, ({ names }) => {
      expect(line("shop")).toBe("visitors are sent to stack stage-b instead of stage");
      expect([fate("shop"), fate("stage-b/shop")]).toEqual(["none", "none"]);
      expect(about(names, /^shop\.example/)).toHaveLength(1);
    });
  });

  describe("ending", () => {
    beforeAll(() => {
      expect(line("old")).toContain("its machine here is retired");
      return change(
        (next) => {
          next["nodes"] = { legacy, old: { retired: { ...retirement, remove: true } } };
          delete projects()["shop"]!["servedBy"];
          delete projects()["wiki"];
          projects()["daily"] = { ...projects()["news"], formerly: "news" };
          delete projects()["news"];
        },
        ["news", "daily"],
      );
    });
    nothingElse();
    kind("switched back", { about: /\bshop\b/ }, ({ names }) => {
      expect(line("shop")).toBe("visitors are sent to stack stage instead of stage-b");
      expect([fate("shop"), fate("stage-b/shop")]).toEqual(["none", "none"]);
      expect(about(names, /^shop\.example/)).toHaveLength(1);
    });
    kind("remove project", { about: /\bwiki\b|\bwiki-/, access: / on wiki$/ }, ({ names }) => {
      expect(line("wiki")).toBe("is removed: its machine at DigitalOcean goes; its names go");
      expect(fate("wiki")).toBe("gone");
      expect(about(names, /^wiki.* → none$/)).toHaveLength(3);
    });
    kind("rename", { about: /daily|news/, access: / on (daily|news)$/ }, (happened) => {
      const { before, after } = yard.seen;
      expect(line("daily")).toMatch(/^is news under a new name: what it has stays/);
      expect(fate("daily")).toBe("none");
      expect(after.orders["daily"]).toEqual(before.orders["daily"]);
      expect(about(Object.keys(after.records), /^news/)).toHaveLength(3);
      expect(about(happened.names, /news/)).toEqual([]);
    });
    kind("host retired", { about: /\bold\b|\bold-/, access: / on old$/ }, (happened) => {
      // Its visitors were sent elsewhere, so nobody notices; its disk is lost all the same.
      expect(fate("old")).toBe("gone");
      expect(about(happened.interruption, /old/)).toEqual([]);
      expect(happened.data).toContain("destroys the disk of old-server");
    });
  });

  describe("in production", () => {
    it("says that a move of what runs will be refused, and it is", async () => {
      yard.cloud.stack("prod", { projects: { vault: stage("vault.acme.dev") } });
      const review = await yard.preview("prod");
      expect(review).toMatchObject({ verdict: "stop", failed: true });
      const update = await yard.cloud.pulumi("up", "--yes", "--stack", "prod");
      expect(update.code).not.toBe(0);
      expect(await yard.look()).toEqual(yard.seen.after);
    });
  });
});

/** Since when nobody comes to the old machine any more. */
const retirement = { since: "2026-01-01", snapshot: "snap-1" };
