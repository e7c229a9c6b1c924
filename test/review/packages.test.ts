import { execFileSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { refusedPackages } from "../../operations/review/run/locked";
import { givePackages } from "../../operations/review/run/packages";

const print = (letter: string) => `sha512-${letter.repeat(86)}==`;
const entry = { version: "1.0.0", integrity: print("A") };
const locked = (packages: Record<string, unknown>, manifest: Record<string, unknown> = {}) => ({
  manifest,
  lock: { lockfileVersion: 3, packages: { "": {}, ...packages } },
});
const base = locked({ "node_modules/zod": entry });

describe("the packages of a change", () => {
  it("are a registry's own, of whatever version", () => {
    const change = locked(
      {
        "node_modules/zod": { ...entry, version: "2.0.0", integrity: print("B") },
        "node_modules/@a/b": { ...entry, name: "other", dependencies: { c: "^1.0.0 || >=2 <3" } },
        "node_modules/@a/b/node_modules/c": entry,
      },
      { dependencies: { zod: "2.0.0", "@a/b": "npm:other@^1" }, overrides: { zod: { c: "$zod" } } },
    );
    expect(refusedPackages(change, base)).toEqual([]);
  });

  it("may be the repository's own, which want nothing but a registry's", () => {
    const own = { "packages/own": { version: "0.1.0", dependencies: { zod: "1.0.0" } } };
    const link = { "node_modules/own": { resolved: "packages/own", link: true } };
    expect(refusedPackages(locked({ ...own, ...link, "node_modules/zod": entry }), base)).toEqual(
      [],
    );
    const wanting = { "packages/own": { dependencies: { x: "git://example.org/x" } } };
    expect(refusedPackages(locked({ ...wanting, ...link }), base)[0]).toMatch(
      /packages\/own: it wants x from git/,
    );
    // One whose folder is not called as it is, with the packages that its users bring.
    const face = { name: "own-face", version: "0.1.0", peerDependencies: { zod: "^1.0.0" } };
    const faced = {
      ...{ face, "node_modules/own-face": { resolved: "face", link: true } },
      "node_modules/zod": entry,
    };
    for (const before of [base, locked(faced)]) {
      expect(refusedPackages(locked(faced), before)).toEqual([]);
    }
    const bringing = { ...face, peerDependencies: { zod: "file:../zod" } };
    expect(refusedPackages(locked({ ...faced, face: bringing }), locked(faced))[0]).toMatch(
      /face: it wants zod from file/,
    );
    for (const away of ["../own", "/etc", "packages/../../own", "packages/other"]) {
      const leading = { "node_modules/own": { resolved: away, link: true } };
      expect(refusedPackages(locked({ ...own, ...leading }), base)[0]).toMatch(/own: .*a link/);
    }
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      "from git",
      { resolved: "git+ssh://git@example.org/x.git#abc" },
      /zod: it comes from git\+ssh/,
    ],
    ["from a file", { resolved: "file:x.tgz" }, /zod: it comes from file:/],
    [
      "from another registry",
      { resolved: "https://example.org/z.tgz" },
      /zod: it comes from https/,
    ],
    ["without https", { resolved: "http://example.org/z.tgz" }, /zod: it comes from http:/],
    [
      "of this version with another content",
      { integrity: print("B") },
      /zod: .*fingerprint is not/,
    ],
    ["without a fingerprint", { version: "2.0.0", integrity: undefined }, /no sha512 fingerprint/],
    ["with a weak one", { version: "2.0.0", integrity: "sha1-x" }, /no sha512 fingerprint/],
    ["that are links", { link: true, resolved: "local" }, /zod: it is a link/],
    ["of no version", { version: "git+https://example.org/x" }, /its version is no version/],
    [
      "that want others from git",
      { dependencies: { x: "git://example.org/x" } },
      /wants x from git/,
    ],
    ["that want others from GitHub", { optionalDependencies: { x: "a/b" } }, /wants x from a\/b/],
  ])("are refused %s, by name", (_, change, message) => {
    const found = refusedPackages(locked({ "node_modules/zod": { ...entry, ...change } }), base);
    expect(found.join("\n")).toMatch(message);
  });

  it.each([
    ["a file", { dependencies: { zod: "file:../zod" } }, /package\.json: it wants zod from file/],
    ["an address", { overrides: { a: { b: "https://x/y.tgz" } } }, /wants b from https/],
  ])("are refused where package.json wants %s", (_, manifest, message) => {
    const found = refusedPackages(locked({ "node_modules/zod": entry }, manifest), base);
    expect(found.join("\n")).toMatch(message);
    const standing = { ...base, manifest };
    expect(refusedPackages(locked({ "node_modules/zod": entry }, manifest), standing)).toEqual([]);
  });

  it("are refused outside node_modules and in other formats", () => {
    expect(refusedPackages(locked({ "packages/x": entry }), base)[0]).toMatch(/no package/);
    const old = { manifest: {}, lock: { lockfileVersion: 2, packages: {}, dependencies: {} } };
    expect(refusedPackages(old, base)[0]).toMatch(/lockfileVersion 3/);
  });
});

