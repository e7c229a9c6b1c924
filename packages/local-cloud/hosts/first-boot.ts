/** What a new host finds on its disk at its first boot: the seed that real cloud-init reads. Pure. */

import type { HostSpec } from "./spec";

/** A file to write below the host's root. */
export interface BootFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

// Below directories that are open to all: a directory made in an overlay's upper layer replaces
// the mode of the one below it, so writing to /root here would open it.
const seedDirectory = "var/lib/cloud/seed/nocloud";
const seedScript = "var/lib/cloud/seed/first-boot.sh";

/**
 * The files of a host's first boot; `names`: further lines of its own list of names. cloud-init's NoCloud source stands in for the cloud's own: it
 * needs no network, so a boot takes a second less and cannot depend on the emulator's timing. What
 * a cloud says about its initial account is in its image's configuration, here as there.
 */
export function firstBootFiles(
  spec: HostSpec,
  resolver: string,
  names: readonly string[] = [],
): BootFile[] {
  const files: BootFile[] = [
    { path: "etc/hostname", content: `${spec.name}\n`, mode: 0o644 },
    // As cloud images have it: without its own name here, sudo asks the name server every time.
    {
      path: "etc/hosts",
      content: [
        ...["127.0.0.1 localhost", `127.0.1.1 ${spec.name}`, "::1 localhost ip6-localhost"],
        ...[...names, ""],
      ].join("\n"),
      mode: 0o644,
    },
    { path: "etc/resolv.conf", content: resolver, mode: 0o644 },
    {
      path: "etc/cloud/cloud.cfg.d/90-image.cfg",
      content: JSON.stringify(imageConfiguration(spec), undefined, 1) + "\n",
      mode: 0o644,
    },
    {
      path: `${seedDirectory}/meta-data`,
      content: JSON.stringify({
        // A clone is another instance: cloud-init then does its first-boot work again.
        "instance-id": spec.id.replaceAll("/", "-"),
        "local-hostname": spec.name,
        "public-keys": spec.authorizedKeys ?? [],
      }),
      mode: 0o644,
    },
    // Empty user data is a file all the same: without it cloud-init finds no source at all.
    {
      path: `${seedDirectory}/user-data`,
      content: spec.userData ?? seedUserData(spec),
      mode: 0o600,
    },
  ];
  if (spec.seed?.script !== undefined) {
    files.push({ path: seedScript, content: spec.seed.script, mode: 0o700 });
  }
  return files;
}

function imageConfiguration(spec: HostSpec): unknown {
  const ubuntu = spec.login === "ubuntu";
  return {
    disable_root: ubuntu,
    system_info: {
      default_user: ubuntu
        ? {
            name: "ubuntu",
            lock_passwd: true,
            gecos: "Ubuntu",
            groups: ["adm", "cdrom", "dip", "sudo"],
            sudo: ["ALL=(ALL) NOPASSWD:ALL"],
            shell: "/bin/bash",
          }
        : { name: "root" },
    },
    // What someone did to the machine before the program came to it.
    ...(spec.seed?.script === undefined ? {} : { runcmd: seedCommands(spec) }),
  };
}

/** Docker first: cloud-init's last stage does not wait for it. */
function seedCommands(spec: HostSpec): string[][] {
  const docker = spec.docker === false ? [] : [["systemctl", "start", "docker.service"]];
  return [...docker, ["sh", `/${seedScript}`]];
}

function seedUserData(spec: HostSpec): string {
  const keys = Object.entries(spec.seed?.hostKeys ?? {}).flatMap(([type, pair]) => [
    [`${type}_private`, pair.private] as const,
    [`${type}_public`, pair.public.trim()] as const,
  ]);
  if (keys.length === 0) return "";
  return `#cloud-config\n${JSON.stringify({ ssh_keys: Object.fromEntries(keys) })}\n`;
}
