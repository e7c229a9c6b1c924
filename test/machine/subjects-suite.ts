import { expect, it } from "vitest";

import { launcher } from "../../components/machine/launcher";
import { renderConverge, statuses } from "../../components/machine/script";
import type { Finished } from "../../packages/local-cloud/hosts/process";
import type { Visit, Yard } from "./yard";

/** A machine with members on it, which a suite may work on. */
export interface Place {
  readonly yard: Yard;
  /** Runs a script as root, past sshd; what it printed. */
  readonly onHost: (script: string) => Promise<string>;
  readonly converge: (changes?: Parameters<Yard["declaration"]>[0]) => Promise<Finished>;
  readonly visit: (login: string, mine?: Visit["mine"]) => Visit;
  readonly declaration: (
    changes?: Parameters<Yard["declaration"]>[0],
  ) => ReturnType<Yard["declaration"]>;
}

/** One subject's failure stays its own, and no account's process holds up a converge. */
export function subjectsSuite({ yard, onHost, converge, visit, declaration }: Place): void {
  const { ana, bob, jenkins } = yard;
  const becomesRoot = async (login: string, mine: Visit["mine"]) =>
    expect((await yard.session(visit(login, mine), "sudo -n id -u")).stdout).toBe("0\n");
  const asDeclared = async () => {
    const done = await converge();
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect((await converge()).stdout).toContain("berth: 0 changed, 0 failed");
  };

  it.each([
    {
      what: "a home that cannot be written",
      script:
        "mkdir -p /srv/ana && cp -a /home/ana/. /srv/ana && mount --bind /srv/ana /home/ana && mount -o remount,ro,bind /home/ana",
      named: /^failed: account ana: .*Read-only file system/m,
      undo: "umount /home/ana",
    },
    {
      what: "a home on a file system that is full",
      script:
        "cp -a /home/ana /home/ana.away && mount -t tmpfs -o size=128k,mode=700,uid=$(id -u ana) tmpfs /home/ana && cp -a /home/ana.away/. /home/ana && { dd if=/dev/zero of=/home/ana/fill bs=1k 2>/dev/null || :; }",
      named: /^failed: account ana: .*No space left on device/m,
      undo: "umount /home/ana && rm -r /home/ana.away",
    },
    {
      what: "a home behind a link that leads nowhere",
      script: "mv /home/ana /home/ana.away && ln -s /nowhere /home/ana",
      named: /^failed: \/home\/ana: is a link that leads nowhere/m,
      undo: "rm /home/ana && mv /home/ana.away /home/ana",
    },
    {
      what: "a file in the place of a home",
      script: "mv /home/ana /home/ana.away && echo precious > /home/ana",
      named: /^failed: \/home\/ana: is no directory/m,
      undo: "grep -qx precious /home/ana && rm /home/ana && mv /home/ana.away /home/ana",
    },
  ])("does the others where one member has $what", async ({ script, named, undo }) => {
    await onHost(script);
    const members = [
      { name: "ana", keys: [ana.public, jenkins.public] },
      { name: "bob", keys: [bob.public] },
      { name: "zoe", keys: [jenkins.public] },
    ];
    const done = await converge({ members });
    expect(done, done.stdout).toMatchObject({ code: statuses.failed });
    expect(done.stdout).toMatch(named);
    expect(done.stdout).toMatch(/^berth: \d+ changed, 1 failed, \d+ notes$/m);
    await becomesRoot("zoe", jenkins);
    const entitled = await onHost("cut -d' ' -f1 /etc/sudoers.d/00-berth; id -nG ana");
    expect(entitled).toBe("ana\nbob\nzoe\nana sudo docker dev\n");
    await onHost(undo);
    await asDeclared();
    await onHost("userdel -r zoe 2>/dev/null; sed -i '/^zoe$/d' /var/lib/berth/accounts");
  });

  it("gives no rights to a new member for whom no home can be made, and closes others all the same", async () => {
    await onHost(
      "echo precious > /home/yan; cp -a /home/bob /srv/bob && mount --bind /srv/bob /home/bob && mount -o remount,ro,bind /home/bob",
    );
    const members = [
      { name: "ana", keys: [ana.public] },
      { name: "yan", keys: [jenkins.public] },
      { name: "zoe", keys: [jenkins.public] },
    ];
    const done = await converge({ members });
    expect(done, done.stdout).toMatchObject({ code: statuses.failed });
    expect(done.stdout).toMatch(/^failed: account bob: .*Read-only file system/m);
    expect(done.stdout).toMatch(/^failed: \/home\/yan: is no directory/m);
    await becomesRoot("zoe", jenkins);
    const seen =
      "cut -d' ' -f1 /etc/sudoers.d/00-berth; id -nG yan; getent shadow bob | cut -d: -f8";
    expect(await onHost(seen)).toBe("ana\nzoe\nyan\n1\n");
    expect(await yard.session(visit("bob", bob), "true")).toMatchObject({ code: 255 });
    await onHost(
      "grep -qx precious /home/yan && rm /home/yan && umount /home/bob && rm -r /srv/bob && userdel yan; userdel -r zoe 2>/dev/null; sed -i '/^yan$/d; /^zoe$/d' /var/lib/berth/accounts",
    );
    await asDeclared();
  });

  it("changes nothing about a home that was moved and linked", async () => {
    await onHost("mkdir /data && mv /home/ana /data/ana && ln -s /data/ana /home/ana");
    await asDeclared();
    await onHost(": > /data/ana/.ssh/authorized_keys; chmod 777 /data/ana");
    expect((await converge()).stdout).toMatch(/^changed: \/data\/ana: owner and mode[^]*2 changed/);
    await becomesRoot("ana", ana);
    await onHost("rm /home/ana && mv /data/ana /home/ana");
  });

  it("takes no lock that others can hold", async () => {
    await onHost(
      "mkdir -p /tmp/held && chown nobody /tmp/held && rm -rf /run/berth && ln -s /tmp/held /run/berth && touch /run/berth.lock && " +
        'for file in /run/berth.lock /tmp/held/lock; do setpriv --reuid nobody --clear-groups sh -c "exec 9<>$file || exec 9<$file; flock 9; exec sleep 900" >/dev/null 2>&1 & done; sleep 0.5; pgrep -u nobody -x sleep >/dev/null',
    );
    const began = converge();
    const waits = await Promise.race([began, new Promise((r) => setTimeout(r, 60_000, "waits"))]);
    await onHost("pkill -u nobody -x sleep");
    expect(waits, "held up by an unprivileged process").not.toBe("waits");
    expect(await began).toMatchObject({ code: statuses.done });
    expect(await onHost("stat -c '%U %a %F' /run/berth")).toBe("root 700 directory\n");
  });

  it("says what others wrote in lines that a deployment can take", async () => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEvilEvilEvilEvilEvilEvilEvilEvilEvilEvilEvil";
    await onHost(
      `printf '%s %070000d \\351\\033[2J\\n' '${key}' 0 >> /home/ana/.ssh/authorized_keys; head -c 3000000 /dev/urandom > /home/bob/.ssh/authorized_keys`,
    );
    const done = await converge();
    expect(done).toMatchObject({ code: statuses.done });
    expect(done.stdout).toMatch(/^changed: \/home\/ana\/.*: not declared: 0{900,}$/m);
    expect(done.stdout).toMatch(/^changed: \/home\/bob\/.*authorized_keys: holds 3000000 bytes$/m);
    expect(done.stdout).toMatch(/^[\n -~]*$/);
    expect(Math.max(...done.stdout.split("\n").map((line) => line.length))).toBeLessThan(2_100);
    await asDeclared();
  });

  it("mends every part of the automation account through a member's sudo", async () => {
    await onHost(
      "usermod --lock --shell /usr/sbin/nologin --expiredate 1 berth; chage -d 2020-01-01 -m 3 -M 30 -I 1 berth; rm -r /home/berth /etc/sudoers.d/01-berth-automation",
    );
    expect(await converge()).toMatchObject({ code: 255 });
    const mended = await yard.session(visit("ana", ana), launcher, renderConverge(declaration()));
    expect(mended, mended.stdout).toMatchObject({ code: statuses.done });
    expect(mended.stdout).toContain("changed: account berth: its password ages: at least 3 days");
    await asDeclared();
  });
}
