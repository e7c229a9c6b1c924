import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { launcher } from "../../components/machine/launcher";
import { renderConverge, statuses } from "../../components/machine/script";
import { openingsOf } from "../../components/placement/openings";
import { answering, ask, seeded } from "./scan";
import { Yard } from "./yard";

/** A container that listens, of what the machine has: no registry is asked. */
const listener = [
  "cd /",
  "libraries=$(ldd /usr/bin/perl | grep -o '/[^ ]*')",
  "tar -ch usr/bin/perl usr/lib/x86_64-linux-gnu/perl-base $libraries | docker import - listener >/dev/null",
  "docker run -d --restart always -p 5432:5432 listener /usr/bin/perl -MIO::Socket::INET -e " +
    "'my $s = IO::Socket::INET->new(LocalPort => 5432, Listen => 9, ReuseAddr => 1) or die; " +
    'while (my $c = $s->accept) { print $c "database\\n"; close $c }\'',
].join("\n");

describe("the firewall of a machine", () => {
  const yard = new Yard();
  const id = "1001";
  const declared = { manage: ["people", "firewall", "proxy", "deploy"] } as const;
  let address: string;
  let key: string;

  const onHost = async (script: string) => {
    const done = await yard.machines.exec(id, ["bash", "-c", script]);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    return done.stdout;
  };
  /** What a look from outside looks at after each event: what listens or is published, and others. */
  const looked = [22, 80, 443, 5432, ...seeded(41, 500)];
  /** The machine's address of IPv6 on its cable, as this side dials it. */
  const overIpv6 = async () => {
    const own = await onHost("ip -6 -o addr show dev host0 scope link | awk '{print $4}'");
    return own.split("/")[0]!.trim();
  };

  beforeAll(async () => {
    await yard.open();
    address = await yard.create(id, 0, { docker: true });
    await yard.machines.ready(id, "booted");
    key = await yard.enter(address);
  });
  afterAll(() => yard.clear());

  it("is not there before the first converge: a published database answers", async () => {
    await onHost(listener);
    await expect.poll(() => ask(address, 5432), { timeout: 20_000 }).toBe("open");
  });

  it("is kept by a converge that a new connection confirms, and lets in SSH alone", async () => {
    const done = await yard.converge(address, key, yard.declaration(declared));
    expect(done, done.stdout).toMatchObject({ code: statuses.done });
    expect(done.stdout).toContain("changed: firewall: missing");
    expect(await answering(address)).toEqual([22]);
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
    expect(await answering(address, looked)).toEqual([22]);
    for (const verb of ["start", "restart", "reload", "stop"]) {
      await onHost(`systemctl ${verb} nftables`);
      expect(await answering(address, looked), verb).toEqual([22]);
    }
    await yard.machines.stop(id);
    await yard.machines.start(id);
    await yard.machines.ready(id, "booted");
    await expect.poll(() => onHost("docker ps -q | wc -l"), { timeout: 30_000 }).toBe("1\n");
    expect(await answering(address, looked)).toEqual([22]);
    const order = await onHost("systemctl show -p Before --value berth-firewall.service");
    expect(order).toContain("docker.service");
  });

  it("stands in a table of its own, and for IPv6 too", async () => {
    const tables = await onHost("nft list tables");
    expect(tables).toContain("table inet berth\n");
    expect(tables).toContain("table ip nat\n");
    expect(await onHost("nft list chain inet berth arriving")).toContain(
      "hook prerouting priority mangle; policy drop;",
    );
    expect(await overIpv6()).toMatch(/^fe80::|^$/);
  });

  it("lets in what is declared, and takes out what is declared no more", async () => {
    const ports = [{ port: 5000, reason: "a listener of this test" }];
    await onHost(
      `systemd-run --quiet --unit=test-listener perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(LocalPort => 5000, Listen => 9) or die; while (my $c = $s->accept) { close $c }'`,
    );
    expect(await ask(address, 5000)).toBe("silent");
    const openings = openingsOf({ ports }, [{ dns: "external" }]);
    await yard.converge(address, key, yard.declaration({ ...declared, openings }));
    expect(await answering(address, [...looked, 5000])).toEqual([22, 80, 443, 5000]);
    const done = await yard.converge(address, key, yard.declaration(declared));
    expect(done.stdout).toContain("changed: firewall: lets in something else");
    expect(await answering(address, [...looked, 5000])).toEqual([22]);
  });

  it("undoes a change that shuts the session's own network out, and says so", async () => {
    const openings = openingsOf({ sshFrom: ["198.51.100.0/24"] }, []);
    const done = await yard.converge(address, key, yard.declaration({ ...declared, openings }));
    expect(done.code).toBe(statuses.failed);
    expect(done.stdout).toMatch(
      /failed: firewall: was undone: no new connection from [\d.]+ reached/,
    );
    expect(await answering(address, looked)).toEqual([22]);
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
