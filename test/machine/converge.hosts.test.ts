import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { launcher } from "../../components/machine/launcher";
import { renderConverge, renderEnter, statuses } from "../../components/machine/script";
import { dotfilesSuite } from "./dotfiles-suite";
import { added, listing, type Listing } from "./listing";
import { tamperings } from "./tampering";
import { Yard } from "./yard";

describe("a bare machine that is entered and converged", () => {
  const yard = new Yard();
  const id = "1001";
  let address: string;
  let key: string;
  let before: Listing;

  const as = (login: "ana" | "bob" | "root", command: string) => {
    const mine = login === "root" ? yard.deployer : yard[login];
    return yard.session({ login, address, pinned: key, mine }, command);
  };
  const onHost = async (script: string) => {
    const done = await yard.machines.exec(id, ["bash", "-c", script]);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return done.stdout;
  };
  const check = (declaration = yard.declaration()) =>
    yard.converge(address, key, declaration, { check: true });

  beforeAll(async () => {
    await yard.open();
    address = await yard.create(id, 0);
    await yard.machines.ready(id, "booted");
    before = await listing(yard.machines, id);
    key = await yard.enter(address);
  });
  afterAll(() => yard.clear());

  it("prints its permanent host key, the same one every time, and still answers with both", async () => {
    expect(key).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+$/);
    expect(await onHost("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub")).toBe(`${key}\n`);
    expect(await yard.enter(address)).toBe(key);
    for (const pinned of [key, yard.boot.public]) {
      const visit = { login: "berth", address, pinned, mine: yard.deployer };
      expect((await yard.session(visit, "sudo -n id -u")).stdout).toBe("0\n");
    }
  });

  it("says in a check what is missing, and changes nothing by it", async () => {
    await onHost("touch /var/lib/marker");
    const seen = await check();
    expect(seen.code).toBe(statuses.drift);
    expect(seen.stdout).toContain("drift: account ana: missing");
    expect(seen.stdout).toContain("drift: /etc/ssh/sshd_config.d/00-berth.conf: missing");
    expect(await onHost(changedSince)).toBe("");
  });

  it("gets what is declared and nothing else", async () => {
    const done = await yard.converge(address, key);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    const after = await listing(yard.machines, id);
    expect(added(before, after)).toMatchSnapshot();
  });

  it("changes nothing the second time, and finds nothing in a check", async () => {
    await onHost("touch /var/lib/marker");
    const again = await yard.converge(address, key);
    expect(again).toMatchObject({ code: 0, stdout: "berth: 0 changed, 0 failed, 0 notes\n" });
    expect(await check()).toMatchObject({
      code: 0,
      stdout: "berth: 0 differ, 0 failed, 0 notes\n",
    });
    expect(await onHost(changedSince)).toBe("");
  });

  it("lets members in with their keys, with sudo and Docker and without a password (R13-R17)", async () => {
    const seen = await as("ana", "id -nG; sudo -n id -u; docker info -f '{{.ServerVersion}}'");
    expect(seen.stdout).toMatch(/^ana sudo docker dev\n0\n\d+\./);
    expect((await as("ana", "docker compose version")).code).toBe(0);
    expect(await onHost("stat -c '%U:%G %a' /home/ana/.ssh /home/ana/.ssh/authorized_keys")).toBe(
      "ana:ana 700\nana:ana 600\n",
    );
    expect(await onHost("cat /home/ana/.ssh/authorized_keys")).toBe(`${yard.ana.public}\n`);
    expect(await onHost("grep -E '^(ana|berth|root):' /etc/shadow | cut -d: -f2")).not.toMatch(
      /\$/,
    );
  });

  it("refuses root, passwords, another's key and the key it was booted with", async () => {
    const root = await as("root", "true");
    expect(root).toMatchObject({ code: 255 });
    // Public keys are all it offers: no password is asked for.
    expect(root.stderr).toContain("Permission denied (publickey).");
    const stranger = { login: "ana", address, pinned: key, mine: yard.bob };
    expect(await yard.session(stranger, "true")).toMatchObject({ code: 255 });
    const booted = { login: "berth", address, pinned: yard.boot.public, mine: yard.deployer };
    expect((await yard.session(booted, "true")).stderr).toMatch(
      /no matching host key|verification/,
    );
  });

  it("keeps what is typed, tells people so at login, and lets administrators read it (R21)", async () => {
    const visit = { login: "ana", address, pinned: key, mine: yard.ana };
    // Shells that are killed write nothing at their end: what was typed is kept already.
    const killed = "kill -9 $$";
    const typed = ["echo deploy-by-hand", "sudo -i", "echo as-root", killed, killed];
    expect(await yard.terminal(visit, typed)).toContain(
      "are kept for 12 months and can be read by its administrators",
    );
    const kept = await as("bob", "sudo sh -c 'cat /var/log/berth/history/ana/*'");
    expect(kept.stdout).toMatch(/^#\d{10}$/m);
    expect(kept.stdout).toContain("\necho deploy-by-hand\n");
    expect(kept.stdout).toContain("\necho as-root\n");
    expect((await as("bob", "cat /var/log/berth/history/ana/*")).code).not.toBe(0);
    // Retention is kept by the system's own timer, by age.
    await onHost("touch -d '13 months ago' /var/log/berth/history/ana/2020-01");
    await onHost("systemd-tmpfiles --clean /etc/tmpfiles.d/berth.conf");
    expect(await onHost("ls /var/log/berth/history/ana")).toMatch(
      /^\d{4}-\d\d\nroot-\d{4}-\d\d\n$/,
    );
  });

  it("changes one thing for one changed key", async () => {
    const two = yard.declaration({
      members: [
        { name: "ana", keys: [yard.ana.public, yard.jenkins.public] },
        { name: "bob", keys: [yard.bob.public] },
      ],
    });
    expect((await yard.converge(address, key, two)).stdout).toMatch(
      /^changed: \/home\/ana\/.ssh\/authorized_keys: missing: jenkins \.\.\.\S+\nberth: 1 changed, 0 failed, 0 notes\n$/,
    );
    expect((await yard.converge(address, key)).stdout).toMatch(
      /not declared: jenkins[^]*1 changed/,
    );
  });

  describe("after somebody tampered with it", () => {
    it.each(tamperings)("names and repairs: $what", async ({ script, named, proof }) => {
      await onHost(script);
      await onHost("touch /var/lib/marker");
      const seen = await check();
      expect(seen, seen.stdout).toMatchObject({ code: statuses.drift });
      expect(seen.stdout).toMatch(named);
      expect(await onHost(changedSince)).toBe("");
      const repaired = await yard.converge(address, key);
      expect(repaired, repaired.stdout).toMatchObject({ code: statuses.done });
      expect(repaired.stdout).toMatch(named);
      await onHost(proof ?? "true");
    });

    it("is as declared again, with the way in as it was", async () => {
      expect(await check()).toMatchObject({ code: 0 });
      expect((await as("ana", "sudo -n id -u")).stdout).toBe("0\n");
      expect(await as("root", "true")).toMatchObject({ code: 255 });
    });
  });

  it("reports accounts that nobody declared, and leaves them", async () => {
    await onHost("useradd --create-home contractor");
    const seen = await yard.converge(address, key);
    expect(seen.stdout).toBe(
      "note: account contractor: not made by Berth\nberth: 0 changed, 0 failed, 1 notes\n",
    );
    await onHost("userdel -r contractor 2>/dev/null");
  });

  it("closes a member who left: sessions, root shells, keys, rights; files stay", async () => {
    await as("bob", "echo mine > ~/work");
    const visit = { login: "bob", address, pinned: key, mine: yard.bob };
    const shells = [
      yard.session(visit, "sleep 300"),
      yard.session(visit, "sudo sh -c 'echo $$ > /run/bobs-root; exec sleep 300'"),
    ];
    await expect
      .poll(() => yard.machines.exec(id, ["pgrep", "-cx", "sleep"]), { timeout: 20_000 })
      .toMatchObject({ stdout: "2\n" });
    const without = yard.declaration({ members: [{ name: "ana", keys: [yard.ana.public] }] });
    expect(await check(without)).toMatchObject({ code: statuses.drift });
    const done = await yard.converge(address, key, without);
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect(done.stdout).toContain("changed: account bob: is no member any more; still open:");
    for (const ended of await Promise.all(shells)) expect(ended.code).not.toBe(0);
    expect((await yard.machines.exec(id, ["pgrep", "-x", "sleep"])).stdout).toBe("");
    expect(await yard.session(visit, "true")).toMatchObject({ code: 255 });
    expect(
      await onHost("id -nG bob; cat /home/bob/work; grep -c bob /etc/sudoers.d/00-berth || :"),
    ).toBe("bob\nmine\n0\n");
    expect(await yard.converge(address, key, without)).toMatchObject({
      stdout: "berth: 0 changed, 0 failed, 0 notes\n",
    });

    // Who reopens the account by hand is named, and it is closed again.
    await onHost("usermod --expiredate '' --shell /bin/bash --append --groups sudo bob");
    expect((await check(without)).stdout).toContain("still open: login group-sudo");
    expect(await yard.converge(address, key, without)).toMatchObject({ code: 0 });
    // And who comes back finds the files.
    expect(await yard.converge(address, key)).toMatchObject({ code: 0 });
    expect((await as("bob", "cat ~/work; sudo -n id -u")).stdout).toBe("mine\n0\n");
    expect(await check()).toMatchObject({ code: 0 });
  });

  it("refuses a member's name that a system account has, and does the others", async () => {
    const passwd = await onHost("getent passwd games; getent shadow games; getent group sudo");
    const colliding = yard.declaration({
      members: [...yard.declaration().members, { name: "games", keys: [yard.jenkins.public] }],
    });
    const done = await yard.converge(address, key, colliding);
    expect(done).toMatchObject({ code: statuses.failed });
    expect(done.stdout).toContain("failed: account games: exists and Berth did not make it");
    expect(await onHost("getent passwd games; getent shadow games; getent group sudo")).toBe(
      passwd,
    );
    expect(await onHost("grep -c games /etc/sudoers.d/00-berth || :")).toBe("0\n");
    expect((await as("ana", "true")).code).toBe(0);
    expect(await check()).toMatchObject({ code: 0 });
  });

  it("refuses another stack, in enter and in converge", async () => {
    const others = yard.declaration({ owner: "berth/prod-b" });
    const refused = await yard.converge(address, key, others);
    expect(refused).toMatchObject({ code: statuses.refused });
    expect(refused.stdout).toMatch(/^refused: .*belongs to berth\/prod, not to berth\/prod-b/);
    const visit = { login: "berth", address, pinned: key, mine: yard.deployer };
    expect(await yard.session(visit, launcher, renderEnter(others))).toMatchObject({
      code: statuses.refused,
    });
    // Who was root there wrote the owner's name: it reaches the engine's log as text alone.
    await onHost("printf 'their/\\33]0;owned\\7\\33[2Jfleet\\n' >/etc/berth/owner");
    expect((await yard.converge(address, key)).stdout).toBe(
      "refused: /etc/berth/owner: this machine belongs to their/?]0;owned??[2Jfleet, not to " +
        "berth/prod; where it was handed over, remove the file\n",
    );
    await onHost("echo berth/prod >/etc/berth/owner");
  });

  it("exchanges deployers without a moment in which none can come in", async () => {
    const both = yard.declaration({ deployerKeys: [yard.deployer.public, yard.jenkins.public] });
    expect(await yard.converge(address, key, both)).toMatchObject({ code: 0 });
    const last = yard.declaration({ deployerKeys: [yard.jenkins.public] });
    // Whoever removes the key in use is told, and keeps it.
    const own = await yard.converge(address, key, last);
    expect(own).toMatchObject({ code: statuses.failed });
    expect(own.stdout).toContain("the key of this very session is no longer declared and stays");
    const done = await yard.converge(address, key, last, { mine: yard.jenkins });
    expect(done, done.stdout).toMatchObject({ code: 0 });
    expect(await yard.converge(address, key, last)).toMatchObject({ code: 255 });
    expect(
      await yard.converge(address, key, yard.declaration(), { mine: yard.jenkins }),
    ).toMatchObject({ code: statuses.failed });
  });

  it("is mended through a member's sudo when no deployer's key works any more", async () => {
    await onHost("echo > /home/berth/.ssh/authorized_keys; rm /etc/sudoers.d/01-berth-automation");
    expect(await yard.converge(address, key)).toMatchObject({ code: 255 });
    const member = { login: "ana", address, pinned: key, mine: yard.ana };
    const mended = await yard.session(member, launcher, renderConverge(yard.declaration()));
    expect(mended, mended.stdout).toMatchObject({ code: 0 });
    expect(await yard.converge(address, key)).toMatchObject({
      stdout: "berth: 0 changed, 0 failed, 0 notes\n",
    });
    expect(await as("root", "true")).toMatchObject({ code: 255 });
  });

  dotfilesSuite({
    yard,
    onHost,
    as,
    check,
    converge: (machine) => yard.converge(address, key, machine),
  });
});

/** Everything below that a converge may write to, changed after the marker. */
const changedSince =
  "find /etc /home /root /usr /opt /srv /var/lib /var/spool -xdev -newer /var/lib/marker " +
  "! -path '/var/lib/systemd/*' ! -path '/var/lib/docker/*' ! -path '/var/lib/containerd/*' " +
  "! -path /var/lib/marker ! -path '/var/lib/private*'";
