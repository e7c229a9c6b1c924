import * as fs from "node:fs";
import * as path from "node:path";

/** The process of an engine, as a plugin of its own would inherit it. */
export interface Caller {
  readonly environment: NodeJS.ProcessEnv;
  /** Directory of its program, where plugins run. */
  readonly directory: string;
}

/**
 * The environment of the process on the other end of a loopback connection to `port`: the engine's. A real
 * provider is the engine's child and inherits it (`SSH_AUTH_SOCK`, tokens); this process was
 * started by an earlier command and may hold another. Read from /proc when first asked for; where
 * that cannot be (not Linux, another user's engine), this process's own environment stands in.
 */
export function callerEnvironment(
  peer: string,
  port: number,
): (name: string) => string | undefined {
  let found: NodeJS.ProcessEnv | undefined;
  return (name) => {
    found ??= callerProcess(peer, port).environment;
    return found[name];
  };
}

/** That process as a plugin inherits it; where it cannot be read, this very one. */
export function callerProcess(peer: string, port: number): Caller {
  const pid = processBehind(Number(peer.split(":").at(-1)), port);
  const directory = linkOf(`/proc/${pid}/cwd`) ?? process.cwd();
  return {
    environment: environmentOf(pid) ?? process.env,
    directory: programIn(directory) ?? directory,
  };
}

/** The nearest directory upwards that holds a program of Pulumi. */
function programIn(directory: string): string | undefined {
  if (fs.existsSync(path.join(directory, "Pulumi.yaml"))) return directory;
  const above = path.dirname(directory);
  return above === directory ? undefined : programIn(above);
}

/** How often a connection is looked for: the kernel's tables change while they are read, and one is missed at times. */
const looks = 5;

/** The pid that holds the established TCP connection between these ports. */
function processBehind(from: number, to: number): string | undefined {
  for (let look = 0; look < looks; look += 1) {
    const found = holderOf(socketOf(from, to));
    if (found !== undefined) return found;
  }
  return undefined;
}

function holderOf(socket: string | undefined): string | undefined {
  if (!socket) return undefined;
  return entries("/proc").find(
    (pid) =>
      /^\d+$/.test(pid) &&
      entries(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === socket),
  );
}

/**
 * `socket:[inode]` of its near end; columns as in proc_pid_net(5). Both ports count: others may hold the same one towards
 * somebody else.
 */
function socketOf(from: number, to: number): string | undefined {
  const established = "01";
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of (read(table) ?? "").split("\n").slice(1)) {
      const [, near, far, state, , , , , , inode] = line.trim().split(/\s+/);
      if (portIn(near) === from && portIn(far) === to && state === established) {
        return `socket:[${inode}]`;
      }
    }
  }
  return undefined;
}

/** `0100007F:1F90` */
function portIn(address = ""): number {
  return Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
}

function environmentOf(pid: string | undefined): NodeJS.ProcessEnv | undefined {
  const block = pid === undefined ? undefined : read(`/proc/${pid}/environ`);
  if (block === undefined) return undefined;
  return Object.fromEntries(
    block
      .split("\0")
      .filter((entry) => entry.includes("="))
      .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
  );
}

function entries(directory: string): string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

function linkOf(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
