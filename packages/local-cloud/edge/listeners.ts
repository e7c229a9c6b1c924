/** Which processes accept connections at an address, told by /proc. */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** `TCP_LISTEN` as the kernel prints it. */
const listen = "0A";

/** Whether a process holds a socket that listens at an IPv4 address and port. False for one that is gone. */
export function listensAt(pid: number, address: string, port: number): boolean {
  const inodes = new Set(socketsAt(address, port));
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const target = link(`/proc/${pid}/fd/${fd}`);
      return inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "");
    });
  } catch {
    return false;
  }
}

function socketsAt(address: string, port: number): string[] {
  const host = address.split(".").map((part) => hex(Number(part), 2));
  // The kernel prints an address as the number that it is in this machine's order of bytes.
  const wanted = `${host.reverse().join("")}:${hex(port, 4)}`;
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1);
  return lines.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    return fields[1] === wanted && fields[3] === listen ? [fields[9] ?? ""] : [];
  });
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
}
