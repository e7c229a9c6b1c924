import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { callerEnvironment } from "../../emulator/caller";
import type { Props } from "../../emulator/values";
import { dialTcp, longestSilence } from "../../providers/command/tcp";
import { caller, connectionTo, create as createWith } from "./command-fixture";
import { freePort, startSshd, type LoopbackSshd } from "./loopback-sshd";

let sshd: LoopbackSshd;

beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd.stop());

const connection = (changes: Props = {}) => connectionTo(sshd, changes);
const create = (inputs: Props, told = caller()) =>
  createWith({ connection: connection(), ...inputs }, told);

describe("the host key", () => {
  it("that is pinned is the one the server must show, of every type it serves", async () => {
    for (const hostKey of [sshd.hostKeys.ed25519, sshd.hostKeys.ecdsa]) {
      const made = await create({ create: "echo in", connection: connection({ hostKey }) });
      expect(made["stdout"]).toBe("in");
    }
  });

  it("of another machine ends the attempt before the command or any login is sent", async () => {
    const file = path.join(sshd.directory, "never");
    await expect(
      create({ create: `touch ${file}`, connection: connection({ hostKey: sshd.key.public }) }),
    ).rejects.toThrow("after 1 failed attempts: ssh: handshake failed: ssh: host key mismatch");
    expect(fs.existsSync(file)).toBe(false);
  });

  it("limits the offered algorithm, so ssh-rsa meets a modern sshd in vain", async () => {
    const hostKey = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDx";
    await expect(create({ create: "true", connection: connection({ hostKey }) })).rejects.toThrow(
      'no common algorithm for host key; we offered: ["ssh-rsa"]',
    );
  });

  it("that is no key fails at once", async () => {
    const told = caller();
    await expect(
      create({ create: "true", connection: connection({ hostKey: "garbage" }) }, told),
    ).rejects.toThrow(/^failed to parse host key: ssh: no key found$/);
    expect(told.lines).toEqual([]);
  });
});

