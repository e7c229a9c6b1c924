/**
 * The processes of a running host. One supervisor a host: a shell in mount and pid namespaces of
 * its own that mounts the host's disk, makes its network and runs systemd-nspawn again after every
 * reboot. It outlives the program that started it. Killing it ends every process of the host, and
 * its mounts, network namespace and cable go with the namespaces.
 */

import { spawn } from "node:child_process";
import {
  existsSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
} from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostDirectory, fileNameOf, type Layout, linkOf } from "./layout";
import {
  childrenOf,
  identify,
  isAlive,
  noted,
  type ProcessIdentity,
  signal,
  waitUntil,
} from "./process";
import type { HostSpec } from "./spec";

/**
 * Runs in the host's directory. Notes on what is not obvious:
 *
 * - Without systemd on the machine all hosts would share one cgroup and come up degraded: each
 *   supervisor makes one of its own in every hierarchy (a cpuset needs cpus and mems first).
 * - A cgroup for every boot: in a unified hierarchy the one before keeps its controllers switched on
 *   for the groups below, and then takes no process itself.
 * - The tmpfs mounts keep nspawn's locks and the network namespace's name off the machine.
 * - A network namespace made here, not nspawn's own: the address is there before the system
 *   starts, and what a host did to its packet filter is gone after a reboot, as on a real machine.
 * - Docker inside: no seccomp filter (keyctl, bpf), /proc/sys/net writable, and its data bound to
 *   the machine's file system, because overlay on overlay fails while dockerd still says active.
 * - nspawn with --keep-unit ends with 133 when the system asks for a reboot.
 */
const supervise = `set -eu
mkdir -p /run/systemd/nspawn /run/netns
mount -t tmpfs tmpfs /run/systemd/nspawn
mount -t tmpfs tmpfs /run/netns
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=upper,workdir=work" root
hierarchies=$(awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts)
join() {
  for top in $hierarchies; do
    [ -w "$top/cgroup.procs" ] || continue
    mkdir -p "$top/$CGROUP/$1"
    at="$top"
    for part in $(echo "$CGROUP/$1" | tr / ' '); do
      for set in cpuset.cpus cpuset.mems; do
        if [ -e "$at/$set" ] && [ -e "$at/$part/tasks" ]; then cat "$at/$set" > "$at/$part/$set"; fi
      done
      at="$at/$part"
    done
    echo 0 > "$at/cgroup.procs"
  done
}
delegate() {
  for group in /sys/fs/cgroup/$CGROUP/.. /sys/fs/cgroup/$CGROUP; do
    [ -e "$group/cgroup.subtree_control" ] || continue
    for controller in $(cat "$group/cgroup.controllers"); do
      echo "+$controller" > "$group/cgroup.subtree_control" || true
    done
  done 2>/dev/null
}
join supervisor
delegate
boot=0
while :; do
  boot=$((boot + 1))
  . ./network.env
  ip netns delete host 2>/dev/null || true
  ip link delete "$LINK" 2>/dev/null || true
  ip netns add host
  ip link add "$LINK" type veth peer name host0 netns host
  ip link set "$LINK" up
  ip route replace "$ADDRESS/32" dev "$LINK" src "$GATEWAY"
  ip -n host link set lo up
  ip -n host link set host0 up
  ip -n host address add "$ADDRESS/32" dev host0
  ip -n host route add "$GATEWAY/32" dev host0
  ip -n host route add default via "$GATEWAY"
  if [ -n "$ADDRESS6" ]; then
    ip address add fe80::1/64 dev "$LINK" nodad
    ip -6 route replace "$ADDRESS6/128" dev "$LINK" src "$GATEWAY6"
    ip -n host address add "$ADDRESS6/128" dev host0 nodad
    ip -n host -6 route add default via fe80::1 dev host0
  fi
  : > booting
  status=0
  (
    join "boot-$boot"
    exec env SYSTEMD_SECCOMP=0 SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 \\
      SYSTEMD_NSPAWN_API_VFS_WRITABLE=network systemd-nspawn --quiet --boot --directory=root \\
      --machine="$NAME" --network-namespace-path=/run/netns/host --register=no --keep-unit \\
      --resolv-conf=off --timezone=off --link-journal=no --capability=all --console=read-only \\
      --bind="$PWD/docker:/var/lib/docker" --bind="$PWD/containerd:/var/lib/containerd" \\
      </dev/null >>console.log 2>&1 9>&-
  ) || status=$?
  for top in $hierarchies; do
    find "$top/$CGROUP/boot-$boot" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  [ "$status" = 133 ] || break
done
echo "$status" > ended
`;

/**
 * Writes its own pid and start before it becomes `unshare`, so that a crash right here leaves a
 * trace; the lock keeps a second supervisor from a disk in use, also in the moment before that.
 */
const enter = `exec 9>lock
flock --nonblock 9 || exit 75
echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" > supervisor
exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc sh -c "$1"`;

/** Handed on to every host's supervisor: whoever set it finds them by it in /proc, whatever became of their cloud. */
export const mark = "LOCAL_CLOUD_MARK";

