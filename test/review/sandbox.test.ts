import { execFileSync, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { repository } from "../../rehearsal/paths";
import { bindCommands, readMounts } from "../../rehearsal/review/mounts";
import { findSandbox } from "../../rehearsal/review/sandbox";

/** Written into a file, a variable, a socket's name and an open file: whoever sees it is outside. */
const canary = "canary-7c1f";
const linux = process.platform === "linux";
const root = process.getuid?.() === 0;
/** An account without rights, for the sandbox that everybody can put up. */
const nobody = 65534;

let scratch: string;
let home: string;
const servers: net.Server[] = [];
const sockets: string[] = [];
let port = 0;

beforeAll(async () => {
  scratch = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), `berth-${canary}-`));
  home = path.join(scratch, "home");
  for (const name of ["home", "clone", "work"]) fs.mkdirSync(path.join(scratch, name));
  fs.writeFileSync(path.join(home, "credentials"), canary);
  for (const place of [scratch, home, path.join(scratch, "work")]) fs.chmodSync(place, 0o777);
  const hostile = path.join(scratch, "clone", "hostile.js");
  fs.copyFileSync(path.join(repository, "test", "review", "hostile.js"), hostile);
  sockets.push(path.join(home, "docker.sock"), `\0${canary}-${process.pid}`);
  for (const socket of sockets) await listen((server) => server.listen(socket));
  fs.chmodSync(sockets[0]!, 0o777);
  const server = await listen((each) => each.listen(0, "127.0.0.1"));
  port = (server.address() as net.AddressInfo).port;
});
afterAll(() => {
  servers.forEach((server) => server.close());
  fs.rmSync(scratch, { recursive: true, force: true });
});

function listen(how: (server: net.Server) => net.Server): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = how(net.createServer((socket) => socket.destroy()));
    servers.push(server);
    server.once("listening", () => resolve(server)).once("error", reject);
  });
}

/**
 * Runs a program shut in, from a process that may belong to another account, and answers what it
 * printed. The caller's environment and open files hold the canary.
 */
function shutIn(account: number | undefined, command: readonly string[]) {
  const opened = fs.openSync(path.join(home, "credentials"), "r");
  const program = `
    const { findSandbox } = require(${JSON.stringify(path.join(repository, "rehearsal", "review", "sandbox"))});
    const { mkdtempSync } = require("node:fs");
    findSandbox().then((sandbox) => {
      if (!sandbox) throw new Error("no sandbox");
      const places = [
        { from: process.execPath },
        { from: ${JSON.stringify(path.join(scratch, "clone"))} },
        { from: ${JSON.stringify(path.join(scratch, "work"))}, write: true },
      ];
      const [name, ...args] = sandbox.wrap(mkdtempSync(${JSON.stringify(`${scratch}/root-`)}), places, ${JSON.stringify(command)});
      const { cleanEnvironment } = require(${JSON.stringify(path.join(repository, "rehearsal", "review", "sandbox"))});
      const env = cleanEnvironment(process.env, "/tmp", [${JSON.stringify(path.dirname(process.execPath))}]);
      require("node:child_process").spawn(name, args, { env, stdio: ["ignore", 1, 2] });
    });`;
  const env = { ...process.env, SECRET_TOKEN: canary, HOME: home };
  const argv = [process.execPath, "--require", "tsx/cjs", "-e", program];
  const dropped = ["setpriv", `--reuid=${account}`, `--regid=${account}`, "--clear-groups"];
  const [name = "", ...args] = account === undefined ? argv : [...dropped, ...argv];
  const stdio = ["ignore" as const, "pipe" as const, "pipe" as const, opened];
  const result = spawnSync(name, args, { cwd: repository, env, stdio, encoding: "utf8" });
  fs.closeSync(opened);
  return result;
}

/** Where Node is somebody's own, below a home, that home is on the way to it, and others cannot run it. */
const onTheWay = (to: string, at: string) => to.startsWith(`${at}/`);
const everybodys = (file: string): boolean =>
  (fs.statSync(file).mode & 1) === 1 && (file === "/" || everybodys(path.dirname(file)));

const accounts: readonly [string, number | undefined][] = [
  [root ? "root" : "the person who runs the tests", undefined],
  ...(root && everybodys(process.execPath) ? [["an account without rights", nobody] as const] : []),
].map(([name, uid]) => [String(name), uid as number | undefined]);

