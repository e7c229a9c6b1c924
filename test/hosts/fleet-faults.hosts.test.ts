import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Ended } from "../../engine/program";
import { postExisting } from "../../packages/local-cloud/cloud/existing";
import { added, listing } from "../machine/listing";
import { agency } from "../engine/agency";
import { publicKey } from "../stack-file/fixture";
import { BootedFleet } from "./booted-fleet";

/** Eleven machines on two clouds, and one of a client's. */
const made = [..."abcdefghijk"];
const nodes = { lost: server("10.77.251.1", 21) };

/** Client machines that come later, each with a fault of its own. */
const later = {
  foreign: server("10.77.251.2", 22),
  stranger: server("10.77.251.3", 23),
  closed: server("10.77.251.4", 24),
};
const somebody = publicKey(29);

function server(address: string, key: number) {
  const login = "root";
  return { server: { address, login, hostKey: publicKey(key) }, manage: ["people"] };
}

function projects(...names: string[]) {
  return Object.fromEntries(
    names.map((name, index) => [
      name,
      {
        domain: `${name}.acme.dev`,
        access: ["everyone"],
        ...(index % 2 === 0 ? {} : { residency: "canada" }),
      },
    ]),
  );
}

describe("a fleet whose machines fail one by one", () => {
  let fleet: BootedFleet;
  const at: Record<string, { address: string; hostKey: string }> = {};
  const inside = (node: string, script: string) => fleet.inside(at[node]!.address, script);
  const asMember = (node: string, member = "ana") =>
    fleet.login(member, at[node]!, fleet.cloud.keys.members[member]?.[0]);
  const asDeployer = (node: string, login = "berth") =>
    fleet.login(login, at[node]!, fleet.cloud.keys.deployers[0]);
  const names = async () =>
    (await fleet.cloud.objects("cloudflare/dns_record")).map(({ data }) => String(data["name"]));
  const namesOf = (node: string) =>
    ["", "-direct", "-origin"].map((role) => `${node}${role}.acme.dev`);

  beforeAll(async () => {
    const stacks = { stage: { projects: projects(...made, "lost"), nodes } };
    fleet = await BootedFleet.start("stage", { shared: agency, stacks });
    for (const [name, { server }] of Object.entries({ ...nodes, ...later })) {
      const hostKey = fleet.cloud.keys.pairOf(server.hostKey)!.public;
      at[name] = { address: server.address, hostKey };
    }
    await inside("lost", `${booted}; systemctl stop ssh.socket ssh`);
  });
  afterAll(() => fleet.stop());

  it("does eleven of twelve when one is dead, and that one when it lives again", async () => {
    const first = await fleet.up();
    expect(first.code).not.toBe(0);
    expect(errorsOf(first)).toEqual({
      "lost-enter": matching(/dial tcp 10\.77\.251\.1:22: connect: connection refused$/),
    });
    Object.assign(at, { ...(await fleet.nodes()), lost: at["lost"] });
    expect(await Promise.all(made.map((node) => asMember(node)))).toEqual(made.map(() => root));
    expect((await names()).sort()).toEqual(made.flatMap(namesOf).sort());

    await inside("lost", "systemctl start ssh");
    const second = await fleet.up();
    expect(errorsOf(second)).toEqual({});
    expect(second.code).toBe(0);
    expect(await asMember("lost")).toEqual(root);
    expect(await names()).toEqual(expect.arrayContaining(namesOf("lost")));
  });

  it("does the others when seven have a fault each, and closes no way in", async () => {
    await postExisting(fleet.cloud.card, { clientMachines: clients() });
    await Promise.all(Object.keys(later).map((node) => inside(node, booted)));
    for (const [node, script] of Object.entries(faults)) await inside(node, script);
    const before = await listing({ exec: on("foreign") }, "");
    declareCarl({ ...nodes, ...later });
    const update = await fleet.up();

    expect(update.code).not.toBe(0);
    expect(errorsOf(update)).toEqual({
      "a-converge": matching(
        /^Process exited with status 1: [^]*\nfailed: account carl: useradd: .*No space left on device/,
      ),
      "b-converge": matching(/^wait: remote command exited without exit status/),
      "c-converge": matching(/\nfailed: sshd: its configuration is left as it was: .*Nonsense/),
      "d-converge": matching(/ssh: host key mismatch$/),
      "foreign-enter": matching(
        /^Process exited with status 65: .*\nrefused: \/etc\/berth\/owner: this machine belongs to berth\/other, not to berth\/stage/,
      ),
      "stranger-enter": matching(/ssh: host key mismatch$/),
      "closed-enter": matching(/ssh: unable to authenticate/),
    });
    const well = [...made.slice(4), "lost"];
    expect(await Promise.all(well.map((node) => asMember(node, "carl")))).toEqual(
      well.map(() => root),
    );
    // What was refused was not touched; what failed half-way has its ways in.
    const after = await listing({ exec: on("foreign") }, "");
    expect(Object.values(added(before, after)).flat()).toEqual([]);
    const logins = "journalctl -q -u ssh -o cat | grep -ciE 'accepted|authenticating' || :";
    expect(await inside("stranger", logins)).toBe("0\n");
    for (const node of ["a", "b", "c"]) {
      expect(await asDeployer(node), node).toEqual(root);
      expect(await asMember(node), node).toEqual(root);
    }
    expect(await asDeployer("foreign", "root")).toEqual(root);
  });

  it("repairs all of them once the faults are gone", async () => {
    for (const [node, script] of Object.entries(repairs)) await inside(node, script);
    const [deployer] = fleet.cloud.keys.deployers;
    await inside("closed", `echo '${deployer!.public}' >>/root/.ssh/authorized_keys`);
    const { stranger } = later;
    const known = { ...stranger, server: { ...stranger.server, hostKey: somebody } };
    declareCarl({ ...nodes, ...later, stranger: known });
    const update = await fleet.up();
    expect(errorsOf(update)).toEqual({});
    expect(update.code).toBe(0);
    Object.assign(at, await fleet.nodes());
    const all = Object.keys(at);
    expect(all).toHaveLength(15);
    expect(await Promise.all(all.map((node) => asMember(node, "carl")))).toEqual(
      all.map(() => root),
    );
  });

  const on = (node: string) => (_: string, argv: readonly string[]) =>
    fleet.exec(at[node]!.address, argv);
  /** The later machines as their owners prepared them; two of them wrongly. */
  const clients = () => {
    const { keys } = fleet.cloud;
    const mine = keys.deployers.map((pair) => pair.public);
    const client = (name: keyof typeof later, hostKey: string, authorizedKeys = mine) => ({
      name,
      address: later[name].server.address,
      past: { account: "root", authorizedKeys, hostKey: keys.pairOf(hostKey)! },
    });
    return [
      client("foreign", later.foreign.server.hostKey),
      client("stranger", somebody),
      client("closed", later.closed.server.hostKey, [keys.pairOf(somebody)!.public]),
    ];
  };
  /** A new member, so that there is something to do on every machine. */
  const declareCarl = (declared: Record<string, unknown>) => {
    const { members, groups, deployers } = agency.team;
    fleet.cloud.stack("stage", {
      projects: projects(...made, "lost", ...Object.keys(later)),
      nodes: declared,
      team: {
        members: { ...members, carl: { keys: [publicKey(30)] } },
        groups: { everyone: [...groups.everyone, "carl"] },
        deployers,
      },
    });
  };
});

