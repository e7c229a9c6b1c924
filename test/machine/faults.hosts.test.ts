import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { launcher } from "../../components/machine/launcher";
import {
  renderConverge,
  renderEnter,
  statuses,
  type MachineDeclaration,
} from "../../components/machine/script";
import { userData } from "./user-data";
import { Yard, type Visit } from "./yard";

describe("scripts on machines where things go wrong", () => {
  const yard = new Yard();
  const id = "1001";
  let address: string;
  let key: string;
  let installed: Promise<unknown>;

  const onHost = async (script: string, host = id) => {
    const done = await yard.machines.exec(host, ["bash", "-c", script]);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return done.stdout;
  };
  const deployer = (pinned = key): Visit => ({
    login: "berth",
    address,
    pinned,
    mine: yard.deployer,
  });
  /** As the machine was before the fault, by every way in that was open. */
  const asDeclared = async (declaration = yard.declaration()) => {
    const done = await yard.converge(address, key, declaration);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    const seen = await yard.converge(address, key, declaration, { check: true });
    expect(seen.stdout).toBe("berth: 0 differ, 0 failed, 0 notes\n");
    const ana = { ...deployer(), login: "ana", mine: yard.ana };
    expect((await yard.session(ana, "sudo -n id -u")).stdout).toBe("0\n");
  };
  /** A session that ends at a moment of its own: the client is killed, or the script is. */
  const cut = async (visit: Visit, script: string, where: "connection" | "script", ms: number) => {
    const [program, ...rest] = yard.client(visit, launcher);
    const client = spawn(program!, rest, { stdio: ["pipe", "ignore", "ignore"] });
    const ended = new Promise((resolve) => client.once("close", resolve));
    client.stdin.on("error", () => undefined);
    client.stdin.end(script);
    await sleep(ms);
    if (where === "connection") client.kill("SIGKILL");
    else await yard.machines.exec(id, ["pkill", "-KILL", "-x", "bash"]);
    await ended;
  };

  beforeAll(async () => {
    await yard.open();
    const bare = yard.create("2001", 1, { docker: false });
    address = await yard.create(id, 0);
    // The slowest goes on beside the others. Its result is asked for last.
    installed = bare.then(installUnderFaults).catch((error: unknown) => error);
  });
  afterAll(async () => {
    await installed;
    await yard.clear();
  });

  /** Installs Docker while the plug is pulled, and then while apt's lock is held for a minute. */
  async function installUnderFaults(bareAddress: string): Promise<unknown> {
    const bareKey = await yard.enter(bareAddress);
    const first = yard.converge(bareAddress, bareKey);
    const atWork = async () =>
      (await yard.machines.exec("2001", ["pgrep", "-x", "dpkg"])).code === 0 &&
      (await yard.machines.exec("2001", ["test", "-e", "/usr/bin/docker"])).code === 0;
    await expect.poll(atWork, { timeout: 180_000, interval: 50 }).toBe(true);
    await yard.machines.stop("2001", { force: true });
    const interrupted = await first;
    await yard.machines.start("2001");
    await yard.machines.ready("2001", "booted", 180_000);
    const broken = await onHost("dpkg --audit | wc -l", "2001");
    await onHost(holdAptLock, "2001");
    const began = performance.now();
    const done = await yard.converge(bareAddress, bareKey);
    const seconds = (performance.now() - began) / 1000;
    const again = await yard.converge(bareAddress, bareKey);
    const ana = { login: "ana", address: bareAddress, pinned: bareKey, mine: yard.ana };
    const works = await yard.session(ana, "docker compose version && docker info >/dev/null");
    // Where the plug was pulled in the very moment of unpacking.
    await onHost(tear, "2001");
    const mended = await yard.converge(bareAddress, bareKey);
    const whole = await onHost("dpkg --audit; dpkg-query -W -f '${Status}' docker-cli", "2001");
    const packages = await onHost("apt-mark showmanual | grep -E 'docker|compose'", "2001");
    return {
      interrupted,
      broken: Number(broken),
      done,
      seconds,
      again,
      works,
      mended,
      whole,
      packages,
    };
  }

  it("enters after being cut at any moment, and never loses the first way in", async () => {
    const root = { login: "root", address, pinned: yard.boot.public, mine: yard.deployer };
    for (let round = 0; round < 6; round++) {
      const ms = 100 + Math.random() * 900;
      const where = round % 2 ? "script" : "connection";
      await cut(root, renderEnter(yard.declaration()), where, ms);
      expect(await yard.session(root, "true"), `after ${where} cut at ${ms} ms`).toMatchObject({
        code: 0,
      });
    }
    key = await yard.enter(address);
    expect(await yard.enter(address)).toBe(key);
    expect((await yard.session(deployer(), "sudo -n id -u")).stdout).toBe("0\n");
    expect(
      await onHost("ls -A /etc/ssh /home/berth/.ssh /etc/sudoers.d | grep -c berth.new || :"),
    ).toBe("0\n");
  });

  it("sends nothing to a machine with another host key, nor as a deployer it does not know", async () => {
    const logins = () => onHost("journalctl -q -u ssh | grep -c Accepted || :");
    const before = await logins();
    const swapped = { ...deployer(), pinned: yard.bob.public };
    const refused = await yard.session(swapped, launcher, renderConverge(yard.declaration()));
    expect(refused).toMatchObject({ code: 255, stdout: "" });
    expect(refused.stderr).toContain("Host key verification failed");
    const stranger = { ...deployer(), mine: yard.jenkins };
    const denied = await yard.session(stranger, launcher, renderConverge(yard.declaration()));
    expect(denied).toMatchObject({ code: 255, stdout: "" });
    expect(denied.stderr).toContain("Permission denied (publickey");
    expect(await logins()).toBe(before);
  });

  it("converges after being cut at ten moments, with a way in after each", async () => {
    const members = (count: number): MachineDeclaration =>
      yard.declaration({
        members: [
          ...yard.declaration().members,
          ...Array.from({ length: count }, (_, n) => ({ name: `m${n}`, keys: [yard.bob.public] })),
        ],
      });
    const ways = [deployer(), { ...deployer(yard.boot.public), login: "root" }];
    for (let round = 0; round < 10; round++) {
      const ms = 150 + Math.random() * 1200;
      const where = round % 2 ? "script" : "connection";
      await cut(deployer(), renderConverge(members((round * 3) % 7)), where, ms);
      const open = await Promise.all(ways.map((visit) => yard.session(visit, "sudo -n true")));
      expect(
        open.some(({ code }) => code === 0),
        `no way in after ${where} cut at ${ms} ms`,
      ).toBe(true);
    }
    // What was cut off may still be at work: the next waits for it.
    await asDeclared(members(2));
    await asDeclared();
    const left = "find /etc /home /var/lib/berth -name '.berth*' -o -name 'berth.draft' | sort";
    expect(await onHost(left)).toBe("");
  });

  it("lets two that come at once do their work one after the other", async () => {
    const both = await Promise.all(
      [yard.ana, yard.bob].map(({ public: line }) =>
        yard.converge(
          address,
          key,
          yard.declaration({ members: [{ name: "ana", keys: [yard.ana.public, line] }] }),
        ),
      ),
    );
    for (const done of both) expect(done, done.stdout).toMatchObject({ code: 0 });
    await asDeclared();
  });

  it("stops on a full disk without closing a way in, and goes on when there is room", async () => {
    await onHost(fullEtc);
    const wider = yard.declaration({
      members: [...yard.declaration().members, { name: "carl", keys: [yard.jenkins.public] }],
    });
    const failed = await yard.converge(address, key, wider);
    expect(failed.code, failed.stdout).toBe(statuses.failed);
    expect(failed.stdout).toMatch(/^failed: account carl: .*(No space left|cannot|failed)/m);
    expect((await yard.session(deployer(), "sudo -n id -u")).stdout).toBe("0\n");
    const ana = { ...deployer(), login: "ana", mine: yard.ana };
    expect((await yard.session(ana, "sudo -n id -u")).stdout).toBe("0\n");
    await onHost("rm /etc/fill");
    await asDeclared(wider);
    await onHost("umount /etc");
    await asDeclared(wider);
    await asDeclared();
  });

  it("never loads an invalid sshd configuration, and mends one that others broke", async () => {
    await onHost("echo 'Nonsense yes' > /etc/ssh/sshd_config.d/50-broken.conf");
    const seen = await yard.converge(address, key, undefined, { check: true });
    expect(seen.stdout).toContain(
      "drift: sshd: its configuration is invalid: /etc/ssh/sshd_config.d/50",
    );
    await asDeclared();
    expect(await onHost("ls /etc/ssh/sshd_config.d; ls /var/lib/berth/aside")).toMatch(
      /^00-berth\.conf\n[^]*-50-broken\.conf\n/,
    );
    await onHost("echo Nonsense >> /etc/ssh/sshd_config");
    await asDeclared();

    // What cannot be mended is left as it was, and the running sshd goes on.
    const pid = await onHost("systemctl show -P MainPID ssh");
    await onHost(
      "echo Nonsense >> /etc/ssh/sshd_config; mv /usr/share/openssh/sshd_config{,.away}; rm /etc/ssh/sshd_config.d/00-berth.conf",
    );
    const failed = await yard.converge(address, key);
    expect(failed).toMatchObject({ code: statuses.failed });
    expect(failed.stdout).toMatch(
      /^failed: sshd: its configuration is left as it was: .*Nonsense/m,
    );
    expect(
      await onHost("systemctl show -P MainPID ssh; ls /etc/ssh/sshd_config.d | grep berth || :"),
    ).toBe(pid);
    expect((await yard.session(deployer(), "sudo -n id -u")).stdout).toBe("0\n");
    await onHost("mv /usr/share/openssh/sshd_config{.away,}");
    await asDeclared();
  });

  it("takes a clone of a snapshot for another machine: refused until it is entered", async () => {
    const boot = yard.ground.key("clone-boot", "ecdsa");
    await yard.machines.snapshot(id, "snapshot-1");
    const clone = yard.machines.addressAt(2);
    await yard.machines.createFromSnapshot("snapshot-1", {
      id: "3001",
      name: "clone",
      address: clone,
      cloud: "digitalocean",
      login: "root",
      userData: userData("root", boot, yard.deployer),
    });
    await yard.machines.ready("3001", "booted");
    expect(await yard.converge(clone, key)).toMatchObject({ code: 255, stdout: "" });
    const own = await yard.enter(clone, yard.declaration(), boot.public);
    expect(own).not.toBe(key);
    const done = await yard.converge(clone, own);
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect((await yard.converge(clone, own)).stdout).toContain("berth: 0 changed, 0 failed");
    const root = { login: "root", address: clone, pinned: own, mine: yard.deployer };
    expect(await yard.session(root, "true")).toMatchObject({ code: 255 });

    // Its key is exchanged later: refused again, before anything is sent.
    await onHost(
      "rm /etc/ssh/ssh_host_*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh",
      "3001",
    );
    const swapped = await yard.converge(clone, own);
    expect(swapped).toMatchObject({ code: 255, stdout: "" });
    expect(swapped.stderr).toContain("Host key verification failed");
    await yard.machines.delete("3001");
  });

  it("installs Docker over a power cut in the middle and an apt lock held for a minute", async () => {
    const result = await installed;
    expect(result).toMatchObject({
      interrupted: { code: 255 },
      done: { code: 0 },
      again: { code: 0, stdout: "berth: 0 changed, 0 failed, 0 notes\n" },
      works: { code: 0 },
      mended: { code: 0 },
      whole: "install ok installed",
      packages: "docker-cli\ndocker-compose\ndocker.io\n",
    });
    const { broken, seconds } = result as { broken: number; seconds: number };
    expect(
      broken,
      "nothing was half-installed: the plug was pulled at no good moment",
    ).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(50);
  });
});

/** Holds the lock that every dpkg takes, as unattended-upgrades does after a boot, for a minute. */
const holdAptLock = `systemd-run -q python3 -c '
import fcntl, time
held = [open("/var/lib/dpkg/" + name, "w") for name in ("lock-frontend", "lock")]
for file in held: fcntl.lockf(file, fcntl.LOCK_EX)
time.sleep(60)
'
sleep 1`;

/** What dpkg says of a package that was cut off while its files were exchanged. */
const tear = `sed -i '/^Package: docker-cli$/,/^$/s/^Status: .*/Status: install reinstreq unpacked/' /var/lib/dpkg/status`;

/** /etc on a disk of its own that is full. */
const fullEtc = `set -e
mkdir -p /mnt/etc
mount -t tmpfs -o size=8m,mode=755 tmpfs /mnt/etc
cp -a /etc/. /mnt/etc/
mount --move /mnt/etc /etc 2>/dev/null || { mount --bind /mnt/etc /etc; umount /mnt/etc; }
dd if=/dev/zero of=/etc/fill bs=4k 2>/dev/null || true
`;