describe("fetching them", () => {
  let scratch: string;
  let server: http.Server;
  let asked: { url: string; agent: string }[];
  beforeEach(() => {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-packages-"));
    asked = [];
  });
  afterEach(() => {
    server.close();
    fs.rmSync(scratch, { recursive: true, force: true });
  });

  /** A registry of one package, which a script of its own would betray. */
  async function registry(): Promise<{ url: string; integrity: string }> {
    const directory = path.join(scratch, "package");
    fs.mkdirSync(directory);
    const scripts = { preinstall: `touch ${scratch}/ran`, install: `touch ${scratch}/ran` };
    const manifest = { name: "little", version: "1.0.0", scripts };
    fs.writeFileSync(path.join(directory, "package.json"), JSON.stringify(manifest));
    execFileSync("tar", ["-czf", "little.tgz", "package"], { cwd: scratch });
    const tarball = fs.readFileSync(path.join(scratch, "little.tgz"));
    const integrity = `sha512-${crypto.createHash("sha512").update(tarball).digest("base64")}`;
    server = http.createServer((request, response) => {
      const { url = "", headers } = request;
      asked.push({ url, agent: headers["user-agent"] ?? "" });
      const dist = { tarball: `http://${headers.host ?? ""}/little.tgz`, integrity };
      if (url.endsWith(".tgz")) response.end(tarball);
      else
        response.end(
          JSON.stringify({ name: "little", versions: { "1.0.0": { ...manifest, dist } } }),
        );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, integrity };
  }

  function state(called: string, npmrc: string, packages: Record<string, unknown>, more = {}) {
    const directory = path.join(scratch, called);
    fs.mkdirSync(directory);
    const dependencies = Object.keys(packages).length > 0 ? { little: "1.0.0" } : {};
    const list = { name: "berth", version: "1.0.0", dependencies };
    const lock = {
      name: "berth",
      lockfileVersion: 3,
      requires: true,
      packages: { "": list, ...packages },
    };
    const write = (name: string, text: string) =>
      fs.writeFileSync(path.join(directory, name), text);
    write("package.json", JSON.stringify({ ...list, ...more }));
    write("package-lock.json", JSON.stringify(lock));
    write(".npmrc", npmrc);
    return { directory, called, submodules: {} };
  }

  it(
    "goes by the base's settings, and runs nothing of the change's",
    { timeout: 60_000 },
    async () => {
      const { url, integrity } = await registry();
      const trap = path.join(scratch, "trap");
      fs.writeFileSync(trap, `#!/bin/sh\ntouch ${scratch}/ran\n`, { mode: 0o755 });
      const was = state("base", `registry=${url}\ncache=${scratch}/cache\n`, {});
      const hostile = `registry=http://127.0.0.1:1/\ngit=${trap}\nscript-shell=${trap}\nignore-scripts=false\n`;
      const packages = { "node_modules/little": { version: "1.0.0", integrity } };
      const scripts = { preinstall: trap, prepare: trap };
      const will = state("head", hostile, packages, { scripts });
      fs.mkdirSync(path.join(will.directory, "node_modules", "zod"), { recursive: true });
      const clone = state("clone", "", {}, {}).directory;
      fs.writeFileSync(path.join(clone, "package-lock.json"), "another");
      process.env["DIGITALOCEAN_TOKEN"] = "canary";
      try {
        await givePackages(clone, was, will);
      } finally {
        delete process.env["DIGITALOCEAN_TOKEN"];
      }
      const made = path.join(will.directory, "node_modules");
      expect(fs.readdirSync(made).filter((name) => !name.startsWith("."))).toEqual(["little"]);
      expect(asked.map((each) => each.url)).toContain("/little.tgz");
      expect(fs.existsSync(path.join(scratch, "ran"))).toBe(false);
    },
  );

  it("fetches what the repository's own packages want", { timeout: 60_000 }, async () => {
    const { url, integrity } = await registry();
    const was = state("base", `registry=${url}\ncache=${scratch}/cache\n`, {});
    const will = state("head", "", {});
    const list = { name: "berth", version: "1.0.0" };
    const lock = {
      ...{ name: "berth", lockfileVersion: 3, requires: true },
      packages: {
        "": { ...list, workspaces: ["face", "packages/*"] },
        "node_modules/own": { resolved: "packages/own", link: true },
        "node_modules/little": { version: "1.0.0", integrity },
        "packages/own": { version: "0.1.0", dependencies: { little: "1.0.0" } },
        "node_modules/own-face": { resolved: "face", link: true },
        face: { name: "own-face", version: "0.1.0", peerDependencies: { little: "^1.0.0" } },
      },
    };
    const write = (name: string, content: unknown) =>
      fs.writeFileSync(path.join(will.directory, name), JSON.stringify(content));
    write("package.json", { ...list, workspaces: ["face", "packages/*"] });
    write("package-lock.json", lock);
    const clone = state("clone", "", {}, {}).directory;
    fs.writeFileSync(path.join(clone, "package-lock.json"), "another");
    await givePackages(clone, was, will);
    const made = path.join(will.directory, "node_modules");
    expect(fs.existsSync(path.join(made, "little", "package.json"))).toBe(true);
    expect(fs.readlinkSync(path.join(made, "own"))).toBe(path.join("..", "packages", "own"));
    expect(fs.readlinkSync(path.join(made, "own-face"))).toBe(path.join("..", "face"));
  });

  it("fetches nothing at all where one package is no registry's", async () => {
    const { url, integrity } = await registry();
    const was = state("base", `registry=${url}\n`, {});
    const packages = {
      "node_modules/little": { version: "1.0.0", integrity },
      "node_modules/evil": { version: "1.0.0", resolved: "git+https://example.org/evil.git#1" },
    };
    const will = state("head", "", packages);
    const clone = state("clone", "", {}, {}).directory;
    fs.writeFileSync(path.join(clone, "package-lock.json"), "another");
    await expect(givePackages(clone, was, will)).rejects.toThrow(/evil: it comes from git\+https/);
    expect(asked).toEqual([]);
  });
});
