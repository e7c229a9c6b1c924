import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, hostKey } from "../engine/agency";
import { nodesWith } from "./agreement";
import { narrowAndAge } from "./older-stage";
import { canada, key, stage } from "./starting-fleet";
import { look } from "./world";
import { Yard } from "./yard";

type Config = Record<string, unknown>;
const members: Record<string, { keys: readonly string[] }> = agency.team.members;

const table: { kind: string; said: string }[] = [];

describe("twenty kinds of change: what the review says is what the update does", () => {
  const yard = new Yard();
  const { projects, change, interruption, line } = yard;
  const kind = (name: string, prove: () => string | Promise<string>) =>
    it(name, async () => void table.push({ kind: name, said: await prove() }));

  beforeAll(() => yard.start());
  afterAll(async () => {
    await yard.cloud.stop();
    console.log(table.map(({ kind: name, said }) => `${name.padEnd(32)} ${said}`).join("\n"));
  });

  describe("growing", () => {
    beforeAll(() =>
      change((next) => {
        projects()["news"] = stage("news.acme.dev", canada);
        delete projects()["wiki"]!["backup"];
        next["nodes"] = { club: { memoryGb: 4 } };
        next["backups"] = { keepDays: 7 };
        const team = next["team"] as Config;
        team["members"] = {
          ...members,
          ana: { keys: [key("MDgZWqIi/wq1ea4iiYLeBlaZ4KjOBC01l/oL8nck4eB", "ana")] },
          eve: { keys: [key("CQ8Kmz/L0Hm8tU81Q9dICHXHDKx/H4bJMUT1zqsO3ub", "eve")] },
        };
        team["groups"] = { everyone: ["ana", "ben", "eve"] };
      }),
    );
    kind("add project", () => {
      expect(line("news")).toMatch(/^is new: at DigitalOcean \(tor1\) because rule 3/);
      expect(yard.seen.after.machines).toHaveProperty("news");
      expect(interruption("news")).toBeUndefined();
      return line("news");
    });
    kind("resize up", () => {
      expect(interruption("club")).toMatchObject({ kind: "restart", projects: ["club"] });
      expect(yard.seen.after.machines["club"]).toMatchObject({
        id: yard.seen.before.machines["club"]!.id,
        size: "s-2vcpu-4gb",
      });
      return `${line("club")}; restart`;
    });
    kind("new member", () => {
      const gained = yard.seen.said.access.filter(
        ({ who, kind: how }) => who === "eve" && how === "gains",
      );
      expect(gained.map(({ where }) => where).sort()).toEqual(nodesWith(yard.seen.after, "eve"));
      return `eve gains on ${gained.length} nodes`;
    });
    kind("key rotated", () => {
      const changed = yard.seen.said.access.filter(
        ({ who, kind: how }) => who === "ana" && how === "changes",
      );
      expect(changed[0]!.what).toBe("1 SSH key more, 1 SSH key no longer valid");
      expect(changed.map(({ where }) => where).sort()).toEqual(
        Object.keys(yard.seen.before.machines).sort(),
      );
      return `ana: ${changed[0]!.what}`;
    });
    kind("backup off", () => {
      expect(line("wiki")).toBe("is backed up no longer");
      const wiki = yard.seen.said.access.find(
        ({ where, who }) => where === "wiki" && who === "the machine",
      );
      expect(wiki).toMatchObject({ kind: "loses", what: "writing the archives of wiki" });
      return line("wiki");
    });
    kind("bucket lifecycle change", () => {
      const lost = yard.seen.said.data.filter(({ what }) =>
        what.includes("older than 7 days (kept 35 days so far)"),
      );
      const shortened = Object.keys(yard.seen.after.kept).filter(
        (name) => yard.seen.after.kept[name]! < yard.seen.before.kept[name]!,
      );
      expect(lost).toHaveLength(shortened.length);
      expect(lost.every(({ kind: how }) => how === "destroys")).toBe(true);
      expect(yard.seen.said.verdict).toBe("stop");
      return `destroys ${lost[0]!.what}`;
    });
  });

  describe("turning", () => {
    beforeAll(async () => {
      await narrowAndAge(yard.cloud);
      await change((next) => {
        next["nodes"] = {
          legacy: {
            adopt: {
              provider: "digitalocean",
              id: "3141592",
              region: "nyc3",
              size: "s-2vcpu-4gb",
              login: "root",
              hostKey,
            },
          },
        };
        projects()["legacy"] = stage("legacy.acme.dev");
        projects()["wiki"] = { ...projects()["wiki"], ...canada };
        projects()["portal"] = { ...projects()["portal"], domain: "desk.acme.dev" };
        const team = next["team"] as Config;
        const { eve: _, ...rest } = team["members"] as Config;
        team["members"] = rest;
        team["groups"] = { everyone: ["ana", "ben"] };
        team["deployers"] = agency.team.deployers;
      });
    });
    kind("resize down", () => {
      expect(interruption("club")).toMatchObject({ kind: "restart" });
      expect(yard.seen.after.machines["club"]).toMatchObject({
        id: yard.seen.before.machines["club"]!.id,
        size: "s-1vcpu-2gb",
      });
      return `${line("club")}; restart`;
    });
    kind("member removed", () => {
      const lost = yard.seen.said.access.filter(
        ({ who, kind: how }) => who === "eve" && how === "loses",
      );
      expect(lost.map(({ where }) => where).sort()).toEqual(nodesWith(yard.seen.before, "eve"));
      expect(nodesWith(yard.seen.after, "eve")).toEqual([]);
      return `eve loses on ${lost.length} nodes`;
    });
    kind("deployer removed", () => {
      const lost = yard.seen.said.access.filter(
        ({ who, kind: how }) => who === "cd" && how === "loses",
      );
      expect(lost.length).toBeGreaterThan(0);
      expect(yard.seen.before.deployers.length - yard.seen.after.deployers.length).toBe(
        lost.length,
      );
      return `cd loses on ${lost.length} nodes`;
    });
    kind("provider move", () => {
      expect(line("wiki")).toMatch(/^moves from Scaleway to DigitalOcean because rule 3, canada/);
      expect(interruption("wiki")).toMatchObject({ kind: "replacement", projects: ["wiki"] });
      expect(yard.seen.said.data.find(({ name }) => name === "wiki-server")).toMatchObject({
        kind: "destroys",
      });
      return line("wiki");
    });
    kind("domain change", () => {
      expect(line("portal")).toBe("answers at desk.acme.dev instead of portal.acme.dev");
      expect(yard.seen.after.records).not.toHaveProperty(["portal.acme.dev"]);
      expect(yard.seen.after.records).toHaveProperty(["desk.acme.dev"]);
      return line("portal");
    });
    kind("port opened", () => {
      const opened = yard.seen.said.access.filter(
        ({ who, where }) => who === "anyone" && where === "club",
      );
      expect(opened).toMatchObject([{ kind: "gains", what: "port 443" }]);
      expect(yard.seen.before.ports["club"]).not.toContain("443");
      expect(yard.seen.after.ports["club"]).toContain("443");
      return "anyone gains port 443 on club";
    });
    kind("newer image", () => {
      expect(interruption("portal")).toBeUndefined();
      expect(yard.seen.after.machines["portal"]).toEqual(yard.seen.before.machines["portal"]);
      return "no interruption: the machine stays";
    });
    kind("adopt", () => {
      expect(line("legacy")).toMatch(/^is new: at DigitalOcean \(nyc3\) because rule 11/);
      expect(yard.seen.after.machines["legacy"]).toEqual({ id: "3141592", size: "s-2vcpu-4gb" });
      expect(yard.seen.said.data.filter(({ name }) => name.startsWith("legacy"))).toEqual([]);
      return line("legacy");
    });
  });

  describe("moving", () => {
    beforeAll(() =>
      change(() => {
        projects()["shop"] = { ...projects()["shop"], servedBy: "stage-b" };
        projects()["blog"] = stage("blog.acme.dev", { ...canada, node: "club" });
        projects()["forum"] = { ...projects()["forum"], node: "portal" };
        delete projects()["old"];
      }),
    );
    kind("servedBy switched", () => {
      expect(line("shop")).toBe("visitors are sent to stack stage-b instead of stage");
      expect(interruption("shop")).toBeUndefined();
      expect(yard.seen.after.records["shop.example"]).not.toBe(
        yard.seen.before.records["shop.example"],
      );
      return line("shop");
    });
    kind("node shared", () => {
      expect(line("blog")).toMatch(
        /^is new: at DigitalOcean \(tor1\) on node club, with club because/,
      );
      expect(yard.seen.after.machines["club"]).toEqual(yard.seen.before.machines["club"]);
      expect(yard.seen.after.records["blog.acme.dev"]).toBe(
        yard.seen.after.records["club.example"],
      );
      return line("blog");
    });
    kind("project moved between nodes", () => {
      expect(line("forum")).toMatch(
        /^moves from node forum to node portal, which it shares with portal/,
      );
      expect(interruption("forum")).toMatchObject({ kind: "end", projects: ["forum"] });
      expect(yard.seen.said.data.find(({ name }) => name === "forum-server")).toMatchObject({
        kind: "destroys",
      });
      return line("forum");
    });
    kind("remove project", () => {
      expect(line("old")).toBe("is removed: its machine at DigitalOcean goes; its names go");
      expect(interruption("old")).toMatchObject({ kind: "end" });
      return line("old");
    });
  });

  describe("switching back", () => {
    beforeAll(() => change(() => void delete projects()["shop"]!["servedBy"]));
    kind("switched back", () => {
      expect(line("shop")).toBe("visitors are sent to stack stage instead of stage-b");
      expect(yard.seen.said).toMatchObject({ interruptions: [], data: [] });
      return line("shop");
    });
  });

  describe("retiring", () => {
    const retired = (remove: boolean) => (next: Config) => {
      projects()["shop"] = { ...projects()["shop"], servedBy: "stage-b" };
      next["nodes"] = {
        ...(next["nodes"] as Config),
        shop: { retired: { since: "2026-01-01", snapshot: "snap-1", remove } },
      };
    };
    beforeAll(async () => {
      await change(retired(false));
      expect(line("shop")).toContain("its machine here is retired");
      expect(yard.seen.said.data).toEqual([]);
      await change(retired(true));
    });
    kind("host retired", () => {
      // Its visitors have been sent elsewhere, so nobody notices; its disk is lost all the same.
      expect(yard.seen.said.interruptions).toEqual([]);
      expect(yard.seen.said.data).toMatchObject([{ kind: "destroys", name: "shop-server" }]);
      expect(yard.seen.after.machines).not.toHaveProperty("shop");
      return `${line("shop")}; destroys ${yard.seen.said.data[0]!.what}`;
    });
  });

  describe("renaming", () => {
    kind("rename", async () => {
      projects()["daily"] = projects()["news"]!;
      delete projects()["news"];
      yard.cloud.stack("stage", yard.config);
      const said = await yard.preview("stage");
      const text = said.projects.map(({ text: each }) => each).join("; ");
      expect(text).toMatch(/^is news under a new name; to Berth it is another project/);
      expect(said.data).toMatchObject([{ kind: "destroys", name: "news-server" }]);
      // The engine makes the new project's names before it deletes the old one's.
      expect(said.clashes).toEqual([
        "news-direct.acme.dev",
        "news-origin.acme.dev",
        "news.acme.dev",
      ]);
      const update = await yard.cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "stage");
      expect(update.code).not.toBe(0);
      expect(update.stdout).toContain("An identical record already exists");
      return text;
    });
  });

  describe("in production", () => {
    it("says that what is protected will be refused, and it is", async () => {
      const before = await look(yard.cloud, "prod");
      yard.cloud.stack("prod", { projects: { vault: stage("vault.acme.dev") } });
      const said = await yard.preview("prod");
      expect(said.verdict).toBe("stop");
      expect(said.data.map(({ kind: how }) => how)).not.toContain("destroys");
      expect(said.data.find(({ name }) => name === "vault-server")).toMatchObject({
        kind: "protected",
      });
      const update = await yard.cloud.pulumi("up", "--yes", "--stack", "prod");
      expect(update.code).not.toBe(0);
      expect((await look(yard.cloud, "prod")).machines["vault"]).toEqual(before.machines["vault"]);
    });
  });
});
