import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { utils } from "ssh2";

import { thisComputer } from "../../ground/computer";

/** A real OpenSSH server on a free loopback port, for one test file. */
export interface LoopbackSshd {
  readonly port: number;
  /** The account to log in as: the one that runs the tests. */
  readonly user: string;
  /** authorized_keys lines of its host keys. */
  readonly hostKeys: { readonly ed25519: string; readonly ecdsa: string };
  /** A private key that it lets in, as text, and the line of its public half. */
  readonly key: { readonly private: string; readonly public: string };
  /** A folder that goes with the server. */
  readonly directory: string;
  stop(): Promise<void>;
}

/**
 * Starts it with the given extra lines of sshd_config. Uses the machine's own sshd, or else, on a
 * Debian-family system, unpacks the distribution's package into the cache: nothing is installed
 * and no service starts.
 */
export async function startSshd(extra: readonly string[] = []): Promise<LoopbackSshd> {
  const { sshd, libraries } = findSshd();
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-sshd-"));
  const file = (name: string, text: string, mode = 0o600) => {
    fs.writeFileSync(path.join(directory, name), text, { mode });
    return path.join(directory, name);
  };
  const ed25519 = utils.generateKeyPairSync("ed25519");
  const ecdsa = utils.generateKeyPairSync("ecdsa", { bits: 256 });
  const key = utils.generateKeyPairSync("ed25519");
  const config = file(
    "sshd_config",
    [
      `HostKey ${file("host_ed25519", ed25519.private)}`,
      `HostKey ${file("host_ecdsa", ecdsa.private)}`,
      `AuthorizedKeysFile ${file("authorized_keys", `${key.public}\n`)}`,
      "PidFile none",
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "AcceptEnv BERTH_*",
      "Subsystem sftp internal-sftp",
      "",
      ...extra,
      "",
    ].join("\n"),
  );
  const { child, port } = await listening((free) =>
    run(sshd, libraries, ["-f", config, "-o", `ListenAddress=127.0.0.1:${free}`], file),
  );
  return {
    port,
    user: os.userInfo().username,
    hostKeys: { ed25519: `${ed25519.public} test`, ecdsa: `${ecdsa.public} test` },
    key: { private: key.private, public: key.public },
    directory,
    stop: async () => {
      await ended(child);
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** As root sshd wants an account of its own, which a private view of the accounts gives it. */
function run(
  sshd: string,
  libraries: string | undefined,
  options: readonly string[],
  file: (name: string, text: string, mode?: number) => string,
): ChildProcess {
  const env = libraries ? { ...process.env, LD_LIBRARY_PATH: libraries } : process.env;
  const streams = { env, stdio: ["ignore", "ignore", "pipe"] as ["ignore", "ignore", "pipe"] };
  const args = ["-D", "-e", ...options];
  if (process.getuid?.() !== 0) return spawn(sshd, args, streams);
  const accounts = ["root:x:0:0:root:/root:/bin/sh", "sshd:x:101:65534::/run/sshd:/bin/false"];
  const passwd = file("passwd", `${accounts.join("\n")}\n`, 0o644);
  const shadow = file("shadow", "root:*:20000::::::\nsshd:*:20000::::::\n");
  const script =
    'mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/shadow && mount -t tmpfs -o mode=755 tmpfs /run && mkdir /run/sshd && shift 2 && exec "$@"';
  return spawn(
    "unshare",
    ["--mount", "--", "sh", "-c", script, "sh", passwd, shadow, sshd, ...args],
    streams,
  );
}

function findSshd(): { sshd: string; libraries?: string } {
  const folders = ["/usr/sbin", ...(process.env["PATH"] ?? "").split(":")];
  const installed = folders
    .map((folder) => path.join(folder, "sshd"))
    .find((candidate) => fs.existsSync(candidate));
  return installed ? { sshd: installed } : unpackedSshd();
}

function unpackedSshd(): { sshd: string; libraries?: string } {
  const shelf = path.join(thisComputer().cache, "sshd");
  const sshd = path.join(shelf, "usr/sbin/sshd");
  if (!fs.existsSync(sshd)) {
    fs.mkdirSync(thisComputer().cache, { recursive: true });
    const scratch = fs.mkdtempSync(`${shelf}-`);
    try {
      execFileSync("apt-get", ["-q", "download", "openssh-server", "libwrap0"], {
        cwd: scratch,
        stdio: ["ignore", "ignore", "pipe"],
      });
      for (const name of fs.readdirSync(scratch).filter((entry) => entry.endsWith(".deb"))) {
        execFileSync("dpkg", ["-x", path.join(scratch, name), path.join(scratch, "root")]);
      }
      if (!fs.existsSync(sshd)) fs.renameSync(path.join(scratch, "root"), shelf);
    } catch (error) {
      throw new Error(
        "these tests need OpenSSH's server: install the package openssh-server (it need not run), or on a Debian-family system run apt-get update, so that it can be fetched",
        { cause: error },
      );
    } finally {
      fs.rmSync(scratch, { recursive: true, force: true });
    }
  }
  const folders = fs.readdirSync(path.join(shelf, "usr/lib"));
  const multiarch = folders.find((folder) => folder.endsWith("-linux-gnu"));
  return { sshd, libraries: path.join(shelf, "usr/lib", multiarch ?? "") };
}

/**
 * A port that nobody listens on at this moment, below those that Linux hands out by itself (32768
 * and up), so that neither another test's server nor an outgoing connection comes by it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await new Promise<boolean>((resolve) => {
      const server = net.createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/**
 * The server, once it says itself that it listens: that something answers on the port does not show
 * that it is this one. Where the port was taken meanwhile, the next is tried.
 */
async function listening(
  start: (port: number) => ChildProcess,
): Promise<{ child: ChildProcess; port: number }> {
  let said = "";
  for (let tries = 0; tries < 5; tries += 1) {
    const port = await freePort();
    const child = start(port);
    const listens = await new Promise<boolean>((resolve) => {
      child.once("exit", () => resolve(false));
      child.stderr!.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes(`Server listening on 127.0.0.1 port ${port}.`)) resolve(true);
      });
    });
    if (listens) return { child, port };
  }
  throw new Error(`sshd does not listen:\n${said}`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
