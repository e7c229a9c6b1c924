import * as fs from "node:fs";

import { bindCommands, quote, readMounts, type Place } from "./mounts";

/** Directories of the system: programs and libraries, nothing of a person's. */
const systemPlaces = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/** What programs and libraries need of the system's settings. */
const settings = ["/etc/alternatives", "/etc/ld.so.cache"];
const devices = ["null", "zero", "full", "random", "urandom"];
/** Parts of `/proc` that change or tell of the whole computer. */
const readOnlyProc = ["sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi"];
const hiddenProc = ["kcore", "keys", "kmsg", "kallsyms", "timer_list", "sched_debug", "key-users"];

/** What may not be used up inside, for `prlimit`: no core files, bytes a file, open files, processes. */
const limits = ["--core=0", `--fsize=${2 * 1024 ** 3}`, "--nofile=8192", "--nproc=2048"];

/** Who runs inside: nobody that this computer knows. */
export const strangerUid = 1_888_888_888;

/** How the one who puts up the walls becomes the one who runs inside. */
export type Descent =
  /** Real root becomes a stranger. */
  | "root"
  /** A person's own user namespace, of which the program gets another, without a right in the first. */
  | "person";

/**
 * The script (`bash -e`, in namespaces of its own) that builds a root from a list of places, moves into
 * it, leaves everything else behind, gives up every right and becomes its arguments. A wall that cannot
 * be put up ends it.
 */
export function renderWalls(
  root: string,
  places: readonly Place[],
  descent: Descent,
  uid: number,
): string {
  const mounts = readMounts();
  const [links, directories] = systemDirectories();
  const system = directories.map((from): Place => ({ from }));
  const bound = [...system, ...places].sort((a, b) =>
    (a.at ?? a.from) < (b.at ?? b.from) ? -1 : 1,
  );
  return `
PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin"
umask 022
ip link set lo up
mount --make-rprivate /
root=${quote(root)}
mount -t tmpfs -o mode=755,size=16m,nosuid,nodev tmpfs "$root"
mkdir -p "$root"/etc "$root"/dev/shm "$root"/proc "$root"/run "$root"/tmp "$root"/var "$root"/.old
${links.map(([at, to]) => `ln -s ${quote(to)} "$root"${quote(at)}`).join("\n")}
mount -t tmpfs -o mode=755,size=1m,nosuid,nodev tmpfs "$root"/run
mount -t tmpfs -o mode=1777,size=2g,nosuid,nodev tmpfs "$root"/tmp
mount -t tmpfs -o mode=1777,size=256m,nosuid,nodev tmpfs "$root"/dev/shm
ln -s /run "$root"/var/run
ln -s /tmp "$root"/var/tmp
echo 'reviewer:x:${uid}:${uid}::/tmp:/bin/sh' >"$root"/etc/passwd
echo 'reviewer:x:${uid}:' >"$root"/etc/group
echo '127.0.0.1 localhost' >"$root"/etc/hosts
echo 'hosts: files' >"$root"/etc/nsswitch.conf
${bound.flatMap((place) => bindCommands(place, mounts)).join("\n")}
for device in ${devices.join(" ")}; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root"/dev/fd
ln -s /proc/self/fd/0 "$root"/dev/stdin
ln -s /proc/self/fd/1 "$root"/dev/stdout
ln -s /proc/self/fd/2 "$root"/dev/stderr
mount -t proc -o nosuid,nodev,noexec proc "$root"/proc
${descent === "person" ? `echo 1 >"$root"/proc/sys/user/max_user_namespaces` : ""}
for place in ${readOnlyProc.join(" ")}; do
  [ -e "$root/proc/$place" ] || continue
  mount --bind "$root/proc/$place" "$root/proc/$place"
  mount -o remount,bind,ro,nosuid,nodev,noexec "$root/proc/$place"
done
for place in ${hiddenProc.join(" ")}; do
  [ ! -e "$root/proc/$place" ] || mount --bind /dev/null "$root/proc/$place"
done
hostname review 2>/dev/null || true
cd "$root"
pivot_root . .old
umount -l /.old
rmdir /.old
mount -o remount,bind,ro,nosuid,nodev,relatime /
cd /tmp
unset OLDPWD
# What ancestors left open would be a way out.
for open in /proc/self/fd/*; do
  number=\${open##*/}
  [ "$number" -le 2 ] || eval "exec $number>&-"
done
exec prlimit ${limits.join(" ")} ${descend(descent, uid)} "$@"
`;
}

function descend(descent: Descent, uid: number): string {
  // The signal anew: another account forgets it, and with it all inside ends when `unshare` does.
  const without =
    "--pdeathsig KILL --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=-all";
  return descent === "root"
    ? `setpriv --reuid=${uid} --regid=${uid} --clear-groups ${without} setsid --wait`
    : `unshare --user --map-user=${uid} --map-group=${uid} setpriv ${without} setsid --wait`;
}

/** Links of the system as links, directories and settings to be bound. */
function systemDirectories(): [(readonly [at: string, to: string])[], string[]] {
  const links: (readonly [string, string])[] = [];
  const directories: string[] = [];
  for (const place of [...systemPlaces, ...settings]) {
    const stat = fs.lstatSync(place, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink()) links.push([place, fs.readlinkSync(place)]);
    else if (stat) directories.push(place);
  }
  return [links, directories];
}