describe("dialling", () => {
  it("tries again after each failure, says so in passing, and gives up with the last reason", async () => {
    const port = await freePort();
    const told = caller();
    const started = Date.now();
    await expect(
      create({ create: "true", connection: connection({ port, dialErrorLimit: 3 }) }, told),
    ).rejects.toThrow(
      `after 3 failed attempts: dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
    expect(told.lines).toEqual(
      [1, 2, 3].map((n) => ({
        severity: "info",
        message: `Dial ${n}/3 failed: retrying`,
        passing: true,
      })),
    );
    // 0.1 s, 0.15 s and 0.225 s of pause.
    expect(Date.now() - started).toBeGreaterThanOrEqual(470);
  });

  it("without a limit goes on until the server is there", async () => {
    const port = await freePort();
    const told = caller();
    const made = create(
      { create: "echo late", connection: connection({ port, dialErrorLimit: -1 }) },
      told,
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    const forward = net.createServer((near) => {
      const far = net.connect(sshd.port, "127.0.0.1");
      far.once("error", () => near.destroy());
      near.once("error", () => far.destroy());
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => forward.listen(port, "127.0.0.1", resolve));
    expect((await made)["stdout"]).toBe("late");
    expect(told.lines[0]!.message).toBe("Dial 1/inf failed: retrying");
    forward.close();
  });

  it("ends with the custom time-out", async () => {
    const port = await freePort();
    const told = caller({}, { signal: AbortSignal.timeout(200) });
    await expect(
      create({ create: "true", connection: connection({ port, dialErrorLimit: -1 }) }, told),
    ).rejects.toThrow(/^context deadline exceeded$/);
  });

  it("gives up a host that nobody answers for, after perDialTimeout seconds at most", async () => {
    // RFC 5737: nobody answers there.
    const inputs = connection({ host: "192.0.2.1", perDialTimeout: 1, dialErrorLimit: 0 });
    await expect(create({ create: "true", connection: inputs })).rejects.toThrow(
      new RegExp(`^after 0 failed attempts: dial tcp 192\\.0\\.2\\.1:${sshd.port}: `),
    );
  });

  it.runIf(process.platform === "linux")(
    "gives up a host that falls silent after the 146 s that Go takes",
    async () => {
      const socket = await dialTcp("127.0.0.1", sshd.port, 5, new AbortController().signal);
      // As proc_net_tcp has it: what the next timer is for (2: keep-alive), and in hundredths of a second.
      const own = `:${socket.localPort!.toString(16).toUpperCase().padStart(4, "0")}`;
      const line = fs
        .readFileSync("/proc/net/tcp", "utf8")
        .split("\n")
        .map((each) => each.trim().split(/\s+/))
        .find(([, local]) => local?.endsWith(own));
      const [timer, left = ""] = line![5]!.split(":");
      expect(timer).toBe("02");
      expect(parseInt(left, 16) / 100).toBeGreaterThan(longestSilence - 10 - 5);
      expect(parseInt(left, 16) / 100).toBeLessThanOrEqual(longestSilence - 10);
      socket.destroy();
    },
  );

  it("goes through a proxy, and says proxy when that fails", async () => {
    const through = await create({
      create: "echo through",
      connection: connection({ proxy: connection() }),
    });
    expect(through["stdout"]).toBe("through");
    const port = await freePort();
    await expect(
      create({ create: "true", connection: connection({ proxy: connection({ port }) }) }),
    ).rejects.toThrow(`proxy: after 1 failed attempts: dial tcp 127.0.0.1:${port}`);
    await expect(
      create({ create: "true", connection: connection({ port, proxy: connection() }) }),
    ).rejects.toThrow(
      "proxy: after 1 failed attempts: ssh: rejected: connect failed (Connection refused)",
    );
  });
});

describe("logging in", () => {
  it("is refused with the methods that were attempted", async () => {
    await expect(
      create({ create: "true", connection: connection({ user: "nobody-here" }) }),
    ).rejects.toThrow(
      "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
    );
    await expect(
      create({ create: "true", connection: connection({ privateKey: undefined }) }),
    ).rejects.toThrow("attempted methods [none], no supported methods remain");
  });

  it("never shows a private key that cannot be read", async () => {
    const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nVERYSECRET\n";
    await expect(
      create({ create: "true", connection: connection({ privateKey }) }),
    ).rejects.toThrow(/^ssh: no key found$/);
  });

  it("uses the agent of the caller's SSH_AUTH_SOCK, or the one that is named", async () => {
    const agent = await startAgent(sshd);
    try {
      const keyless = connection({ privateKey: undefined });
      const fromCaller = await create(
        { create: "echo agent", connection: keyless },
        caller({ SSH_AUTH_SOCK: agent.socket }),
      );
      expect(fromCaller["stdout"]).toBe("agent");
      const named = await create(
        { create: "echo named", connection: { ...keyless, agentSocketPath: agent.socket } },
        caller({ SSH_AUTH_SOCK: "/nowhere" }),
      );
      expect(named["stdout"]).toBe("named");
    } finally {
      await agent.stop();
    }
  });

  it("fails on an agent that is gone, even with a private key", async () => {
    await expect(
      create({ create: "true" }, caller({ SSH_AUTH_SOCK: "/nowhere/agent" })),
    ).rejects.toThrow(/^dial unix \/nowhere\/agent: connect: no such file or directory$/);
  });
});

describe("the caller's environment", () => {
  it("is that of the process at the other end of the connection", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    const child = spawn(
      process.execPath,
      ["-e", `require("net").connect(${port}, "127.0.0.1").on("close", () => process.exit(0))`],
      { env: { SSH_AUTH_SOCK: "/of/the/child=1" }, stdio: "ignore" },
    );
    const socket = await new Promise<net.Socket>((resolve) => server.once("connection", resolve));
    // Others have the same port, towards somebody else.
    const elsewhere = net.createServer();
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const beside = (elsewhere.address() as net.AddressInfo).port;
    const others = await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const localAddress = `127.0.1.${index + 1}`;
        const own = { localAddress, localPort: socket.remotePort!, port: beside };
        const other = net.connect({ ...own, host: "127.0.0.1" });
        await new Promise((resolve) => other.once("connect", resolve));
        return other;
      }),
    );
    const environment = callerEnvironment(`127.0.0.1:${socket.remotePort}`, port);
    expect(environment("SSH_AUTH_SOCK")).toBe("/of/the/child=1");
    expect(environment("HOME")).toBeUndefined();
    for (const other of others) other.destroy();
    elsewhere.close();
    socket.destroy();
    server.close();
    await new Promise((resolve) => child.once("exit", resolve));
  });
});

/** A real ssh-agent that holds the server's key. */
async function startAgent(server: LoopbackSshd) {
  const socket = path.join(server.directory, "agent");
  const keyFile = path.join(server.directory, "agent-key");
  fs.writeFileSync(keyFile, server.key.private, { mode: 0o600 });
  const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  while (!fs.existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
  const added = spawn("ssh-add", ["-q", keyFile], {
    env: { ...process.env, SSH_AUTH_SOCK: socket },
    stdio: "ignore",
  });
  await new Promise((resolve) => added.once("exit", resolve));
  return {
    socket,
    stop: () =>
      new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.kill();
      }),
  };
}
