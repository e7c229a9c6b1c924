/** A network that gives out its addresses: one booted machine runs it, and another lives in it. */

import { leaderOf, supervisorOf } from "../../packages/local-cloud/hosts/supervisor";
import type { Yard } from "./yard";

/** Seconds that an address is given for. */
export const leaseSeconds = 6;

/** Behind the network's router, over a way that takes smaller packets than the network does. */
export const far = { ipv4: "192.0.2.77", ipv6: "2001:db8:fa::77", mtu: 1300 };

const name = "lan0";

/**
 * Lays a cable between two running machines. The first gives out addresses on it, of IPv4 by DHCP and of IPv6
 * by router advertisements, and leads on to `far`; the second takes them, as an image of a cloud is set up to.
 */
export async function layLan(yard: Yard, router: string, member: string): Promise<void> {
  const inside = async (id: string, script: string) => {
    const done = await yard.machines.exec(id, ["bash", "-euc", script]);
    if (done.code !== 0) throw new Error(`${id}: ${done.stdout}${done.stderr}`);
  };
  const ends = [
    { id: router, end: "lana" },
    { id: member, end: "lanb" },
  ];
  const run = async (...words: string[]) => {
    const done = await yard.run(["ip", "link", ...words]);
    if (done.code !== 0) throw new Error(`ip link ${words.join(" ")}: ${done.stderr}`);
  };
  await run("add", "lana", "type", "veth", "peer", "name", "lanb");
  for (const { id, end } of ends) {
    const leader = leaderOf(supervisorOf(yard.ground.layout, id)!)!;
    await run("set", end, "netns", String(leader.pid));
    await inside(id, `ip link set ${end} name ${name}`);
  }
  await inside(router, served);
  await inside(member, taken);
}

/** What systemd brings for containers would take the machine's own address for one to be leased. */
const alone = "ln -sf /dev/null /etc/systemd/network/80-container-host0.network";

const served = `${alone}
cat >/etc/systemd/network/lan.network <<END
[Match]
Name=${name}
[Network]
Address=192.0.2.129/28
Address=2001:db8:1a::1/64
DHCPServer=yes
IPv6SendRA=yes
[DHCPServer]
DefaultLeaseTimeSec=${leaseSeconds}
MaxLeaseTimeSec=${leaseSeconds}
EmitDNS=no
[IPv6Prefix]
Prefix=2001:db8:1a::/64
END
ip netns add far
ip link add far0 type veth peer name far1 netns far
ip link set far0 up mtu ${far.mtu}
ip address add 192.0.2.65/28 dev far0
ip address add 2001:db8:fa::1/64 dev far0 nodad
ip -n far link set far1 up mtu ${far.mtu}
ip -n far address add ${far.ipv4}/28 dev far1
ip -n far address add ${far.ipv6}/64 dev far1 nodad
ip -n far route add default via 192.0.2.65
ip -n far -6 route add default via 2001:db8:fa::1
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
nft 'table inet asked { chain asked { type filter hook prerouting priority raw; udp dport 67 counter; }; }'
systemctl start systemd-networkd`;

const taken = `${alone}
cat >/etc/systemd/network/lan.network <<END
[Match]
Name=${name}
[Network]
DHCP=ipv4
IPv6AcceptRA=yes
[DHCPv4]
UseRoutes=no
UseGateway=no
END
systemctl start systemd-networkd`;

/** How often the router was asked for an address or for more time of it. */
export async function askedForLease(yard: Yard, router: string): Promise<number> {
  const done = await yard.machines.exec(router, ["nft", "list", "table", "inet", "asked"]);
  return Number(/packets (\d+)/.exec(done.stdout)?.[1]);
}
