import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { launcher } from "../../components/machine/launcher";
import { renderEnter, statuses } from "../../components/machine/script";
import { userData } from "./user-data";
import { added, listing } from "./listing";
import { Yard, type Visit } from "./yard";

/**
 * What sets Ubuntu's images apart, as far as Debian's packages can play it: sudo-rs and uutils in the
 * places of sudo and the GNU tools (25.10 on), sshd started by its socket, the drop-ins and the
 * groups of a cloud image.
 */
const asUbuntu = `set -e
apt-get -qq update && apt-get -qqy install --no-install-recommends sudo-rs rust-coreutils >/dev/null
ln -sf /usr/lib/cargo/bin/coreutils/* /usr/bin/
ln -sf /usr/lib/cargo/bin/sudo /usr/bin/sudo
ln -sf /usr/lib/cargo/bin/visudo /usr/sbin/visudo
echo 'PasswordAuthentication no' >/etc/ssh/sshd_config.d/60-cloudimg-settings.conf
printf '%%admin ALL=(ALL) ALL\\n' >>/etc/sudoers
groupadd --system lxd && usermod --append --groups lxd ubuntu
systemctl disable --quiet --now ssh.service
systemctl enable --quiet --now ssh.socket
`;

describe("a machine as Ubuntu's images are, with the account ubuntu", () => {
  const yard = new Yard();
  const id = "i-0a1b";
  const declaration = yard.declaration({ initialAccount: "ubuntu" });
  let address: string;
  let key: string;

  const onHost = async (script: string) => {
    const done = await yard.machines.exec(id, ["bash", "-c", script]);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return done.stdout;
  };
  const as = (login: string, mine = yard.deployer, pinned = key): Visit => ({
    ...{ login, address, pinned, mine },
  });

  beforeAll(async () => {
    await yard.open();
    address = await yard.create(id, 0, { login: "ubuntu", cloud: "aws" });
    await yard.machines.ready(id, "booted");
    await onHost(asUbuntu);
  });
  afterAll(() => yard.clear());

  it("is entered after being cut at any moment, and the account stays open until then", async () => {
    const ubuntu = as("ubuntu", yard.deployer, yard.boot.public);
    for (const [round, where] of ["connection", "script", "connection", "script"].entries()) {
      const [program, ...rest] = yard.client(ubuntu, launcher);
      const client = spawn(program!, rest, { stdio: ["pipe", "ignore", "ignore"] });
      const ended = new Promise((resolve) => client.once("close", resolve));
      client.stdin.on("error", () => undefined);
      client.stdin.end(renderEnter(declaration));
      await sleep(150 + 200 * round);
      if (where === "connection") client.kill("SIGKILL");
      else await yard.machines.exec(id, ["pkill", "-KILL", "-x", "bash"]);
      await ended;
      expect(await yard.session(ubuntu, "sudo -n id -u")).toMatchObject({ stdout: "0\n" });
    }
    key = await yard.enter(address, declaration);
    expect(await yard.enter(address, declaration)).toBe(key);
    expect((await yard.session(as("berth"), "sudo -n id -u")).stdout).toBe("0\n");
  });

  it("becomes the team's, and ubuntu and root are closed by it", async () => {
    const done = await yard.converge(address, key, declaration);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    const ana = await yard.session(as("ana", yard.ana), "id -nG; sudo -n id -u");
    expect(ana.stdout).toBe("ana sudo docker dev\n0\n");
    for (const login of ["ubuntu", "root"]) {
      const refused = await yard.session(as(login), "true");
      expect(refused).toMatchObject({ code: 255 });
      expect(refused.stderr).toContain("Permission denied (publickey)");
    }
    expect(await onHost("ls -A /home/ubuntu/.ssh /root/.ssh /etc/sudoers.d")).not.toMatch(
      /authorized_keys|cloud-init/,
    );
    expect(await onHost("systemctl is-active ssh.socket; sshd -T | grep ^passwordauth")).toBe(
      "active\npasswordauthentication no\n",
    );
  });

  it("stays as it is in a second converge", async () => {
    const before = await listing(yard.machines, id);
    const again = await yard.converge(address, key, declaration);
    expect(again.stdout).toBe("berth: 0 changed, 0 failed, 0 notes\n");
    const after = added(before, await listing(yard.machines, id));
    expect(Object.values(after).flat()).toEqual([]);
  });

  it("names who got root's rights by a group that Ubuntu has", async () => {
    await onHost("usermod --append --groups lxd games");
    const seen = await yard.converge(address, key, declaration, { check: true });
    expect(seen.stdout).toContain("drift: account games: in group lxd without being declared");
    expect((await yard.converge(address, key, declaration)).stdout).toContain("1 changed");
  });

  it("is refused as a clone until that is entered, and then has keys of its own", async () => {
    await yard.machines.snapshot(id, "s-1");
    const other = yard.ground.key("other", "ecdsa");
    const clone = yard.machines.addressAt(1);
    await yard.machines.createFromSnapshot("s-1", {
      ...{ id: "i-0c2d", name: "clone", address: clone, cloud: "aws", login: "ubuntu" },
      userData: userData("ubuntu", other, yard.deployer),
    });
    await yard.machines.ready("i-0c2d", "booted");
    const refused = await yard.converge(clone, key, declaration);
    expect(refused).toMatchObject({ code: 255, stdout: "" });
    expect(refused.stderr).toMatch(/no matching host key|Host key verification/);
    const entered = await yard.enter(clone, declaration, other.public);
    expect(entered).not.toBe(key);
    const done = await yard.converge(clone, entered, declaration);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect((await yard.converge(clone, entered, declaration)).stdout).toContain("0 changed");
    expect((await yard.session(as("ana", yard.ana), "true")).code).toBe(0);
  });
});
