// @ts-check
"use strict";

/*
 * What somebody would try from inside the sandbox: `node hostile.js <targets as JSON>`. Prints what
 * was reached, a line each, as JSON; an empty list is a wall that holds. Runs alone there, without
 * the clone's packages.
 */

const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");

/** @type {{ secrets: string[], writable: string[], sockets: string[], port: number, pid: number, canary: string, node: string }} */
const targets = JSON.parse(process.argv[2] ?? "{}");
/** @type {string[]} */
const reached = [];

/** @param {string} what @param {() => unknown} attempt */
function attempt(what, attempt) {
  try {
    if (attempt() !== false) reached.push(what);
  } catch {
    // Held.
  }
}

/** @param {string} what @param {import("node:net").NetConnectOpts} to */
function connect(what, to) {
  return new Promise((resolve) => {
    const socket = net.connect(to, () => {
      reached.push(what);
      socket.destroy();
      resolve(undefined);
    });
    socket.on("error", resolve);
    socket.setTimeout(2000, () => resolve(socket.destroy()));
  });
}

/** @param {string} text */
const shell = (text) => execFileSync("sh", ["-ec", text], { stdio: "pipe" });

async function main() {
  // Files of this computer, of its people, and of the clone's history.
  for (const file of [...targets.secrets, "/etc/shadow", "/etc/ssh", "/var/lib", "/sys", "/boot"]) {
    attempt(`read ${file}`, () =>
      fs.statSync(file).isDirectory() ? fs.readdirSync(file) : fs.readFileSync(file),
    );
  }
  for (const place of [...targets.writable, "/", "/usr", "/usr/bin", "/etc", "/dev", "/opt"]) {
    attempt(`wrote ${place}`, () => fs.writeFileSync(path.join(place, "hostile"), "x"));
  }
  attempt("wrote node", () => fs.closeSync(fs.openSync(targets.node, "r+")));

  // The kernel's settings, and devices.
  for (const file of [
    "sys/kernel/core_pattern",
    "sys/kernel/hostname",
    "sys/vm/drop_caches",
    "sysrq-trigger",
  ]) {
    attempt(`wrote /proc/${file}`, () => fs.writeFileSync(`/proc/${file}`, "x"));
  }
  for (const file of ["kcore", "kmsg", "keys"]) {
    attempt(`read /proc/${file}`, () => fs.readFileSync(`/proc/${file}`).length > 0);
  }
  const devices = "fd full null random shm stderr stdin stdout urandom zero".split(" ");
  attempt("other devices", () => fs.readdirSync("/dev").some((name) => !devices.includes(name)));
  attempt("made a device", () => shell("mknod /tmp/disk b 8 0"));

  // Rights.
  const status = fs.readFileSync("/proc/self/status", "utf8");
  attempt("capabilities", () => /^Cap(Inh|Prm|Eff|Amb):\s*0*[1-9a-f]/m.test(status));
  attempt("new privileges", () => !/^NoNewPrivs:\s*1$/m.test(status));
  attempt("root", () => process.getuid?.() === 0 || process.geteuid?.() === 0);
  attempt("groups", () => (process.getgroups?.() ?? []).some((group) => group === 0));
  attempt(
    "core files",
    () => !/Max core file size\s+0/.test(fs.readFileSync("/proc/self/limits", "utf8")),
  );
  attempt("unmounted", () => shell("umount /proc/sys || umount /usr"));
  attempt("mounted", () => shell("mount -t tmpfs none /tmp"));
  for (const change of [
    "umount -l /proc/sys",
    "mount -o remount,bind,rw /proc/sys",
    "mount -t proc proc /proc",
    ":",
  ]) {
    attempt(`in a namespace of its own: ${change}`, () =>
      shell(
        `unshare --user --map-root-user --mount --pid --fork sh -ec '${change}; echo x >/proc/sys/kernel/core_pattern'`,
      ),
    );
  }

  // Others' processes and what this one inherited.
  attempt("processes", () =>
    fs
      .readdirSync("/proc")
      .some(
        (name) =>
          /^\d+$/.test(name) &&
          cmdline(name).includes(targets.canary) &&
          Number(name) !== process.pid &&
          !ancestor(name),
      ),
  );
  attempt(
    "signalled",
    () =>
      targets.pid > 1000 && !fs.existsSync(`/proc/${targets.pid}`) && process.kill(targets.pid, 0),
  );
  attempt("environment", () =>
    Object.values(process.env).some((value) => value?.includes(targets.canary)),
  );
  for (const name of fs.readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    attempt(`environment of ${name}`, () =>
      fs.readFileSync(`/proc/${name}/environ`, "utf8").includes(targets.canary),
    );
    attempt(`root of ${name}`, () => fs.readdirSync(`/proc/${name}/root`).includes("home"));
  }
  attempt("open files", () => fs.readdirSync("/proc/self/fd").some((fd) => leads(fd)));

  // Networks and sockets.
  attempt("interfaces", () => Object.keys(os.networkInterfaces()).some((name) => name !== "lo"));
  await connect("loopback of this computer", { host: "127.0.0.1", port: targets.port });
  await connect("the internet", { host: "192.0.2.1", port: 443 });
  for (const socket of targets.sockets)
    await connect(`socket ${JSON.stringify(socket)}`, { path: socket });

  process.stdout.write(JSON.stringify(reached));
}

/** @param {string} pid */
const cmdline = (pid) => fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");

/** The targets are on the command line of this very program, and of the one that waits for it. @param {string} pid */
const ancestor = (pid) => cmdline(pid).includes("hostile");

/** Whether an open file is one of this computer's. @param {string} fd */
function leads(fd) {
  const to = fs.readlinkSync(`/proc/self/fd/${fd}`);
  return to.includes(targets.canary) && Number(fd) > 2;
}

void main();
