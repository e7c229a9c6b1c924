import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { launcher } from "../../components/machine/launcher";
import { openingsOf } from "../../components/placement/openings";
import { renderObserve, statuses } from "../../components/machine/script";
import { added, listing, type Listing } from "./listing";
import { clear, hindered, obstruct } from "./obstacles";
import { runtimesSuite } from "./runtimes-suite";
import { type Place, subjectsSuite } from "./subjects-suite";
import { ask } from "./scan";
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

  it("is not entered where its settings would keep the next session out, and stays as it was", async () => {
    const refusals = [
      [
        "echo 'AllowUsers root legacy' > /etc/ssh/sshd_config.d/clinic.conf",
        "AllowUsers (root legacy) leaves out berth; add it",
      ],
      [
        "echo 'Defaults requiretty' > /etc/sudoers.d/clinic",
        "sudo does not make it root: sudo: sorry, you must have a tty",
      ],
      ["echo closed > /etc/nologin", "PAM would not let it in by sshd from"],
    ] as const;
    for (const [script, words] of refusals) {
      await onHost(script);
      await expect(yard.enter(address, client(), hostKey.public)).rejects.toThrow(words);
      await onHost("rm -f /etc/ssh/sshd_config.d/clinic.conf /etc/sudoers.d/clinic /etc/nologin");
    }
    const { files, ...rest } = added(before, await now());
    // The list of accounts that Berth made, which is empty again.
    expect(files!.filter((line) => !line.includes("/var/lib/berth"))).toEqual([]);
    expect({ ...rest, files: [] }).toEqual(nothing);
    expect(await onHost("cat /var/lib/berth/accounts")).toBe("");
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
    expect(await onHost("grep -E '^(ana|berth):' /etc/shadow | cut -d: -f1,2,4,5,7,8")).toMatch(
      /^berth:\*:0?:::\nana:\*::::\n$/,
    );
    // Whoever could come in before still can, and what they may is what it was.
    expect(await yard.session(root(), "true")).toMatchObject({ code: 0 });
    const legacy = { login: "legacy", address, pinned: hostKey.public, mine: yard.jenkins };
    expect((await yard.session(legacy, "sudo -n /usr/bin/id -u")).stdout).toBe("0\n");
    expect((await yard.converge(address, hostKey.public, people)).stdout).toContain("0 changed");
  });

  it("keeps its Docker and every container running when deployments are switched on", async () => {
    const all = client({ manage: ["people", "proxy", "deploy"] });
    const previous = await now();
    const done = await yard.converge(address, hostKey.public, all);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(added(previous, await now())).toEqual(nothing);
    expect(await running()).toBe(containers);
  });

  it("keeps a site of its own served when the firewall is switched on, where its DNS is the client's", async () => {
    const openings = openingsOf({}, [{ dns: "external" }]);
    const guarded = client({ manage: ["people", "firewall", "deploy"], openings });
    const done = await yard.converge(address, hostKey.public, guarded);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(await ask(address, 80)).toBe("open");
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

  it("says who cannot come in or become root, and by what, as sshd and sudo then do", async () => {
    const members = hindered.map(({ member: name }) => ({ name, keys: [yard.ana.public] }));
    await onHost(obstruct);
    const people = client({ manage: ["people"], members });
    const seen = await yard.converge(address, hostKey.public, people);
    expect(seen, seen.stdout).toMatchObject({ code: statuses.failed });
    for (const { named } of hindered) expect(seen.stdout).toMatch(named);
    expect(seen.stdout).not.toMatch(/^failed: account (berth|jan)|^note: PAM/m);
    const statusOf = async (login: string) => {
      const visit = { login, address, pinned: hostKey.public, mine: yard.ana };
      return (await yard.session(visit, "sudo -n true || exit 77")).code;
    };
    for (const { member, keeps } of hindered) {
      const wanted = { out: 255, unprivileged: 77, nothing: 0 }[keeps];
      expect(await statusOf(member), member).toBe(wanted);
    }
    await onHost(clear);
    const done = await yard.converge(address, hostKey.public, people);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    for (const { member } of hindered) expect(await statusOf(member), member).toBe(0);
  });

  it("lets people in where sshd works without PAM", async () => {
    const settings = "/etc/ssh/sshd_config.d/05-owner.conf";
    await onHost(`echo 'UsePAM no' > ${settings}; systemctl reload ssh; usermod --lock ana`);
    const done = await yard.converge(address, hostKey.public, client({ manage: ["people"] }));
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(done.stdout).toContain("changed: account ana: is locked");
    for (const [login, mine] of [
      ["ana", yard.ana],
      ["bob", yard.bob],
    ] as const) {
      const visit = { login, address, pinned: hostKey.public, mine };
      expect((await yard.session(visit, "sudo -n id -u")).stdout).toBe("0\n");
    }
    await onHost(`rm ${settings}; systemctl reload ssh`);
  });

  const place: Place = {
    yard,
    onHost,
    declaration: (changes) => client({ manage: ["people"], ...changes }),
    converge: (changes) =>
      yard.converge(address, hostKey.public, client({ manage: ["people"], ...changes })),
    visit: (login, mine = yard.deployer) => ({ login, address, pinned: hostKey.public, mine }),
  };
  describe("with one subject that fails", () => subjectsSuite(place));
  describe("with something else that runs containers", () => runtimesSuite(place));
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
# Here logins are refused on purpose, and passwords of accounts are meant to age.
echo 'PerSourcePenalties no' > /etc/ssh/sshd_config.d/90-patience.conf
printf 'Match LocalPort 2222\\n  ForceCommand internal-sftp\\n' > /etc/ssh/sshd_config.d/95-files.conf && systemctl reload ssh
sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 90/; s/^PASS_MIN_DAYS.*/PASS_MIN_DAYS 7/' /etc/login.defs
useradd -D --inactive 14 >/dev/null
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
