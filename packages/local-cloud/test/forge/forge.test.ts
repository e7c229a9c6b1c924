import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { keepRepository, placeOf } from "../../forge";
import { gitConfiguration } from "../../forge/address";
import type { Listening } from "../../ground/listen";
import { serveForge } from "../../forge/serve";

const execute = promisify(execFile);
const ground = mkdtempSync(join(tmpdir(), "forge-"));
const directory = join(ground, "repositories");
let forge: Listening;

const git = (...args: string[]) =>
  execute("git", args, {
    cwd: ground,
    env: {
      ...{ PATH: process.env["PATH"], HOME: ground, GIT_TERMINAL_PROMPT: "0" },
      ...{ GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: join(ground, "config") },
    },
  });

beforeAll(async () => {
  const write = (tree: string) => writeFileSync(join(tree, "page"), "first");
  const kept = () =>
    keepRepository(directory, "git@github.com:them/shop.git", ["develop", "master"], write);
  // Asked for again, it is the same.
  expect(await kept()).toBe(await kept());
  forge = await serveForge("127.0.0.1", directory);
  const at = `url.http://127.0.0.1:${forge.port}/github.com/.insteadOf`;
  for (const form of ["git@github.com:", "https://github.com/"]) {
    await git("config", "--global", "--add", at, form);
  }
  await git("config", "--global", "user.email", "a@b.example");
  await git("config", "--global", "user.name", "a");
});

afterAll(async () => {
  await forge.close();
  rmSync(ground, { recursive: true });
});

describe("the forge of the local cloud", () => {
  it("gives a repository at each form of its address, with its branches", async () => {
    await git("clone", "-q", "-b", "develop", "git@github.com:them/shop.git", "one");
    await git("clone", "-q", "-b", "master", "https://github.com/them/shop", "two");
    expect(readFileSync(join(ground, "two", "page"), "utf8")).toBe("first");
  });

  it("gives what people pushed by its path, and a single commit by its hash", async () => {
    await git("-C", "one", "commit", "-q", "--allow-empty", "-m", "second");
    const bare = join(directory, "github.com/them/shop.git");
    await git("-C", "one", "push", "-q", bare, "develop");
    const head = (await git("-C", "one", "rev-parse", "HEAD")).stdout.trim();
    await git("-C", "two", "fetch", "-q", "--depth", "1", "origin", head);
    expect((await git("-C", "two", "rev-parse", "FETCH_HEAD")).stdout.trim()).toBe(head);
  });

  it("takes nothing, and gives git's own files to nobody", async () => {
    await expect(git("-C", "one", "push", "-q", "origin", "develop:other")).rejects.toThrow("403");
    const at = `http://127.0.0.1:${forge.port}/github.com/them/shop.git`;
    const post = { method: "POST", body: "0000" };
    expect((await fetch(`${at}/git-receive-pack`, post)).status).toBe(404);
    expect((await fetch(`${at}/HEAD`)).status).toBe(404);
    expect((await fetch(`${at}/../../../../etc/info/refs`)).status).toBe(404);
  });

  it("leads what it does not keep on to the forge of that name", async () => {
    const path = "github.com/them/other.git/info/refs?service=git-upload-pack";
    const options = { redirect: "manual" } as const;
    const answer = await fetch(`http://127.0.0.1:${forge.port}/${path}`, options);
    expect(answer.headers.get("location")).toBe(`https://${path}`);
  });
});

describe("an address of a repository", () => {
  it.each([
    ["git@github.com:them/shop.git", "github.com/them/shop.git"],
    ["https://github.com/them/shop", "github.com/them/shop.git"],
    ["ssh://git@git.example.org:2222/a/b/c.git/", "git.example.org/a/b/c.git"],
  ])("%s has a place of its own", (address, place) => {
    expect(placeOf(address)).toBe(place);
  });

  it.each(["/srv/shop", "git@github.com:../shop", "https://user:word@host/x", "git@..:x"])(
    "%s is none",
    (address) => expect(() => placeOf(address)).toThrow("allowed are git@host:owner/name.git"),
  );

  it("is asked here by machines, of the usual forges and of further ones", () => {
    const text = gitConfiguration("10.64.0.1", ["git.example.org", "github.com"]);
    expect(text.match(/^\[url/gm)).toHaveLength(4);
    expect(text).toContain("\tinsteadOf = git@git.example.org:\n");
  });
});
