import { describe, expect, it } from "vitest";
import { acquireSettings, mirrorsFrom, sourceLines } from "../../hosts/apt-configuration";
import { firewallProblems, renderRuleset } from "../../hosts/firewall";
import { firstBootFiles } from "../../hosts/first-boot";
import { addressAt, fileNameOf, layoutOf, linkOf } from "../../hosts/layout";
import { answerMetadata, type MetadataRequest } from "../../hosts/metadata";
import type { HostSpec } from "../../hosts/spec";

const layout = layoutOf("/srv/berth/local", "berth");

const spec: HostSpec = {
  id: "fr-par-1/11111111-2222-4333-8444-555555555555",
  name: "cryptsend",
  address: "10.64.0.11",
  cloud: "scaleway",
  login: "root",
  userData: "#cloud-config\n{}\n",
  authorizedKeys: ["ssh-ed25519 AAAA me"],
};

describe("the layout of a cloud's hosts", () => {
  it("has addresses of IPv6 that are apart as those of IPv4 are", () => {
    const of = (path: string) => layoutOf(path, "berth");
    const all = Array.from({ length: 50 }, (_, n) => of(`/srv/${n}`));
    const distinct = (values: readonly string[]) => new Set(values).size;
    expect(distinct(all.map((each) => each.gateway6))).toBe(
      distinct(all.map((each) => each.gateway)),
    );
    expect(all.every(({ gateway6 }) => /^2001:db8::a[0-9a-f]{2}:[0-9a-f]+$/.test(gateway6))).toBe(
      true,
    );
  });

  it("gives two clouds different names and addresses, and one cloud always the same", () => {
    const other = layoutOf("/srv/berth/other", "berth");
    expect(layoutOf("/srv/berth/../berth/local", "berth")).toEqual(layout);
    expect(other.cloud).not.toBe(layout.cloud);
    expect(other.range).not.toBe(layout.range);
    expect(other.edge).not.toBe(layout.edge);
  });

  it("keeps interface names within what Linux takes", () => {
    expect(linkOf(layout, spec.id)).toMatch(/^bv[0-9a-f]{12}$/);
    expect(layout.bridge.length).toBeLessThanOrEqual(15);
  });

  it("has its edge where Cloudflare's edges are, whatever its directory", () => {
    for (let n = 0; n < 500; n++) {
      const [a, b, c, d] = layoutOf(`/srv/${n}`, "test").edge.split(".").map(Number);
      expect([a, b, c! >> 4, d! % 4]).toEqual([173, 245, 3, 1]);
      expect(d).toBeLessThan(255);
    }
  });

  it("hands out addresses of its range alone", () => {
    const network = layout.gateway.replace(/\.1$/, "");
    expect(addressAt(layout, 0)).toBe(`${network}.11`);
    expect(addressAt(layout, 245).endsWith(".0")).toBe(true);
    expect(() => addressAt(layout, 4084)).toThrow("allowed: 0 to 4083");
    expect(() => addressAt(layout, -1)).toThrow("has no address number -1");
  });

  it("refuses ids that would leave its directory", () => {
    expect(fileNameOf(spec.id)).not.toContain("/");
    for (const id of ["", "../x", "a/../b", ".hidden", "a b", "x".repeat(101)]) {
      expect(() => fileNameOf(id), id).toThrow("allowed are up to 100");
    }
  });
});

