import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { berth } from "../../../operations/berth";
import { main } from "../../../operations/board/board";
import type { Board } from "../../../operations/board/assemble";
import type { Context } from "../../../operations/ground/context";
import { shared, today } from "../../stack-file/fixture";
import { asking, fleetOf, publishedWell, told, visitWell, well, type Answers } from "./world";

describe("berth board", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-board-"));
  const fleet = fleetOf(["shop", "club"]);
  const write = (name: string, content: unknown) =>
    fs.writeFileSync(path.join(directory, name), stringify(content));
  let [out, said] = ["", ""];
  const context: Context = {
    ...{ directory, env: { PATH: "/nowhere", AWS_ENDPOINT_URL: "http://127.0.0.1:9" }, now: today },
    out: (text) => void (out += text),
    say: (text) => void (said += text),
    published: () => Promise.resolve(publishedWell(fleet)),
    keys: (each) => each,
  };

  beforeAll(() => {
    const { agency, team } = shared();
    write("Pulumi.yaml", {
      name: "berth",
      config: { "berth:agency": { value: agency }, "berth:team": { value: team } },
    });
    const project = (slug: string) => ({
      domain: `${slug}.example.org`,
      access: ["everyone"],
      repository: `git@git.example:${slug}.git`,
      backup: { database: "postgres" },
    });
    write("Pulumi.prod.yaml", {
      config: { "berth:projects": { shop: project("shop"), club: project("club") } },
    });
  });
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

  async function board(argv: readonly string[], changed: Partial<Answers> = {}) {
    [out, said] = ["", ""];
    const code = await main(context, argv, (_, [read]) =>
      asking(read!, { ...well(read!), ...changed }),
    );
    return { code, out };
  }
  const silent: Partial<Answers> = {
    visits: (domain) =>
      told(domain.startsWith("club.") ? { kind: "silent", why: "no route" } : visitWell),
  };

  it("exits with 0 where all is good, and with 1 where something is bad or not known", async () => {
    expect(await board([])).toMatchObject({ code: 0 });
    expect(await board([], silent)).toMatchObject({ code: 1 });
    const dead = { proofs: () => Promise.reject(new Error("no credentials")) };
    expect(await board([], dead)).toMatchObject({ code: 1 });
    write("Pulumi.stage.yaml", { config: { "berth:projects": { shop: { domain: 5 } } } });
    const unread = await board([]);
    fs.rmSync(path.join(directory, "Pulumi.stage.yaml"));
    expect(unread.code).toBe(1);
    expect(unread.out).toContain("! Pulumi.stage.yaml");
    expect(unread.out).toContain("prod/shop");
  });

  it("is the same as JSON, as a page and in the terminal", async () => {
    const file = path.join(directory, "board.html");
    const asked = await board(["--json", "--html", file], silent);
    expect(asked.code).toBe(1);
    const read = JSON.parse(asked.out) as Board;
    expect(read.rows.map(({ name }) => name)).toEqual(["prod/club", "prod/shop"]);
    expect(read.rows[0]!.cells.edge).toEqual({
      ...{ state: "bad", value: "silent", source: "https://club.example.org/" },
      ...{ at: today.toISOString(), why: "no route" },
    });
    const html = fs.readFileSync(file, "utf8");
    expect(html).toContain("no route");
    expect(html.indexOf("prod/club")).toBeLessThan(html.indexOf("prod/shop"));
    expect((await board([], silent)).out).toMatch(/^prod\/club +BAD .*\nprod\/shop +ok /m);
    expect(fs.readdirSync(directory).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("tells of the projects that are named alone, every cell of them", async () => {
    const one = await board(["shop"], silent);
    expect(one.code).toBe(0);
    expect(one.out).not.toContain("prod/club");
    expect(one.out).toContain("  ok   Disk: 40% [prod/shop itself, now]");
    await expect(board(["shap"])).rejects.toThrow(/Did you mean shop\?/);
  });

  it("refuses a page that cannot be written before anybody is asked", async () => {
    let asked = 0;
    const counting = { visits: () => ((asked += 1), told(visitWell)) };
    const nowhere = path.join(directory, "nowhere", "board.html");
    await expect(board(["--html", nowhere], counting)).rejects.toThrow(/there is no directory/);
    await expect(board(["--html", directory], counting)).rejects.toThrow(/is no file/);
    await expect(board(["--within", "0"], counting)).rejects.toThrow(/from 5 to 3600/);
    expect(asked).toBe(0);
  });

  it("asks the world as it is: with no key, no credentials and no network all is unknown", async () => {
    [out, said] = ["", ""];
    expect(await berth(context, ["board", "--within", "5", "--stack", "prod"]), said).toBe(1);
    const [head = "", ...rows] = out.split("\n");
    expect(head).toMatch(/^PROJECT/);
    for (const row of rows.slice(0, 2)) {
      expect(row.split(/ +/).slice(2)).toEqual([..."??????????-".split(""), "ok", "?"]);
    }
  });
});
