import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { launcher, renderObserve, statuses } from "../../components/bootstrap/script";
import { added, listing, type Listing } from "./listing";
import { Yard, type Visit } from "./yard";

describe("a client's machine that runs things already", () => {
  const yard = new Yard();
  const id = "client-clinic";
  const hostKey = yard.ground.key("host");
  let address: string;
  let before: Listing;
  let containers: string;

  const client = (changes: Parameters<Yard["declaration"]>[0] = {}) =>
    yard.declaration({ madeByBerth: false, initialAccount: "root", ...changes });
  const root = (): Visit => ({
    login: "root",
    address,
    pinned: hostKey.public,
    mine: yard.deployer,
  });
  const onHost = async (script: string) => {
    const done = await yard.machines.exec(id, ["bash", "-c", script]);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return done.stdout;
  };
  const now = () => listing(yard.machines, id);
  /** Since when each container runs: it changes when one is restarted. */
  const running = () =>
    onHost("docker inspect -f '{{.Name}} {{.State.StartedAt}}' $(docker ps -q)");

  beforeAll(async () => {
    await yard.open();
    address = yard.machines.addressAt(0);
    await yard.create(id, 0, {
      cloud: "client",
      authorizedKeys: [yard.deployer.public],
      seed: {
        hostKeys: { ed25519: { private: hostKey.private, public: hostKey.public } },
        script: clinic(yard.jenkins.public),
      },
    });
    await yard.machines.ready(id, "booted", 120_000);
    before = await now();
    containers = await running();
    expect(containers).toMatch(/^\/web /);
  });
  afterAll(() => yard.clear());

  it("is observed, and nothing on it changes", async () => {
    const seen = await yard.session(root(), launcher, renderObserve());
    expect(seen).toMatchObject({ code: 0, stderr: "" });
    for (const line of [
      /^system: Debian GNU\/Linux 13/m,
      /^owner: none$/m,
      /^account: legacy groups=legacy,sudo shell=\/bin\/bash$/m,
      /^key: legacy SHA256:\S+ jenkins \(ED25519\)$/m,
      /^sudoers: \/etc\/sudoers\.d\/legacy$/m,
      /^sshd: passwordauthentication yes$/m,
      /^port: tcp 0\.0\.0\.0:80 /m,
      /^docker: Docker version .* from docker-cli$/m,
      /^container: web tiny/m,
      /^volume: ledger$/m,
    ]) {
      expect(seen.stdout).toMatch(line);
    }
    expect(added(before, await now())).toEqual(nothing);
  });

  it("gets people when people are switched on, and nothing else", async () => {
    const people = client({ manage: ["people"] });
    await yard.enter(address, people, hostKey.public);
    const done = await yard.converge(address, hostKey.public, people);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(done.stdout).toContain("note: account legacy: in group sudo without being declared");
    expect(done.stdout).toContain("note: /etc/sudoers.d/legacy: grants rights");
    expect(added(before, await now())).toMatchSnapshot();
    const ana = { login: "ana", address, pinned: hostKey.public, mine: yard.ana };
    expect((await yard.session(ana, "sudo -n id -u")).stdout).toBe("0\n");
    // Whoever could come in before still can, and what they may is what it was.
    expect(await yard.session(root(), "true")).toMatchObject({ code: 0 });
    const legacy = { login: "legacy", address, pinned: hostKey.public, mine: yard.jenkins };
    expect((await yard.session(legacy, "sudo -n /usr/bin/id -u")).stdout).toBe("0\n");
    expect((await yard.converge(address, hostKey.public, people)).stdout).toContain("0 changed");
  });

  it("keeps its Docker and every container running when deployments are switched on", async () => {
    const all = client({ manage: ["people", "firewall", "proxy", "deploy"] });
    const previous = await now();
    const done = await yard.converge(address, hostKey.public, all);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(added(previous, await now())).toEqual(nothing);
    expect(await running()).toBe(containers);
  });

  it("refuses a member whose name somebody there has, until that account is declared", async () => {
    const shadow = await onHost("getent passwd legacy; getent shadow legacy; id -nG legacy");
    const members = [...yard.declaration().members, { name: "legacy", keys: [yard.bob.public] }];
    const refused = await yard.converge(address, hostKey.public, client({ members }));
    expect(refused).toMatchObject({ code: statuses.failed });
    expect(refused.stdout).toContain("failed: account legacy: exists and Berth did not make it");
    expect(await onHost("getent passwd legacy; getent shadow legacy; id -nG legacy")).toBe(shadow);

    const taken = client({ members, takenOver: ["legacy"] });
    const done = await yard.converge(address, hostKey.public, taken);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(done.stdout).toMatch(
      /legacy\/\.ssh\/authorized_keys: not declared: jenkins .*; missing: bob/,
    );
    const legacy = { login: "legacy", address, pinned: hostKey.public, mine: yard.bob };
    expect((await yard.session(legacy, "sudo -n id -u; cat work")).stdout).toBe("0\nmine\n");
  });

  it("refuses to enter where the machine's own settings would not let the next session in", async () => {
    await onHost("echo 'AllowUsers root legacy' > /etc/ssh/sshd_config.d/clinic.conf");
    await expect(yard.enter(address, client(), hostKey.public)).rejects.toThrow(
      "AllowUsers or AllowGroups leaves out berth; add it",
    );
    await onHost("rm /etc/ssh/sshd_config.d/clinic.conf");
    await yard.enter(address, client(), hostKey.public);
  });
});

const nothing = Object.fromEntries(
  [
    "accounts",
    "contents",
    "enabled units",
    "files",
    "groups",
    "packages",
    "ports",
    "running units",
    "sshd",
  ].map((subject) => [subject, []]),
);

/** What the clinic did to its machine by hand. */
const clinic = (key: string): string => `set -e
useradd --create-home --shell /bin/bash --groups sudo legacy
install -d -o legacy -g legacy -m 700 /home/legacy/.ssh
echo '${key}' > /home/legacy/.ssh/authorized_keys
echo mine > /home/legacy/work
chown -R legacy:legacy /home/legacy
echo 'legacy ALL=(ALL) NOPASSWD: /usr/bin/id' > /etc/sudoers.d/legacy
chmod 440 /etc/sudoers.d/legacy
apt-mark hold docker.io docker-cli >/dev/null
docker volume create ledger >/dev/null
apt-get -qq update && apt-get -qqy install busybox-static >/dev/null 2>&1
tar -C / -c bin/busybox usr/bin/busybox 2>/dev/null | docker import - tiny >/dev/null
docker run -d --name web --restart always -v ledger:/srv tiny /usr/bin/busybox httpd -f -p 8080 >/dev/null
mkdir -p /srv/proxy && systemd-run -q --unit=proxy busybox httpd -f -p 0.0.0.0:80 -h /srv/proxy
`;