describe("a firewall's rules", () => {
  /** What no firewall of a cloud's keeps out. */
  const always = [
    "ct state established,related return",
    "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } return",
  ];
  const rulesIn = (text: string, name: string) =>
    new RegExp(`chain ${name} \\{\n([^}]*(?:\\{[^}]*\\}[^}]*)*?)\n  \\}\n`)
      .exec(text)?.[1]
      ?.split("\n")
      .map((line) => line.trim());

  it("drop what no rule names, in both directions, for the guarded host alone", () => {
    const text = renderRuleset(
      layout,
      [{ link: "bv1", firewall: { inbound: [], outbound: [] } }, { link: "bv2" }],
      {},
    );
    for (const name of ["in_bv1", "out_bv1"]) {
      expect(rulesIn(text, name)).toEqual([...always, "drop"]);
    }
    expect(text).not.toContain("bv2");
  });

  it("open exactly the ports and networks that they name", () => {
    const text = renderRuleset(
      layout,
      [
        {
          link: "bv1",
          firewall: {
            inbound: [
              { protocol: "tcp", ports: { from: 22, to: 22 }, networks: ["192.0.2.0/24"] },
              { protocol: "udp", ports: { from: 60, to: 61 }, networks: ["0.0.0.0/0", "::/0"] },
              { protocol: "icmp", networks: ["0.0.0.0/0"] },
              { protocol: "tcp", ports: { from: 5432, to: 5432 }, networks: ["::/0"] },
              { protocol: "icmp", networks: ["2001:db8::/64"] },
            ],
            outbound: [{ protocol: "all", networks: ["0.0.0.0/0"] }],
          },
        },
      ],
      { metadata: 8080, names: 8053 },
    );
    expect(text).toContain(
      `ip daddr ${layout.gateway} udp dport 53 dnat ip to ${layout.gateway}:8053`,
    );
    // A rule for one family must not open the port to the other.
    expect(rulesIn(text, "in_bv1")).toEqual([
      ...always,
      "ip saddr { 192.0.2.0/24 } tcp dport 22 return",
      "meta nfproto ipv4 udp dport 60-61 return",
      "meta nfproto ipv6 udp dport 60-61 return",
      "meta nfproto ipv4 meta l4proto icmp return",
      "meta nfproto ipv6 tcp dport 5432 return",
      "ip6 saddr { 2001:db8::/64 } meta l4proto ipv6-icmp return",
      "drop",
    ]);
    expect(rulesIn(text, "out_bv1")).toEqual([...always, "meta nfproto ipv4 return", "drop"]);
  });

  it("are refused with every mistake and its place", () => {
    const firewall = {
      inbound: [
        { protocol: "icmp", ports: { from: 1, to: 2 }, networks: ["everywhere"] },
        { protocol: "tcp", ports: { from: 90, to: 80 }, networks: [] },
      ],
      outbound: [],
    } as const;
    expect(firewallProblems(firewall)).toEqual([
      "inbound[0]: ports go with tcp and udp, not with icmp",
      'inbound[0]: network "everywhere"; allowed: 192.0.2.0/24 and such',
      "inbound[1]: ports 90 to 80; allowed: 0 to 65535 in order",
    ]);
  });
});

