/**
 * What the template of a host consists of. Pure. A change here changes `recipeVersion`, and the
 * next run builds a new template beside the old one.
 */

import { createHash } from "node:crypto";

/** Debian's release that hosts run. */
export const release = "trixie";

/**
 * What the cloud images of Debian and Ubuntu bring and the program counts on. Nothing that the
 * program itself installs belongs here: it would hide that it does not.
 */
export const basePackages = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "libpam-systemd",
  "udev",
  "openssh-server",
  "sudo",
  "ca-certificates",
  "iproute2",
  "iputils-ping",
  "nftables",
  "iptables",
  "procps",
  "cloud-init",
  "unattended-upgrades",
  "curl",
  "git",
  "less",
  "nano",
  "xz-utils",
  "zstd",
] as const;

/** The layer above: Docker and Compose as Debian packages them. */
export const dockerPackages = ["docker.io", "docker-cli", "docker-compose"] as const;

/**
 * Run by mmdebstrap with the new system's directory as `$1`, after the packages are in.
 *
 * - Identity (host keys, machine id) is every host's own: cloud-init and systemd make it.
 * - The apt timers are off, not masked: a host may enable them, but none starts downloading in the
 *   middle of a test.
 * - cloud-init never searches for a cloud: the seed directory is the only source, and the network
 *   is set up from outside before the system starts.
 * - dpkg does not sync to disk: hosts are throw-away, and it halves the time of an installation.
 */
export const preparation = `set -eu
root="$1"
rm -f "$root"/etc/ssh/ssh_host_* "$root"/var/lib/dbus/machine-id "$root"/etc/resolv.conf
: > "$root"/etc/machine-id
chroot "$root" systemctl --quiet enable ssh.service
chroot "$root" systemctl --quiet disable apt-daily.timer apt-daily-upgrade.timer \\
  systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service
cat > "$root"/etc/cloud/cloud.cfg.d/80-local-cloud.cfg <<'END'
datasource_list: [NoCloud]
network: {config: disabled}
END
echo force-unsafe-io > "$root"/etc/dpkg/dpkg.cfg.d/force-unsafe-io
if [ -e "$root"/usr/local/share/ca-certificates ]; then chroot "$root" update-ca-certificates >/dev/null 2>&1; fi
`;

/**
 * Builds the Docker layer in the current directory (`base`, `docker`, `docker.work`), inside a
 * mount namespace of its own, so that an interrupted build leaves no mount behind.
 */
export const dockerLayer = `set -eu
mkdir -p docker docker.work merged
mount -t overlay overlay -o lowerdir=base,upperdir=docker,workdir=docker.work merged
mount --bind /dev merged/dev
mount -t proc proc merged/proc
mount -t tmpfs tmpfs merged/run
cat /etc/resolv.conf > merged/etc/resolv.conf
printf '#!/bin/sh\\nexit 101\\n' > merged/usr/sbin/policy-rc.d
chmod 755 merged/usr/sbin/policy-rc.d
DEBIAN_FRONTEND=noninteractive chroot merged apt-get -qy install --no-install-recommends ${dockerPackages.join(" ")}
chroot merged apt-get clean
rm merged/usr/sbin/policy-rc.d merged/etc/resolv.conf
umount merged/run merged/proc merged/dev merged
rm -rf docker.work merged
`;

/** Names this recipe for one processor architecture; 12 hex digits. */
export function recipeVersion(architecture: string): string {
  const parts = [release, architecture, basePackages, preparation, dockerLayer];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}
