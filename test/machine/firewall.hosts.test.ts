import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { launcher } from "../../components/machine/launcher";
import { renderConverge, statuses } from "../../components/machine/script";
import { openingsOf } from "../../components/placement/openings";
import { askedForLease, far, layLan, leaseSeconds } from "./lan";
import { ask, askUdp, seeded, seenOpen } from "./scan";
import { Yard } from "./yard";

/** Answers whoever connects, and whoever sends, at a port of a family (2: IPv4, 10: IPv6 and IPv4). */
const answers = (port: number) =>
  [
    "use Socket qw(:all);",
    `for my $type (SOCK_STREAM, SOCK_DGRAM) { next if fork;`,
    `socket(my $s, AF_INET6, $type, 0) or die; setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);`,
    `setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, 0) or die; bind($s, pack_sockaddr_in6(${port}, IN6ADDR_ANY)) or die;`,
    `if ($type == SOCK_STREAM) { listen($s, 9); while (accept(my $c, $s)) { syswrite($c, qq(database\n)); close $c } }`,
    `else { while (my $from = recv($s, my $got, 99, 0)) { send($s, qq(database\n), 0, $from) } } }`,
    "sleep",
  ].join(" ");

/** A container and a program of the machine that listen, of what the machine has: no registry is asked. */
const listener = [
  "cd /",
  "libraries=$(ldd /usr/bin/perl | grep -o '/[^ ]*')",
  "tar -ch usr/bin/perl usr/lib/x86_64-linux-gnu/perl-base $libraries | docker import - listener >/dev/null",
  "docker run -d --restart always -p 5432:5432 -p 5432:5432/udp listener /usr/bin/perl -e " +
    `'${answers(5432)}'`,
  "cat >/etc/systemd/system/test-listener.service <<'END'",
  "[Service]",
  "ExecStart=/usr/bin/perl /root/answers.pl",
  "[Install]",
  "WantedBy=multi-user.target",
  "END",
  `echo '${answers(5000)}' >/root/answers.pl`,
  "systemctl -q enable --now test-listener",
].join("\n");

