import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { berth } from "../../operations/berth";
import { marker } from "../../operations/review/render/markdown";
import { Server } from "./loopback-server";

describe("berth review-comment", () => {
  const sha = "a".repeat(40);
  const many = Array.from({ length: 100 }, (_, id) => ({
    id,
    // Anybody can write a comment that looks like the review's.
    body: id === 7 ? `${marker}\n🟢` : "hello",
    user: id === 8 ? null : { login: "mallory" },
  }));
  let github: Server;
  let env: NodeJS.ProcessEnv;
  let own: { id: number; body: string; user: { login: string } }[] = [];
  const file = path.join(os.tmpdir(), `berth-review-${process.pid}.md`);
  const post = async (...argv: string[]) => {
    let said = "";
    const context = { env, out: () => undefined, say: (text: string) => (said += text) };
    const code = await berth(context as unknown as Parameters<typeof berth>[0], [
      "review-comment",
      ...argv,
    ]);
    return { code, said };
  };
  const usual = ["--file", file, "--repository", "acme/berth", "--pull", "7"];

  beforeAll(async () => {
    github = new Server((method, url) => {
      if (url.includes("/pulls/")) return { head: { sha } };
      if (url === "/user") return { login: "berth-bot" };
      if (method !== "GET") return {};
      return /&page=1$/.test(url) ? many : own;
    });
    env = { GITHUB_TOKEN: "t", GITHUB_API_URL: await github.start() };
    fs.writeFileSync(file, `${marker}\nhello`);
  });
  afterAll(() => {
    github.stop();
    fs.rmSync(file);
  });
  const writes = () => github.got.splice(0).filter(({ method }) => method !== "GET");

  it("makes a comment the first time", async () => {
    expect(await post(...usual)).toMatchObject({ code: 0 });
    expect(writes().map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /repos/acme/berth/issues/7/comments",
    ]);
  });

  it("finds its own by author and marker, on the second page too, and updates it", async () => {
    const update = ["PATCH /repos/acme/berth/issues/comments/4711"];
    own = [{ id: 4711, body: `${marker}\nold`, user: { login: "berth-bot" } }];
    expect(await post(...usual, "--commit", sha)).toMatchObject({ code: 0 });
    expect(writes().map(({ method, url }) => `${method} ${url}`)).toEqual(update);
    own = [{ id: 4711, body: `${marker}\nold`, user: { login: "github-actions[bot]" } }];
    expect(await post(...usual, "--author", "github-actions[bot]")).toMatchObject({ code: 0 });
    expect(writes().map(({ method, url }) => `${method} ${url}`)).toEqual(update);
  });

  it("makes its own comment where only others' look like it", async () => {
    own = [{ id: 4711, body: `${marker}\nold`, user: { login: "someone" } }];
    expect(await post(...usual)).toMatchObject({ code: 0 });
    expect(writes().map(({ method }) => method)).toEqual(["POST"]);
  });

  it("puts red in the place of an old verdict when there is no review, or it is none", async () => {
    own = [{ id: 4711, body: `${marker}\n🟢 old`, user: { login: "berth-bot" } }];
    fs.writeFileSync(`${file}.none`, "buy this");
    for (const [name, why] of [
      ["missing", "did not come to its end"],
      ["none", "is no review"],
    ]) {
      const args = ["--file", `${file}.${name}`, ...usual.slice(2), "--commit", sha];
      expect((await post(...args)).code).toBe(1);
      const [written] = writes();
      expect(written!.url).toBe("/repos/acme/berth/issues/comments/4711");
      const { body } = JSON.parse(written!.body) as { body: string };
      expect(body).toMatch(
        /^<!-- berth-review -->\n[^]*🔴 Stop: there is no review of commit a{8}/,
      );
      expect(body).toContain(why);
      expect(body).not.toMatch(/🟢|buy this/);
    }
    fs.rmSync(`${file}.none`);
  });

  it("posts nothing for a pull request that has moved on", async () => {
    expect((await post(...usual, "--commit", "b".repeat(40))).said).toContain("has moved on");
    expect((await post(...usual.slice(0, 4), "--pull", "7/../8")).code).toBe(64);
    expect(writes()).toEqual([]);
  });
});
