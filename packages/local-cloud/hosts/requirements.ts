/** What a machine needs before hosts can boot on it, and getting it. */

import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { run } from "./process";

/** Whether hosts can boot here; where not, why and what to do about it. */
export type Bootable =
  { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly fix: string };

/** Told what happens while something long runs; one short sentence each time. */
export type Progress = (message: string) => void;

/** Programs that are called, with the Debian package that brings each. */
const programs: Readonly<Record<string, string>> = {
  "systemd-nspawn": "systemd-container",
  mmdebstrap: "mmdebstrap",
  nft: "nftables",
  haproxy: "haproxy",
  ip: "iproute2",
  unshare: "util-linux",
  nsenter: "util-linux",
};

const keyrings = [
  "/usr/share/keyrings/debian-archive-trixie-stable.gpg",
  "/usr/share/keyrings/debian-archive-trixie-stable.pgp",
];

/** Debian packages this machine still lacks, sorted; empty where everything is there. */
export function missingPackages(): string[] {
  const missing = Object.entries(programs)
    .filter(([program]) => !onPath(program))
    .map(([, name]) => name);
  if (!keyrings.some((file) => existsSync(file))) missing.push("debian-archive-keyring");
  return [...new Set(missing)].sort();
}

function onPath(program: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/bin"];
  return folders.some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Bits of CapEff: what mounting and networking take (linux/capability.h). */
const neededCapabilities = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n };

/**
 * Whether hosts can boot here. Packages that are missing do not count where `installRequirements`
 * can get them. Changes nothing.
 */
export function canBoot(): Bootable {
  if (process.platform !== "linux") {
    return refusal(
      `hosts boot on Linux only, and this is ${process.platform}`,
      "use a Linux machine, virtual machine or CI runner; previews work here as they are",
    );
  }
  if (process.getuid?.() !== 0) {
    return refusal("hosts boot as root only", "run the same command under: sudo -E env PATH=$PATH");
  }
  const status = readFileSync("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  for (const [name, bit] of Object.entries(neededCapabilities)) {
    if (((effective >> bit) & 1n) === 0n) {
      return refusal(
        `this root may not mount or make networks (${name} is missing: a container?)`,
        "use the machine itself, a virtual machine, or a container started with --privileged",
      );
    }
  }
  const missing = missingPackages();
  if (missing.length > 0 && !onPath("apt-get")) {
    return refusal(
      `this machine lacks ${missing.join(", ")}`,
      `install what your distribution calls these Debian packages: ${missing.join(" ")}`,
    );
  }
  return { ok: true };
}

function refusal(reason: string, fix: string): Bootable {
  return { ok: false, reason, fix };
}

/** The one command that installs what is missing, or undefined where nothing is. */
export function installCommand(): string | undefined {
  const missing = missingPackages();
  if (missing.length === 0) return undefined;
  return `apt-get update && apt-get install -y --no-install-recommends ${missing.join(" ")}`;
}

/**
 * Installs what is missing, saying so first. Refuses where hosts cannot boot at all (the reason
 * and the fix), and where apt fails (apt's own words and the command).
 */
export async function installRequirements(progress: Progress): Promise<void> {
  const bootable = canBoot();
  if (!bootable.ok) throw new Error(`${bootable.reason}; ${bootable.fix}`);
  const missing = missingPackages();
  if (missing.length === 0) return;
  progress(`installing with apt: ${missing.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run(["apt-get", "-q", "update"], { env });
    await run(["apt-get", "-qy", "install", "--no-install-recommends", ...missing], { env });
  } catch (error) {
    throw new Error(
      `could not install what hosts need; run \`${installCommand()}\` by hand: ${String(error)}`,
      { cause: error },
    );
  }
}