describe.runIf(linux)("the sandbox of a review", () => {
  it.each(accounts)("lets a hostile program reach nothing, put up by %s", (_, account) => {
    const targets = {
      secrets: [home, path.join(home, "credentials"), scratch, os.homedir(), repository, "/home"],
      writable: [path.join(scratch, "clone"), repository, home],
      sockets: [
        ...sockets,
        "/run/docker.sock",
        "/var/run/docker.sock",
        "/run/dbus/system_bus_socket",
      ],
      port,
      pid: process.pid,
      canary,
      node: process.execPath,
    };
    const hostile = path.join(scratch, "clone", "hostile.js");
    const { stdout, stderr } = shutIn(account, ["node", hostile, JSON.stringify(targets)]);
    expect(stderr).toBe("");
    const seen = JSON.parse(stdout) as string[];
    // Directories on the way down to what may be seen are there.
    const way = [scratch, os.homedir()].filter((at) =>
      [process.execPath, path.join(scratch, "clone")].some((to) => onTheWay(to, at)),
    );
    expect(seen.filter((what) => !way.some((at) => what === `read ${at}`))).toEqual([]);
  });

  it("shows the hostile program everything where there are no walls: it would notice", () => {
    const targets = { secrets: [path.join(home, "credentials")], writable: [home], sockets, port };
    const all = { ...targets, pid: process.ppid, canary, node: process.execPath };
    const hostile = path.join(scratch, "clone", "hostile.js");
    const env = { ...process.env, SECRET_TOKEN: canary };
    // Without rights: it really writes.
    const said = root
      ? execFileSync(
          "setpriv",
          [`--reuid=${nobody}`, "--clear-groups", process.execPath, hostile, JSON.stringify(all)],
          { env, encoding: "utf8" },
        )
      : execFileSync(process.execPath, [hostile, JSON.stringify(all)], { env, encoding: "utf8" });
    const seen = JSON.parse(said) as string[];
    for (const what of [
      "environment",
      "loopback of this computer",
      "other devices",
      `wrote ${home}`,
    ]) {
      expect(seen).toContain(what);
    }
    expect(seen.filter((what) => what.startsWith("socket "))).toHaveLength(2);
  });

  it.each(accounts)(
    "lets it write to its scratch directory and /tmp, put up by %s",
    (_, account) => {
      if (root) fs.chownSync(path.join(scratch, "work"), account ?? 1_888_888_888, 0);
      const work = path.join(scratch, "work", `made-${String(account)}`);
      const { stdout } = shutIn(account, [
        "sh",
        "-c",
        `echo here >${work}; echo x >/tmp/x; cat ${work} /tmp/x`,
      ]);
      expect(stdout).toBe("here\nx\n");
      expect(fs.readFileSync(work, "utf8")).toBe("here\n");
      expect(fs.existsSync("/tmp/x")).toBe(false);
    },
  );

  it("takes all its processes with it when it is ended", async () => {
    const sandbox = (await findSandbox())!;
    // Nobody else's: this process's number in it.
    const asleep = `86399.${process.pid}`;
    const command = ["sh", "-c", `setsid sleep ${asleep} & echo started; sleep ${asleep}`];
    const where = fs.mkdtempSync(path.join(scratch, "root-"));
    const [name = "", ...args] = sandbox.wrap(where, [{ from: process.execPath }], command);
    const child = spawn(name, args, { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const closed = new Promise((resolve) => child.once("close", resolve));
    // Both: what runs on by itself is there a moment after the word.
    const both = vi.waitFor(() => expect(sleeping(asleep)).toBe(2));
    await both.catch(() => undefined);
    child.kill(sandbox.ends);
    await closed;
    await both;
    expect(sleeping(asleep)).toBe(0);
  });

  it("keeps what a mount forbids, and every mount below a place read-only", () => {
    const text = [
      "1 0 8:1 / / rw,relatime - ext4 /dev/sda rw",
      "2 1 8:2 / /tmp/a\\040b rw,nosuid,noexec,relatime - ext4 /dev/sdb rw",
    ].join("\n");
    const mounts = [...readMounts(text), { at: "/usr/bin", flags: ["rw", "noatime"] }];
    expect(mounts[1]).toEqual({ at: "/tmp/a b", flags: ["rw", "nosuid", "noexec", "relatime"] });
    expect(bindCommands({ from: "/usr" }, mounts)).toEqual([
      `mkdir -p "$root"'/usr'`,
      `mount --rbind '/usr' "$root"'/usr'`,
      `mount -o remount,bind,nosuid,nodev,relatime,ro "$root"'/usr'`,
      `mount -o remount,bind,nosuid,nodev,noatime,ro "$root"'/usr/bin'`,
    ]);
  });
});

function sleeping(seconds: string): number {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8") === `sleep\0${seconds}\0`;
      } catch {
        return false;
      }
    }).length;
}
