import { runProgram } from "../../engine/program";
import * as fs from "node:fs";
import * as path from "node:path";

import type { Place } from "./mounts";
import { renderWalls, strangerUid, type Descent } from "./walls";

/** Variables a reviewed program gets of the caller's; every other, credentials above all, stays outside. */
const passed = ["LANG", "LC_ALL", "TZ", "TERM", "BERTH_NOW"] as const;

/** Where programs are inside, besides those that a comparison brings. */
const systemPath = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** The environment of what runs inside: nothing of the caller's but these, and a home of its own. */
export function cleanEnvironment(
  env: NodeJS.ProcessEnv,
  home: string,
  programs: readonly string[],
): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(passed.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
    PATH: [...programs, ...systemPath].join(path.delimiter),
    HOME: home,
    USER: "reviewer",
    TMPDIR: "/tmp",
    CI: "true",
  };
}

/** A way to run a command shut in. */
export interface Sandbox {
  /** In words, for the comment. */
  readonly describes: string;
  /** Who runs inside, where that is somebody else: what is to be written has to be theirs. */
  readonly uid: number | undefined;
  /** Puts a command behind the walls. `root`: an empty directory, which becomes `/` inside. */
  readonly wrap: (
    root: string,
    places: readonly Place[],
    command: readonly string[],
  ) => readonly string[];
  /** The signal that ends it: `unshare` heeds no other, and with it all processes inside end. */
  readonly ends: NodeJS.Signals;
}

/** No walls: a clean environment alone. */
export const noSandbox: Sandbox = {
  describes: "a clean environment alone: no wall around network, files and processes",
  uid: undefined,
  wrap: (_root, _places, command) => command,
  ends: "SIGTERM",
};

/**
 * The sandbox of this computer: an account of nobody's without rights, in a root of its own that holds
 * what it is given and the system's programs, its own processes, and a network of loopback alone. Root
 * puts it up and steps down; another person needs user namespaces. Undefined where it cannot be put up,
 * as on macOS, or where the kernel or a container forbids it.
 */
export async function findSandbox(): Promise<Sandbox | undefined> {
  if (process.platform !== "linux") return undefined;
  const sandbox = process.getuid?.() === 0 ? behind("root", []) : behind("person", ownNamespace);
  const root = fs.mkdtempSync(path.join(fs.realpathSync("/tmp"), "berth-walls-"));
  try {
    const node = { from: process.execPath };
    const [program = "", ...args] = sandbox.wrap(root, [node], [process.execPath, "-e", "0"]);
    return (await succeeds(program, args)) ? sandbox : undefined;
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

const ownNamespace = ["--user", "--map-root-user"];

function behind(descent: Descent, user: readonly string[]): Sandbox {
  const uid = descent === "root" ? strangerUid : Math.max(process.getuid?.() ?? 0, 1);
  return {
    ends: "SIGKILL",
    uid: descent === "root" ? uid : undefined,
    describes:
      "no network but loopback, no file but the program, the system's and a scratch directory, " +
      "no credentials, an account without rights",
    wrap: (root, places, command) => [
      "unshare",
      ...user,
      ...["--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child", "--mount"],
      "bash",
      "-ec",
      renderWalls(root, places, descent, uid),
      "walls",
      ...command,
    ],
  };
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  const how = { signal: AbortSignal.timeout(20_000) };
  return runProgram(program, args, how).then(
    ({ code }) => code === 0,
    () => false,
  );
}