/** Starts a host whose disk is prepared; answers when its system has been started. */
export async function startSupervisor(
  layout: Layout,
  host: Pick<HostSpec, "id" | "name" | "address" | "address6">,
  lower: readonly string[],
): Promise<void> {
  const directory = hostDirectory(layout, host.id);
  await rm(join(directory, "booting"), { force: true });
  await rm(join(directory, "ended"), { force: true });
  await writeNetwork(layout, host);
  const log = openSync(join(directory, "supervisor.log"), "a");
  const child = spawn("sh", ["-c", enter, "supervisor", supervise], {
    cwd: directory,
    detached: true,
    stdio: ["ignore", log, log],
    env: {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      LOWER: lower.join(":"),
      CGROUP: `${layout.cgroup}/${fileNameOf(host.id)}`,
      LINK: linkOf(layout, host.id),
      NAME: host.name,
      ...(process.env[mark] === undefined ? {} : { [mark]: process.env[mark] }),
    },
  });
  closeSync(log);
  let status: number | undefined;
  child.on("exit", (code) => (status = code ?? 1));
  child.on("error", () => (status = 1));
  child.unref();
  // Refused by the lock: a supervisor that an owner started in its last moment is at work already.
  const begun = () => status === 75 || existsSync(join(directory, "booting"));
  await waitUntil(() => begun() || status !== undefined, 30_000);
  if (begun() && supervisorOf(layout, host.id)) return;
  await killSupervisor(layout, host.id);
  const said = (await readFile(join(directory, "supervisor.log"), "utf8")).trim();
  throw new Error(`host ${host.name} could not start: ${said.split("\n").slice(-4).join("; ")}`);
}

/** The addresses that the host's next boot comes up with. */
export async function writeNetwork(
  layout: Layout,
  { id, address, address6 = "" }: Pick<HostSpec, "id" | "address" | "address6">,
): Promise<void> {
  const text = [
    ...[`ADDRESS=${address}`, `GATEWAY=${layout.gateway}`],
    ...[`ADDRESS6=${address6}`, `GATEWAY6=${layout.gateway6}`, ""],
  ].join("\n");
  await writeFile(join(hostDirectory(layout, id), "network.env"), text);
}

/** The supervisor of a host while it runs. */
export function supervisorOf(layout: Layout, id: string): ProcessIdentity | undefined {
  return supervisorIn(hostDirectory(layout, id));
}

function supervisorIn(directory: string): ProcessIdentity | undefined {
  return noted(join(directory, "supervisor"));
}

/**
 * The host's first process (its systemd), as this machine numbers it. Told by its pid namespace: a
 * supervisor that has only begun runs small programs in the same place.
 */
export function leaderOf(supervisor: ProcessIdentity): ProcessIdentity | undefined {
  for (const shell of childrenOf(supervisor.pid)) {
    const outside = processNamespace(shell);
    for (const container of childrenOf(shell)) {
      for (const child of childrenOf(container)) {
        const inside = processNamespace(child);
        if (inside !== undefined && inside !== outside) return identify(child);
      }
    }
  }
  return undefined;
}

/** The shell of a supervisor, which sees the host's network namespace by its name. */
export function shellOf(supervisor: ProcessIdentity): number | undefined {
  return childrenOf(supervisor.pid)[0];
}

function processNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** Pulls the plug: ends every process of a host and clears its cgroups. */
export async function killSupervisor(layout: Layout, id: string): Promise<void> {
  await killIn(hostDirectory(layout, id));
  await clearCgroups(`${layout.cgroup}/${fileNameOf(id)}`);
}

/** Pulls the plug of every host, also of half-made ones and of those whose files are gone. */
export async function killAll(layout: Layout): Promise<void> {
  const machines = join(layout.home, "machines");
  const names = existsSync(machines) ? readdirSync(machines) : [];
  await Promise.all(names.map((name) => killIn(join(machines, name))));
  await clearCgroups(layout.cgroup);
}

async function killIn(directory: string): Promise<void> {
  const supervisor = supervisorIn(directory);
  if (!supervisor) return;
  for (const shell of childrenOf(supervisor.pid)) {
    const first = identify(shell);
    if (first) signal(first, "SIGKILL");
  }
  signal(supervisor, "SIGKILL");
  await waitUntil(() => !isAlive(supervisor), 10_000);
}

/** Every mounted cgroup hierarchy. */
function hierarchies(): string[] {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
    .flatMap(([, path]) => (path === undefined ? [] : [path]));
}

/** A cgroup of the local cloud in every hierarchy that has it. */
export function cgroupsAt(path: string): string[] {
  return hierarchies()
    .map((top) => join(top, path))
    .filter((group) => existsSync(group));
}

/** Ends what still runs in a cgroup and removes it; refuses when that takes ten seconds. */
export async function clearCgroups(path: string): Promise<void> {
  const cleared = await waitUntil(() => {
    const left = cgroupsAt(path);
    for (const group of left) removeGroup(group);
    return cgroupsAt(path).length === 0;
  }, 10_000);
  if (!cleared) throw new Error(`processes in the cgroup ${path} do not end`);
}

function removeGroup(group: string): void {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroup(join(group, entry.name));
    }
    for (const pid of readFileSync(join(group, "cgroup.procs"), "utf8").split("\n")) {
      const identity = pid === "" ? undefined : identify(Number(pid));
      if (identity) signal(identity, "SIGKILL");
    }
    rmdirSync(group);
  } catch {
    // Busy until its last process is gone, or gone itself: the caller asks again.
  }
}