describe("the metadata of a host", () => {
  const network = { gateway: "10.64.0.1", nameservers: ["9.9.9.9"] };
  const tokens = { issue: () => "token", knows: (token: string) => token === "token" };
  const ask = (host: HostSpec, url: string, request: Partial<MetadataRequest> = {}) =>
    answerMetadata(
      host,
      network,
      { method: "GET", url, headers: {}, sourcePort: 1023, ...request },
      tokens,
    );

  it("is Scaleway's: user data for privileged ports alone", () => {
    expect(ask(spec, "/user_data/cloud-init").body).toBe(spec.userData);
    expect(ask(spec, "/user_data/cloud-init", { sourcePort: 40000 }).status).toBe(403);
    expect(JSON.parse(ask(spec, "/conf?format=json").body)).toMatchObject({
      id: "11111111-2222-4333-8444-555555555555",
      location: { zone_id: "fr-par-1" },
      public_ip: { address: spec.address },
    });
  });

  it("is DigitalOcean's: one document, or a tree of values", () => {
    const droplet = { ...spec, cloud: "digitalocean", id: "x", metadata: { id: "1003" } } as const;
    expect(JSON.parse(ask(droplet, "/metadata/v1.json").body)).toMatchObject({
      droplet_id: 1003,
      user_data: spec.userData,
      interfaces: { public: [{ ipv4: { netmask: "255.255.240.0", gateway: "10.64.0.1" } }] },
    });
    const address = "/metadata/v1/interfaces/public/0/ipv4/address";
    expect(ask(droplet, address).body).toBe(spec.address);
    expect(ask(droplet, "/metadata/v1/interfaces/").body).toBe("public/");
    expect(ask(droplet, "/metadata/v1/toString").status).toBe(404);
  });

  it("is AWS's: nothing without a session token", () => {
    const instance = { ...spec, cloud: "aws", id: "i-0123" } as const;
    expect(ask(instance, "/latest/user-data").status).toBe(401);
    const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
    const put = { method: "PUT", headers: ttl };
    expect(ask(instance, "/latest/api/token", put).body).toBe("token");
    expect(ask(instance, "/latest/api/token", { ...put, headers: {} }).status).toBe(400);
    const headers = { "x-aws-ec2-metadata-token": "token" };
    expect(ask(instance, "/latest/user-data", { headers }).body).toBe(spec.userData);
    const region = "/latest/meta-data/placement/region";
    expect(ask(instance, region, { headers }).body).toBe("us-east-1");
  });
});

describe("a host's first boot", () => {
  it("keeps user data as it is, readable by root alone, and gives the cloud's account", () => {
    const files = firstBootFiles({ ...spec, login: "ubuntu" }, "nameserver 9.9.9.9\n");
    const named = (end: string) => files.find(({ path }) => path.endsWith(end));
    expect(named("user-data")).toMatchObject({ content: spec.userData, mode: 0o600 });
    expect(JSON.parse(named("90-image.cfg")?.content ?? "")).toMatchObject({
      disable_root: true,
      system_info: { default_user: { name: "ubuntu", sudo: ["ALL=(ALL) NOPASSWD:ALL"] } },
    });
  });
});

describe("the machine's apt configuration", () => {
  it("names the mirrors, in both of apt's formats", () => {
    const modern = [
      "Types: deb",
      "# a comment",
      "URIs: http://mirror.example/debian/",
      "Suites: bookworm bookworm-updates",
      "Components: main",
      "",
      "Types: deb",
      "URIs: http://mirror.example/security",
      "Suites: bookworm-security",
    ].join("\n");
    const found = {
      main: "http://mirror.example/debian",
      security: "http://mirror.example/security",
    };
    expect(mirrorsFrom([modern])).toEqual(found);
    const old = [
      "# deb http://other.example/debian bookworm main",
      "deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main",
      "deb http://mirror.example/security bookworm-security main",
    ].join("\n");
    expect(mirrorsFrom([old])).toEqual(found);
  });

  it("names no mirror on an Ubuntu machine or with a disabled source, so Debian's own are taken", () => {
    const disabled = "Types: deb\nEnabled: no\nURIs: http://x.example/debian\nSuites: trixie\n";
    for (const text of ["deb http://mirror.example/ubuntu noble main", disabled]) {
      expect(sourceLines(mirrorsFrom([text]))).toEqual([]);
    }
    const alone = { main: "http://mirror.example/debian" };
    expect(sourceLines(alone)).toEqual([
      "deb http://mirror.example/debian trixie main",
      "deb http://mirror.example/debian trixie-updates main",
    ]);
  });

  it("carries proxies over, and neither this machine's programs nor its index settings", () => {
    const dump = [
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::http::Proxy-Auto-Detect "/usr/bin/auto-apt-proxy";',
      'Acquire::https "";',
      'Acquire::Retries "3";',
      'Acquire::IndexTargets::deb::Packages::Optional "0";',
      'Dir::Etc "etc/apt";',
    ].join("\n");
    expect(acquireSettings(dump)).toEqual([
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::Retries "3";',
    ]);
  });
});