describe("the firewall of a machine", () => {
  const yard = new Yard();
  const id = "1001";
  const declared = { manage: ["people", "firewall", "proxy", "deploy"] } as const;
  const six = "2001:db8::f1:1";
  const client = "client-clinic";
  const clientSix = "2001:db8::f1:2";
  const hostKey = yard.ground.key("host");
  let clientAddress: string;
  let address: string;
  let key: string;

  const on = async (machine: string, script: string) => {
    const done = await yard.machines.exec(machine, ["bash", "-c", script]);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return done.stdout;
  };
  const onHost = (script: string) => on(id, script);
  /** What a look from outside looks at after each event: what listens or is published, and others. */
  const looked = (...more: number[]) => {
    const ports = [22, 67, 68, 80, 443, 546, 5000, 5432, ...seeded(41, 500), ...more];
    return { tcp: ports, udp: ports };
  };
  /** All that answers over IPv4 and over IPv6, which is the same. */
  const found = async (look: Parameters<typeof seenOpen>[1] = looked(), at = [address, six]) => {
    const [four, ...others] = await seenOpen(at, look);
    for (const other of others) expect(other).toEqual(four);
    return four;
  };
  const sshAlone = { tcp: [22], udp: [] };

  beforeAll(async () => {
    await yard.open();
    address = await yard.create(id, 0, { docker: true, address6: six });
    await yard.machines.ready(id, "booted");
    key = await yard.enter(address);
  });
  afterAll(() => yard.clear());

  it("is not there before the first converge: what is published and listens answers at both addresses", async () => {
    await onHost(listener);
    for (const at of [address, six]) {
      await expect.poll(() => ask(at, 5432), { timeout: 20_000 }).toBe("open");
      await expect.poll(() => askUdp(at, 5000), { timeout: 20_000 }).toBe("open");
    }
    // Docker 26 gives the bridge no IPv6: what is published over UDP comes in by IPv4.
    await expect.poll(() => askUdp(address, 5432), { timeout: 20_000 }).toBe("open");
  });

  it("is kept by a converge that a new connection confirms, and lets in SSH alone", async () => {
    const done = await yard.converge(address, key, yard.declaration(declared));
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(done.stdout).toContain("changed: firewall: missing");
    expect(await found({ udp: looked().udp })).toEqual(sshAlone);
  });

  it("changes nothing the second time, and its check finds nothing", async () => {
    for (const check of [false, true]) {
      const again = await yard.converge(address, key, yard.declaration(declared), { check });
      expect(again.stdout).toContain("0 failed, 0 notes");
      expect(again, again.stdout).toMatchObject({ code: 0 });
      expect(again.stdout).not.toContain("firewall");
    }
  });

  it("lets containers out, and the machine and its containers reach what is published", async () => {
    expect(await onHost("exec 3<>/dev/tcp/127.0.0.1/5432; head -1 <&3")).toBe("database\n");
    const dial = `use IO::Socket::INET; my $s = IO::Socket::INET->new(PeerAddr => "${address}", PeerPort => 5432, Timeout => 5) or die "no\\n"; print scalar <$s>`;
    expect(await onHost(`docker run --rm listener /usr/bin/perl -e '${dial}'`)).toBe("database\n");
  });

  it("holds after Docker was restarted, after a flush of Debian's own rules and after a reboot", async () => {
    await onHost("systemctl restart docker");
    await expect.poll(() => onHost("docker ps -q | wc -l"), { timeout: 30_000 }).toBe("1\n");
    expect(await found()).toEqual(sshAlone);
    for (const verb of ["start", "restart", "reload", "stop"]) {
      await onHost(`systemctl ${verb} nftables`);
      expect(await found(), verb).toEqual(sshAlone);
    }
    await yard.machines.stop(id);
    await yard.machines.start(id);
    await yard.machines.ready(id, "booted");
    await expect.poll(() => onHost("docker ps -q | wc -l"), { timeout: 30_000 }).toBe("1\n");
    expect(await found()).toEqual(sshAlone);
    const order = await onHost("systemctl show -p Before --value berth-firewall.service");
    expect(order).toContain("docker.service");
  });

  it("stands in a table of its own", async () => {
    const tables = await onHost("nft list tables");
    expect(tables).toContain("table inet berth\n");
    expect(tables).toContain("table ip nat\n");
    expect(await onHost("nft list chain inet berth arriving")).toContain(
      "hook prerouting priority mangle; policy drop;",
    );
  });

  it("lets in what is declared, and takes out what is declared no more", async () => {
    const reason = "a listener of this test";
    const ports = [
      { port: 5000, reason },
      { port: 5000, protocol: "udp", reason },
    ] as const;
    const openings = openingsOf({ ports }, [{ dns: "external" }]);
    await yard.converge(address, key, yard.declaration({ ...declared, openings }));
    expect(await found()).toEqual({ tcp: [22, 80, 443, 5000], udp: [5000] });
    const done = await yard.converge(address, key, yard.declaration(declared));
    expect(done.stdout).toContain("changed: firewall: lets in something else");
    expect(await found()).toEqual(sshAlone);
  });

  it("leaves a machine its leased address, its neighbours and the sizes of packets on their way", async () => {
    clientAddress = await yard.create(client, 1, {
      ...{ cloud: "client", docker: true, address6: clientSix },
      authorizedKeys: [yard.deployer.public],
      seed: {
        hostKeys: { ed25519: { private: hostKey.private, public: hostKey.public } },
      },
    });
    await yard.machines.ready(client, "booted");
    await layLan(yard, client, id);
    const own = async (family: 4 | 6) =>
      (await onHost(`ip -${family} -o address show dev lan0 scope global`)).trim();
    await expect.poll(() => own(4), { timeout: 20_000 }).toContain("192.0.2.1");
    await expect.poll(() => own(6), { timeout: 20_000 }).toContain("2001:db8:1a:");
    const leased = /inet (\S+)\//.exec(await own(4))![1]!;
    // An address and its first use are two questions; whatever comes then prolongs it.
    const first = await askedForLease(yard, client);
    await expect
      .poll(() => askedForLease(yard, client), { timeout: 12 * leaseSeconds * 1_000 })
      .toBeGreaterThanOrEqual(first + 4);
    expect(await own(4)).toContain(leased);
    const said = await onHost("journalctl -q -u systemd-networkd --no-pager");
    expect(said.match(/DHCPv4 address/g)).toHaveLength(1);
    expect(said).not.toContain("lease lost");
    await onHost("ip neigh flush dev lan0; ping -qc 1 -W 5 192.0.2.129");
    await onHost("ip -6 neigh flush dev lan0; ping -qc 1 -W 5 2001:db8:1a::1");
    const sixth = /inet6 (\S+)\//.exec(await own(6))![1]!;
    await on(client, `ip -6 neigh flush dev lan0; ping -qc 1 -W 5 ${sixth}`);
    await onHost(
      "ip route add 192.0.2.64/28 via 192.0.2.129; ip route add 2001:db8:fa::/64 via 2001:db8:1a::1",
    );
    for (const to of [far.ipv4, far.ipv6]) {
      await onHost(`ping -M do -s 1400 -c 2 -W 2 ${to} || true`);
      expect(await onHost(`ip route get ${to}`)).toContain(`mtu ${far.mtu}`);
    }
  });

  it("stands on a client's machine where manage says so, open to the world for a client's own DNS", async () => {
    await on(client, listener);
    const both = [clientAddress, clientSix];
    for (const at of both) {
      await expect.poll(() => ask(at, 5432), { timeout: 20_000 }).toBe("open");
    }
    const theirs = yard.declaration({
      ...{ manage: ["people", "firewall"], madeByBerth: false, initialAccount: "root" },
      openings: openingsOf({}, [{ dns: "external" }]),
    });
    await yard.enter(clientAddress, theirs, hostKey.public);
    const done = await yard.converge(clientAddress, hostKey.public, theirs);
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    // Nothing listens at the web's ports here, which is answered with a refusal.
    expect(await found({ udp: looked().udp }, both)).toEqual({ tcp: [22, 80, 443], udp: [] });
  });

  it("undoes a change that shuts the session's own network out, and says so", async () => {
    const openings = openingsOf({ sshFrom: ["198.51.100.0/24"] }, []);
    const done = await yard.converge(address, key, yard.declaration({ ...declared, openings }));
    expect(done.code).toBe(statuses.failed);
    expect(done.stdout).toMatch(
      /failed: firewall: was undone: no new connection from [\d.]+ reached/,
    );
    expect(await found()).toEqual(sshAlone);
    const again = await yard.converge(address, key, yard.declaration(declared));
    expect(again, again.stdout).toMatchObject({ code: 0 });
  });

  it("undoes a change whose session is killed on the way", async () => {
    const openings = openingsOf({ sshFrom: ["198.51.100.0/24"] }, []);
    const visit = { login: "berth", address, pinned: key, mine: yard.deployer };
    const cut = yard.session(
      visit,
      launcher,
      renderConverge(yard.declaration({ ...declared, openings })),
    );
    await expect.poll(() => ask(address, 22), { timeout: 60_000, interval: 500 }).toBe("silent");
    await onHost("pkill -o -f '^sshd-session: berth' || pkill -o -f '^sshd: berth'");
    await cut;
    await expect.poll(() => ask(address, 22), { timeout: 90_000, interval: 2_000 }).toBe("open");
  });
});