/** Waits until a machine's first boot is over. */
const booted =
  "until systemctl is-system-running --wait; do [ -S /run/systemd/private ] && break; sleep 0.1; done >/dev/null 2>&1";

const root = { kind: "ended", code: 0, stdout: "0\n", stderr: "" };

/** What is done to a machine before the update. */
const faults = {
  foreign: "mkdir /etc/berth; echo berth/other >/etc/berth/owner",
  // /etc on a disk of its own that is full.
  a: `set -e
mkdir -p /mnt/etc
mount -t tmpfs -o size=8m,mode=755 tmpfs /mnt/etc
cp -a /etc/. /mnt/etc/
mount --bind /mnt/etc /etc
dd if=/dev/zero of=/etc/fill bs=4k 2>/dev/null || true`,
  // Restarts in the middle of the converge.
  b: `systemd-run -q sh -c 'until grep -q ^carl: /etc/passwd; do sleep 0.01; done; systemctl reboot -ff'`,
  // Broken, and nothing to mend it with.
  c: `set -e
mv /usr/share/openssh/sshd_config{,.away}
rm /etc/ssh/sshd_config.d/00-berth.conf
echo Nonsense >>/etc/ssh/sshd_config`,
  d: `set -e
cd /etc/ssh
mkdir kept
mv ssh_host_ed25519_key* kept
ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key
systemctl restart ssh`,
};

const repairs = {
  foreign: "rm /etc/berth/owner",
  a: "rm /etc/fill",
  c: "mv /usr/share/openssh/sshd_config{.away,}",
  d: "cd /etc/ssh && mv kept/* . && rmdir kept && systemctl restart ssh",
};

const matching = (pattern: RegExp) => expect.stringMatching(pattern) as string;

/** What an update says last of each resource that failed. */
function errorsOf({ stdout, stderr }: Ended): Record<string, string> {
  const [, diagnostics = ""] = (stdout + stderr).split(/^Diagnostics:$/m);
  const told = diagnostics.matchAll(/^ {2}\S+ \((.+)\):\n((?: {4}.*\n)+)/gm);
  const failed = [...told].flatMap(([, name = "", lines = ""]) => {
    const [, message] = /^ {4}error: ([^]*)/m.exec(lines) ?? [];
    return message === undefined || message.trim() === "update failed"
      ? []
      : [[name, message.replace(/^ {4}/gm, "").trim()] as const];
  });
  return Object.fromEntries(failed);
}
