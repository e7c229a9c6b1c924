import { execFileSync, spawn } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { thisComputer } from "../../ground/computer";
import { obtainCli } from "../../pulumi/cli";
import { isNewEnough } from "../../pulumi/on-path";
import { cliVersion, platform } from "../../pulumi/pins";

let scratch: string;
let server: http.Server | undefined;
const said: string[] = [];
const say = (line: string) => said.push(line);
/** A port on which nobody listens. */
const nowhere = "http://127.0.0.1:1";
const system = `${platform().os}-${platform().arch}`;
const archiveName = `pulumi-v${cliVersion}-${system}.tar.gz`;

beforeEach(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-cli-"));
  said.length = 0;
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
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

/** Serves files from memory, as the makers' site would. */
async function serve(files: Record<string, Buffer | string>): Promise<string> {
  const listening = http.createServer((request, response) => {
    const file = files[(request.url ?? "").slice(1)];
    response.writeHead(file === undefined ? 404 : 200);
    response.end(file);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
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
    const base = await serve({
      [archiveName]: data,
      [checksums]: `${checksum(data)}  ${archiveName}\n`,
    });
    const options = { searchPath: "", cache: cache(), downloads: base, build: noBuild, say };
    expect((await obtainCli(options)).source).toBe("download");
    const again = await obtainCli(options);
    expect(again.source).toBe("cache");
    expect(fs.readdirSync(again.bin).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(fs.readdirSync(shelf())).toEqual([path.basename(again.bin)]);
  });

  it("downloads where no checksums are published", async () => {
    const base = await serve({ [archiveName]: archive() });
    const cli = await obtainCli({
      searchPath: "",
      cache: cache(),
      downloads: base,
      build: noBuild,
      say,
    });
    expect(cli.source).toBe("download");
  });

  it("builds when the download's checksum is wrong", async () => {
    const base = await serve({
      [archiveName]: archive(),
      [checksums]: `${"0".repeat(64)}  ${archiveName}\n`,
    });
    const cli = await obtainCli({
      searchPath: "",
      cache: cache(),
      downloads: base,
      build: builds,
      say,
    });
    expect(cli.source).toBe("build");
  });

  it("builds when what was downloaded is cut off", async () => {
    const base = await serve({ [archiveName]: archive().subarray(0, 100) });
    const cli = await obtainCli({
      searchPath: "",
      cache: cache(),
      downloads: base,
      build: builds,
      say,
    });
    expect(cli.source).toBe("build");
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
      expect.stringMatching(/^ {2}- download: http:\/\/127\.0\.0\.1:1\/.*ECONNREFUSED/),
      "  - build: no go on PATH",
      expect.stringMatching(/^Install Pulumi/),
    ]);
    expect(fs.readdirSync(shelf())).toEqual([]);
  });
});

describe("a set-up that is cut off or doubled", () => {
  it("starts over cleanly after the first one was killed half-way", async () => {
    const program = `
      const { obtainCli } = require(${JSON.stringify(path.resolve("packages/local-cloud/pulumi/cli"))});
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
    const cacheIn = (env: NodeJS.ProcessEnv) => thisComputer(env).cache;
    expect(cacheIn({ LOCAL_CLOUD_CACHE: "/elsewhere", XDG_CACHE_HOME: "/xdg" })).toBe("/elsewhere");
    expect(cacheIn({ XDG_CACHE_HOME: "/xdg" })).toBe("/xdg/local-cloud");
    expect(cacheIn({})).toBe(path.join(os.homedir(), ".cache", "local-cloud"));
  });
});
