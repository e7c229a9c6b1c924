import { describe, expect, it } from "vitest";

import type { NodeSpec } from "../../components/fleet/fleet";
import { readNetwork } from "../../components/placement/network";
import { cloudflareNetworks } from "../../components/placement/cloudflare-networks";
import { exposure } from "../../components/placement/exposure";
import { networksOf, openingsOf } from "../../components/placement/openings";
import type { ResolvedNode } from "../../components/placement/resolved";

const proxied = { dns: "cloudflare" } as const;
const external = { dns: "external" } as const;

describe("what a node lets in", () => {
  it("is SSH from anyone, and the web from the edge alone", () => {
    expect(openingsOf({}, [proxied])).toEqual([
      { name: "ssh", protocol: "tcp", port: 22, from: "anyone" },
      { name: "http", protocol: "tcp", port: 80, from: "cloudflare" },
      { name: "https", protocol: "tcp", port: 443, from: "cloudflare" },
    ]);
  });

  it("is the web from anyone where one of its projects has DNS at the client's", () => {
    const from = openingsOf({}, [proxied, external]).map((opening) => opening.from);
    expect(from).toEqual(["anyone", "anyone", "anyone"]);
  });

  it("is the web from machines that lead visitors here too, unless everybody may come anyway", () => {
    const visitorsFrom = ["203.0.113.7", "2001:DB8::7"];
    const from = ["2001:db8::7/128", "203.0.113.7/32"];
    expect(openingsOf({ visitorsFrom }, [proxied]).slice(1)).toEqual([
      { name: "http", protocol: "tcp", port: 80, from: "cloudflare" },
      { name: "https", protocol: "tcp", port: 443, from: "cloudflare" },
      { name: "http-led", protocol: "tcp", port: 80, from },
      { name: "https-led", protocol: "tcp", port: 443, from },
    ]);
    expect(openingsOf({ visitorsFrom }, [external])).toHaveLength(3);
  });

  it("is what it declares, in one spelling, each network once", () => {
    const [ssh, , , vpn, mail] = openingsOf(
      {
        sshFrom: ["203.0.113.7", "2001:DB8:0::/32", "203.0.113.7/32"],
        ports: [
          { port: 1194, protocol: "udp", from: ["0.0.0.0/0", "::/0"], reason: "a VPN" },
          { port: 8025, from: ["198.51.100.0/24"], reason: "mail of the office alone" },
        ],
      },
      [proxied],
    );
    expect(ssh!.from).toEqual(["2001:db8::/32", "203.0.113.7/32"]);
    expect(networksOf(ssh!.from)).toEqual({ ipv4: ["203.0.113.7/32"], ipv6: ["2001:db8::/32"] });
    expect(vpn).toEqual({ name: "udp-1194", protocol: "udp", port: 1194, from: "anyone" });
    expect(mail).toEqual({
      ...{ name: "tcp-8025", protocol: "tcp", port: 8025 },
      from: ["198.51.100.0/24"],
    });
  });

  it("names the edge by networks that every firewall takes", () => {
    const all = [...cloudflareNetworks.ipv4, ...cloudflareNetworks.ipv6];
    expect(all).toHaveLength(22);
    for (const text of all) expect(readNetwork(text)).toMatchObject({ kind: "network", text });
  });
});

describe("a network", () => {
  it.each([
    ["203.0.113.0/24", "203.0.113.0/24"],
    ["203.0.113.9", "203.0.113.9/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["::/0", "::/0"],
    ["2001:0DB8:0:0::/48", "2001:db8::/48"],
    ["2001:db8::1", "2001:db8::1/128"],
    ["::ffff:203.0.113.9", "::ffff:cb00:7109/128"],
  ])("%s is read as %s", (text, read) => {
    expect(readNetwork(text)).toMatchObject({ kind: "network", text: read });
  });

  it.each([
    ["the office", "is not a network"],
    ["203.0.113", "is not a network"],
    ["203.0.113.0/24/1", "is not a network"],
    ["fe80::1%eth0", "is not a network"],
    ["203.0.113.0/33", "has a length that is none of IPv4"],
    ["203.0.113.0/", "has a length that is none of IPv4"],
    ["2001:db8::/129", "has a length that is none of IPv6"],
    ["203.0.113.9/24", "does not begin with its first address"],
    ["2001:db8::1/32", "does not begin with its first address"],
  ])("is not %s", (text, message) => {
    expect(readNetwork(text)).toMatchObject({ kind: "fault", message });
  });

  it("that begins elsewhere is told where it begins", () => {
    expect(readNetwork("203.0.113.9/24")).toMatchObject({ fix: "write 203.0.113.0/24" });
    expect(readNetwork("2001:db8::1/32")).toMatchObject({ fix: "write 2001:db8::/32" });
  });
});

describe("what a deployment says of its doors", () => {
  const node = (facts: Partial<NodeSpec>, dns: "cloudflare" | "external" = "cloudflare") =>
    ({
      name: "kmc",
      manage: ["firewall"],
      residents: [{ slug: "kmc", dns }],
      ...facts,
    }) as unknown as ResolvedNode;
  const days = (count: number) => new Date(Date.parse("2026-10-05T12:00:00Z") + count * 86_400_000);
  const told = (one: ResolvedNode, today = days(1)) => exposure({ nodes: [one] }, today);

  it("is nothing of a node that only the edge reaches", () => {
    expect(told(node({}))).toEqual([]);
  });

  it("names a node that is open to the world, and the project it is open for", () => {
    expect(told(node({}, "external"))).toEqual([
      "the ports 80 and 443 of kmc are open to the world, since kmc has DNS at the client's",
    ]);
  });

  it("names a machine that nobody guards", () => {
    expect(told(node({ manage: [], server: {} as NonNullable<NodeSpec["server"]> }))).toEqual([
      expect.stringContaining("the machine of kmc is the client's and unguarded"),
    ]);
  });

  it("says that the list of the edge's networks is old after 180 days, where it is used", () => {
    expect(told(node({}), days(180))).toEqual([]);
    expect(told(node({}), days(181))).toEqual([
      "Cloudflare's networks are of 2026-10-05, 181 days old: compare them with https://www.cloudflare.com/ips",
    ]);
    expect(told(node({}, "external"), days(181))).toHaveLength(1);
  });
});
