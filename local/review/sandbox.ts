import { execFile } from "node:child_process";
import * as os from "node:os";
import * as path from "node:path";

/** Directories and files in a home directory that hold credentials. */
const secretPlaces = [
  ".aws",
  ".azure",
  ".config",
  ".docker",
  ".gnupg",
  ".kube",
  ".netrc",
  ".npmrc",
  ".pulumi",
  ".ssh",
  ".git-credentials",
] as const;

/** Variables a reviewed program gets; everything else, every credential above all, stays outside. */
const passed = ["PATH", "LANG", "LC_ALL", "TZ", "TERM", "BERTH_NOW"] as const;

/** The environment of the comparison: nothing of the caller's but these, and a home of its own. */
export function cleanEnvironment(env: NodeJS.ProcessEnv, scratch: string): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(passed.flatMap((name) => (env[name] ? [[name, env[name]]] : []))),
    HOME: path.join(scratch, "home"),
    TMPDIR: path.join(scratch, "tmp"),
    CI: "true",
  };
}

/** A way to run a command shut in. */
export interface Sandbox {
  /** In words, for the comment. */
  readonly describes: string;
  /** Puts a command behind the walls. */
  readonly wrap: (command: readonly string[]) => readonly string[];
  /** The signal that ends it: `unshare` heeds no other, and with it all processes inside end. */
  readonly ends: NodeJS.Signals;
}

/** No walls: a clean environment alone. */
export const noSandbox: Sandbox = {
  describes: "a clean environment alone: no wall around network, files and processes",
  wrap: (command) => command,
  ends: "SIGTERM",
};

/**
 * The strongest sandbox this computer allows: its own network (loopback alone), processes and mounts;
 * everything read-only but the scratch directory, places of credentials in the home directory empty,
 * no capabilities. As root it needs nothing else; as another user it needs user namespaces. Undefined
 * where neither works, as on macOS or where the kernel forbids it.
 */
export async function findSandbox(scratch: string): Promise<Sandbox | undefined> {
  if (process.platform !== "linux") return undefined;
  const candidates = process.getuid?.() === 0 ? [[]] : [["--user", "--map-root-user"]];
  for (const user of candidates) {
    const sandbox = namespaces(user, scratch);
    const [program = "", ...args] = sandbox.wrap(["true"]);
    if (await succeeds(program, args)) return sandbox;
  }
  return undefined;
}

function namespaces(user: readonly string[], scratch: string): Sandbox {
  return {
    ends: "SIGKILL",
    describes:
      "no network but loopback, files read-only but for a scratch directory, no credentials, no capabilities",
    wrap: (command) => [
      "unshare",
      ...user,
      ...["--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc"],
      "sh",
      "-ec",
      renderWalls(scratch, os.homedir()),
      "walls",
      ...command,
    ],
  };
}

/**
 * The script that puts up the walls and then becomes the command, its arguments. `sh -e`: a wall that
 * cannot be put up ends it, except for mounts of others that may be locked.
 */
export function renderWalls(scratch: string, home: string): string {
  const hide = secretPlaces.map((name) => quote(path.join(home, name))).join(" ");
  return `
PATH="$PATH:/usr/sbin:/sbin"
ip link set lo up
mount --make-rprivate /
for place in ${hide}; do
  if [ -d "$place" ]; then mount -t tmpfs -o ro,size=4k tmpfs "$place"
  elif [ -e "$place" ]; then mount --bind /dev/null "$place"
  fi
done
mount --bind ${quote(scratch)} ${quote(scratch)}
while read -r _ _ _ _ place _; do
  case "$place" in
    ${quote(scratch)}|/proc|/proc/*|/dev|/dev/*) ;;
    *) mount -o remount,bind,ro "$place" 2>/dev/null || true ;;
  esac
done </proc/self/mountinfo
if touch ${quote(path.join(home, ".berth-sandbox-test"))} 2>/dev/null; then
  rm -f ${quote(path.join(home, ".berth-sandbox-test"))}
  echo "the home directory could not be made read-only" >&2
  exit 1
fi
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 20_000 }, (error) => resolve(error === null));
  });
}
