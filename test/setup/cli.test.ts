import { execFileSync, spawn } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { cacheRoot } from "../../local/setup/cache";
import { obtainCli } from "../../local/setup/cli";
import { isNewEnough } from "../../local/setup/on-path";
import { cliVersion, platform } from "../../local/setup/pins";
import { serveFiles, type Site } from "./https-site";

let scratch: string;
let site: Site | undefined;
const said: string[] = [];
const say = (line: string) => said.push(line);
/** A port on which nobody listens. */
const nowhere = "https://127.0.0.1:1";
const system = `${platform().os}-${platform().arch}`;
const archiveName = `pulumi-v${cliVersion}-${system}.tar.gz`;

beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-cli-"));
  said.length = 0;
});
afterEach(() => {
  site?.stop();
  site = undefined;
  fs.rmSync(scratch, { recursive: true });
});

function fakeCli(directory: string, version: string, withHost = true): string {
  fs.mkdirSync(directory, { recursive: true });
  const write = (name: string, text: string) =>
    fs.writeFileSync(path.join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  write("pulumi", `echo ${version}`);
  if (withHost) write("pulumi-language-nodejs", "exit 0");
  return directory;
}

const cache = () => path.join(scratch, "cache");
const shelf = () => path.join(cache(), "pulumi");
const builds = (directory: string) => {
  fakeCli(directory, `v${cliVersion}`);
  return Promise.resolve();
};
const noBuild = () => Promise.reject(new Error("no go on PATH"));

/** How the CLI is obtained from a site of these files. */
async function from(
  files: Readonly<Record<string, Buffer | string>>,
  build: (directory: string) => Promise<void> = noBuild,
) {
  site = await serveFiles(files);
  return { searchPath: "", cache: cache(), downloads: site.base, ca: site.ca, build, say };
}

function archive(): Buffer {
  fakeCli(path.join(scratch, "archive", "pulumi"), `v${cliVersion}`);
  const file = path.join(scratch, "archive.tar.gz");
  execFileSync("tar", ["-czf", file, "-C", path.join(scratch, "archive"), "pulumi"]);
  return fs.readFileSync(file);
}

const checksum = (data: Buffer) => crypto.createHash("sha256").update(data).digest("hex");
const checksums = `pulumi-${cliVersion}-checksums.txt`;

describe("the order of sources", () => {
  it("takes a pulumi on PATH that is new enough and has a Node language host", async () => {
    const bin = fakeCli(path.join(scratch, "bin"), "v3.260.1");
    const cli = await obtainCli({ searchPath: `/nowhere:${bin}`, cache: cache(), say });
    expect(cli).toEqual({ bin, source: "PATH" });
  });

  it("takes one whose language host is elsewhere on PATH", async () => {
    const bin = fakeCli(path.join(scratch, "bin"), "v3.260.1", false);
    const hosts = fakeCli(path.join(scratch, "hosts"), "v1.0.0");
    const cli = await obtainCli({ searchPath: `${bin}:${hosts}`, cache: cache(), say });
    expect(cli).toEqual({ bin, source: "PATH" });
  });

  it("takes the cache when the one on PATH is too old, without a connection", async () => {
    const old = fakeCli(path.join(scratch, "bin"), "v3.100.0");
    const bin = fakeCli(path.join(shelf(), `v${cliVersion}-${system}`), `v${cliVersion}`);
    const cli = await obtainCli({ searchPath: old, cache: cache(), downloads: nowhere, say });
    expect(cli).toEqual({ bin, source: "cache" });
    expect(said).toEqual([]);
  });

  it("downloads into the cache, where the next run finds it", async () => {
    const data = archive();
    const options = await from({
      [archiveName]: data,
      [checksums]: `${checksum(data)}  ${archiveName}\n`,
    });
    expect((await obtainCli(options)).source).toBe("download");
    const again = await obtainCli(options);
    expect(again.source).toBe("cache");
    expect(fs.readdirSync(again.bin).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(fs.readdirSync(shelf())).toEqual([path.basename(again.bin)]);
  });

  const lists: readonly (readonly [string, (sum: string) => Record<string, string>, RegExp])[] = [
    ["whose list of checksums is missing", () => ({}), /checksums\.txt answers 404/],
    [
      "that the list does not name",
      (sum) => ({ [checksums]: `${sum}  other.tar.gz\n` }),
      /does not name/,
    ],
    [
      "that the list names without a checksum",
      () => ({ [checksums]: `x  ${archiveName}` }),
      /name/,
    ],
    [
      "that the list names twice, differently",
      (sum) => ({ [checksums]: `${sum}  ${archiveName}\n${"0".repeat(64)}  ${archiveName}` }),
      /does not name/,
    ],
    [
      "of another checksum",
      () => ({ [checksums]: `${"0".repeat(64)}  ${archiveName}` }),
      /the checksum of .* published is 0000/,
    ],
  ];
  it.each(lists)("never uses an archive %s", async (_, list, why) => {
    const data = archive();
    const options = await from({ [archiveName]: data, ...list(checksum(data)) });
    await expect(obtainCli(options)).rejects.toThrow(why);
    expect(fs.readdirSync(shelf())).toEqual([]);
    // Built from modules instead, whose checksums Go compares; and said.
    expect((await obtainCli({ ...options, build: builds })).source).toBe("build");
    expect(said.join("\n")).toMatch(why);
  });

  it("takes nothing without https, not even what a redirect leads to", async () => {
    const data = archive();
    const list = `${checksum(data)}  ${archiveName}`;
    const plain = await from({
      [archiveName]: `→http://127.0.0.1:1/${archiveName}`,
      [checksums]: list,
    });
    await expect(obtainCli(plain)).rejects.toThrow(/http:\/\/127.* is not https/);
    site!.stop();
    const secure = await from({
      [archiveName]: "→/elsewhere",
      elsewhere: data,
      [checksums]: list,
    });
    const insecure = { ...secure, downloads: secure.downloads.replace("https:", "http:") };
    await expect(obtainCli(insecure)).rejects.toThrow(/is not https/);
    await expect(obtainCli({ ...secure, ca: "" })).rejects.toThrow(/self-signed|certificate/);
    expect((await obtainCli(secure)).source).toBe("download");
  });

  it("builds when what was downloaded is cut off", async () => {
    const data = archive();
    const options = await from(
      { [archiveName]: data.subarray(0, 100), [checksums]: `${checksum(data)}  ${archiveName}` },
      builds,
    );
    expect((await obtainCli(options)).source).toBe("build");
  });

  it("names every way and why it failed when nothing is possible", async () => {
    const old = fakeCli(path.join(scratch, "bin"), "v3.100.0");
    const failing = obtainCli({
      searchPath: old,
      cache: cache(),
      downloads: nowhere,
      build: noBuild,
      say,
    });
    const message = await failing.then(
      () => "obtained",
      (error: Error) => error.message,
    );
    expect(message.split("\n")).toEqual([
      `The Pulumi CLI ${cliVersion} could not be obtained. Tried:`,
      `  - PATH: ${old}/pulumi is v3.100.0, 3.255 or newer (3.x) is needed`,
      `  - cache: nothing in ${shelf()}/v${cliVersion}-${system}`,
      expect.stringMatching(/^ {2}- download: https:\/\/127\.0\.0\.1:1\/.*ECONNREFUSED/),
      "  - build: no go on PATH",
      expect.stringMatching(/^Install Pulumi/),
    ]);
    expect(fs.readdirSync(shelf())).toEqual([]);
  });
});

describe("a set-up that is cut off or doubled", () => {
  it("starts over cleanly after the first one was killed half-way", async () => {
    const program = `
      const { obtainCli } = require(${JSON.stringify(path.resolve("local/setup/cli"))});
      void obtainCli({
        searchPath: "", cache: ${JSON.stringify(cache())}, downloads: "${nowhere}",
        say: () => undefined,
        build: async (directory) => {
          require("node:fs").writeFileSync(directory + "/pulumi", "half");
          process.stdout.write("half-way");
          await new Promise((resolve) => setTimeout(resolve, 60_000));
        },
      });`;
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "-e", program]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;
    expect(fs.readdirSync(shelf())).toHaveLength(2);

    const options = { searchPath: "", cache: cache(), downloads: nowhere, build: builds, say };
    const cli = await obtainCli(options);
    expect(cli.source).toBe("build");
    expect(fs.readdirSync(shelf())).toEqual([path.basename(cli.bin)]);
  });

  it("lets a second run wait for the first and share its result", async () => {
    let count = 0;
    const slowly = async (directory: string) => {
      count += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
      fakeCli(directory, `v${cliVersion}`);
    };
    const options = { searchPath: "", cache: cache(), downloads: nowhere, build: slowly, say };
    const both = await Promise.all([obtainCli(options), obtainCli(options)]);
    expect(count).toBe(1);
    expect(both.map(({ source }) => source).sort()).toEqual(["build", "cache"]);
  });
});

describe("versions and places", () => {
  it.each([
    ["v3.255.0", true],
    ["3.300.1", true],
    ["v3.259.0-dev.0", true],
    ["v3.254.9", false],
    ["v4.0.0", false],
    ["v2.999.0", false],
    ["dev", false],
  ])("%s is new enough: %s", (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });

  it("keeps the cache where the system keeps caches, unless told otherwise", () => {
    expect(cacheRoot({ BERTH_CACHE: "/elsewhere", XDG_CACHE_HOME: "/xdg" })).toBe("/elsewhere");
    expect(cacheRoot({ XDG_CACHE_HOME: "/xdg" })).toBe("/xdg/berth");
    expect(cacheRoot({})).toBe(path.join(os.homedir(), ".cache", "berth"));
  });
});
