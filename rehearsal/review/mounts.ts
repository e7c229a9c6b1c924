import * as fs from "node:fs";
import * as path from "node:path";

/** A place of this computer that is seen inside the walls, at the same path unless `at` says so. */
export interface Place {
  readonly from: string;
  readonly at?: string;
  readonly write?: boolean;
}

/** A mount of this computer. */
interface Mounted {
  readonly at: string;
  readonly flags: readonly string[];
}

/** What a mount of others may forbid, and a user namespace may therefore not allow again. */
const kept = ["nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"];

/**
 * The commands that bind a place into the new root, below `"$root"`: with every mount that lies on it,
 * each read-only unless it is to be written, without devices and set-uid programs.
 */
export function bindCommands(place: Place, mounts: readonly Mounted[]): readonly string[] {
  const from = fs.realpathSync(place.from);
  const at = place.at ?? place.from;
  const target = quote(at);
  const isDirectory = fs.statSync(from).isDirectory();
  const below = mounts.filter((mount) => mount.at.startsWith(`${from}/`)).map(({ at }) => at);
  const parts = ["", ...new Set(below.map((mount) => mount.slice(from.length)))];
  return [
    isDirectory
      ? `mkdir -p "$root"${target}`
      : `mkdir -p "$root"${quote(path.dirname(at))}; [ -e "$root"${target} ] || : >"$root"${target}`,
    `mount --rbind ${quote(from)} "$root"${target}`,
    ...parts.map((part) => {
      const flags = flagsAt(`${from}${part}`, mounts);
      const options = ["remount", "bind", "nosuid", "nodev", ...flags, place.write ? "rw" : "ro"];
      return `mount -o ${[...new Set(options)].join(",")} "$root"${quote(`${at}${part}`)}`;
    }),
  ];
}

function flagsAt(place: string, mounts: readonly Mounted[]): readonly string[] {
  const over = mounts.filter(({ at }) => at === "/" || at === place || place.startsWith(`${at}/`));
  // The longest, and of several at one place the last, which lies on top.
  const top = over.reduce<Mounted | undefined>(
    (best, mount) => (best === undefined || mount.at.length >= best.at.length ? mount : best),
    undefined,
  );
  return (top?.flags ?? []).filter((flag) => kept.includes(flag));
}

/** The mounts of this process, in the order of `/proc/self/mountinfo`. */
export function readMounts(text = fs.readFileSync("/proc/self/mountinfo", "utf8")): Mounted[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [, , , , at = "", flags = ""] = line.split(" ");
      const plain = at.replaceAll(/\\([0-7]{3})/g, (_, code: string) =>
        String.fromCharCode(parseInt(code, 8)),
      );
      return { at: plain, flags: flags.split(",") };
    });
}

/** A text as one word of a shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
