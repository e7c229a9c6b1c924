import { describe, expect, it } from "vitest";

import { guardEveryServer } from "../../policies/rules/guard-every-server";
import type { Resource } from "../../policies/judge/resource";
import { unknown, type Value, type Values } from "../../engine/values";
import { cloudflareNetworks } from "../../components/placement/cloudflare-networks";
import { edgeNetworks } from "../../policies/judge/edge";
import { keepDatabasePortsClosed } from "../../policies/rules/keep-database-ports-closed";
import { keepOtherPortsClosed } from "../../policies/rules/keep-other-ports-closed";
import { keepWebBehindEdge } from "../../policies/rules/keep-web-behind-edge";
import { droplet, node, resource, told } from "./resources";

const digitalocean = (...portRanges: Value[]) =>
  resource("digitalocean:index/firewall:Firewall", {
    inboundRules: portRanges.map((portRange) => ({ protocol: "tcp", portRange })),
  });
const scaleway = (inputs: Values) =>
  resource("scaleway:instance/securityGroup:SecurityGroup", {
    inboundDefaultPolicy: "drop",
    ...inputs,
  });
const ingress = (inputs: Values) =>
  resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", inputs);

describe("ports beyond SSH and the web stay closed", () => {
  it.each([
    ["DigitalOcean", digitalocean("22", "80", "443")],
    ["Scaleway", scaleway({ inboundRules: [{ action: "accept", protocol: "TCP", port: 22 }] })],
    ["AWS", ingress({ ipProtocol: "tcp", fromPort: 443, toPort: 443 })],
    ["a group without rules", resource("aws:ec2/securityGroup:SecurityGroup", {})],
    ["an egress rule", resource("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", {})],
    ["ICMP", ingress({ ipProtocol: "icmp", fromPort: -1, toPort: -1 })],
    ["a Scaleway rule that drops", scaleway({ inboundRules: [{ action: "drop", port: 5432 }] })],
  ])("passes %s", (_, firewall) => {
    expect(told(keepOtherPortsClosed(firewall))).toEqual([]);
    expect(told(keepDatabasePortsClosed(firewall))).toEqual([]);
  });

  it.each([
    ["one port", digitalocean("8080"), "inboundRules[0] opens port 8080"],
    ["a range, though it begins allowed", digitalocean("80-443"), "opens ports 80 to 443"],
    ["all ports", digitalocean("all"), "opens ports 0 to 65535"],
    ["no port, which means all", digitalocean(""), "opens ports 0 to 65535"],
    [
      "Scaleway's default, which accepts",
      resource("scaleway:instance/securityGroup:SecurityGroup", {}),
      'set inboundDefaultPolicy to "drop"',
    ],
    [
      "a Scaleway rule without a port",
      scaleway({ inboundRules: [{ action: "accept", protocol: "ANY" }] }),
      "opens ports 0 to 65535",
    ],
    [
      "Scaleway rules of their own",
      resource("scaleway:instance/securityGroupRules:SecurityGroupRules", {
        inboundRules: [{ action: "accept", portRange: "20-30" }],
      }),
      "opens ports 20 to 30",
    ],
    ["every protocol of AWS", ingress({ ipProtocol: "-1" }), "opens ports 0 to 65535"],
    [
      "a rule inside an AWS group",
      resource("aws:ec2/securityGroup:SecurityGroup", {
        ingress: [{ protocol: "tcp", fromPort: 8000, toPort: 9000 }],
      }),
      "ingress[0] opens ports 8000 to 9000",
    ],
    [
      "an old rule resource of AWS",
      resource("aws:ec2/securityGroupRule:SecurityGroupRule", {
        type: "ingress",
        protocol: "tcp",
        fromPort: 8000,
        toPort: 8000,
      }),
      "opens port 8000",
    ],
  ])("refuses %s", (_, firewall, message) => {
    expect(told(keepOtherPortsClosed(firewall)).join("\n")).toContain(message);
  });

  it("judges the rules it knows and reports the one it does not", () => {
    expect(told(keepOtherPortsClosed(digitalocean("22", unknown, "8080")))).toEqual([
      "not judged: firewall.inboundRules[1]",
      expect.stringContaining("inboundRules[2] opens port 8080"),
    ]);
  });

  it("refuses a firewall that it cannot read, whatever the update will know of it", () => {
    const firewall = resource("hcloud:index/firewall:Firewall", { rules: [] });
    expect(told(keepOtherPortsClosed(firewall))).toEqual([
      expect.stringContaining("a kind that policies cannot read"),
    ]);
  });
});

describe("declared ports are let in", () => {
  const club = node({ ports: ["1194/udp"] });
  const opening = (protocol: string, portRange: string) =>
    resource(
      "digitalocean:index/firewall:Firewall",
      { inboundRules: [{ protocol, portRange }] },
      { parent: club },
    );

  it("and no other: not by another protocol, not a range that begins there", () => {
    expect(told(keepOtherPortsClosed(opening("udp", "1194")))).toEqual([]);
    expect(told(keepOtherPortsClosed(opening("tcp", "1194")))).toHaveLength(1);
    expect(told(keepOtherPortsClosed(opening("udp", "1194-1195")))).toHaveLength(1);
  });
});

describe("the web is behind the edge", () => {
  const web = (sourceAddresses: Value, parent?: Resource) =>
    resource(
      "digitalocean:index/firewall:Firewall",
      { inboundRules: [{ protocol: "tcp", portRange: "443", sourceAddresses }] },
      { parent },
    );

  it("judges by the networks that the program writes", () => {
    const { ipv4, ipv6 } = cloudflareNetworks;
    expect([...edgeNetworks].sort()).toEqual([...ipv4, ...ipv6].sort());
    expect(told(keepWebBehindEdge(web([...ipv4, ...ipv6])))).toEqual([]);
  });

  it.each([
    ["nobody named, which means anyone", []],
    ["the world", ["0.0.0.0/0"]],
    ["the world of IPv6 beside the edge", ["104.16.0.0/13", "::/0"]],
  ])("refuses %s", (_, from) => {
    expect(told(keepWebBehindEdge(web(from)))).toEqual([
      expect.stringMatching(/inboundRules\[0\] lets (anyone|0\.0\.0\.0\/0|::\/0) reach the web/),
    ]);
  });

  it("passes the address of a machine that the node says leads visitors, and no network of many", () => {
    const led = (...visitorsFrom: string[]) => node({ visitorsFrom });
    const from = ["104.16.0.0/13", "203.0.113.7/32"];
    expect(told(keepWebBehindEdge(web(from, led("203.0.113.7/32"))))).toEqual([]);
    expect(told(keepWebBehindEdge(web(from, led("203.0.113.8/32"))))).toHaveLength(1);
    expect(told(keepWebBehindEdge(web(from, node({}))))).toHaveLength(1);
    expect(told(keepWebBehindEdge(web(["0.0.0.0/0"], led("0.0.0.0/0"))))).toHaveLength(1);
  });

  it("passes other ports, ranges within the edge's, and a node whose client runs DNS", () => {
    expect(told(keepWebBehindEdge(digitalocean("22")))).toEqual([]);
    expect(told(keepWebBehindEdge(web(["104.17.2.3"])))).toEqual([]);
    expect(told(keepWebBehindEdge(web(["0.0.0.0/0"], node({ web: "anyone" }))))).toEqual([]);
  });

  it("says what it could not judge", () => {
    expect(told(keepWebBehindEdge(web([unknown])))).toEqual([
      "not judged: firewall.inboundRules[0]",
    ]);
  });
});

describe("database ports stay closed", () => {
  it.each([
    ["PostgreSQL", digitalocean("5432"), "5432 (PostgreSQL)"],
    ["a range that covers MySQL", digitalocean("3300-3310"), "3306 (MySQL)"],
    ["MongoDB and its companions", digitalocean("27000-27100"), "27017 (MongoDB) and 27018"],
    ["every port", ingress({ ipProtocol: "-1" }), "database ports, 1433 to 33060"],
    [
      "Redis at Scaleway",
      scaleway({ inboundRules: [{ action: "accept", protocol: "TCP", port: 6379 }] }),
      "6379 (Redis)",
    ],
  ])("refuses %s", (_, firewall, message) => {
    expect(told(keepDatabasePortsClosed(firewall)).join("\n")).toContain(message);
  });

  it("refuses a managed database with a public address, and passes a private one", () => {
    const database = (publiclyAccessible: Value) =>
      resource("aws:rds/instance:Instance", { publiclyAccessible });
    expect(told(keepDatabasePortsClosed(database(false)))).toEqual([]);
    expect(told(keepDatabasePortsClosed(database(true)))).toEqual([
      expect.stringContaining("set publiclyAccessible to false"),
    ]);
    expect(told(keepDatabasePortsClosed(database(unknown)))).toEqual([
      "not judged: instance.publiclyAccessible",
    ]);
  });
});

describe("every server has a firewall", () => {
  const shop = node();
  const server = droplet({ region: "tor1" }, shop);
  const guard = {
    ...digitalocean("22"),
    dependencies: { dropletIds: [server.urn] },
  };

  it("passes a droplet that a firewall is computed from, before it has an id", () => {
    expect(told(guardEveryServer([shop, server, guard]))).toEqual([]);
  });

  it("refuses a droplet without one, and one whose firewall is another's", () => {
    const message = [expect.stringContaining("it has no cloud firewall")];
    expect(told(guardEveryServer([shop, server]))).toEqual(message);
    expect(told(guardEveryServer([shop, server, digitalocean("22")]))).toEqual(message);
  });

  it("passes a server that names its group, and refuses one that names none", () => {
    const group = resource("aws:ec2/securityGroup:SecurityGroup", {});
    const instance = (vpcSecurityGroupIds: Value, from: readonly Resource[] = [group]) =>
      resource(
        "aws:ec2/instance:Instance",
        { vpcSecurityGroupIds },
        {
          parent: shop,
          dependencies: { vpcSecurityGroupIds: from.map(({ urn }) => urn) },
        },
      );
    expect(told(guardEveryServer([group, instance([unknown])]))).toEqual([]);
    expect(told(guardEveryServer([group, instance(["sg-0123"])]))).toEqual([]);
    expect(told(guardEveryServer([group, instance([])]))).toHaveLength(1);
    expect(told(guardEveryServer([group, instance(["sg-0123"], [])]))).toHaveLength(1);
    expect(told(guardEveryServer([group, instance([unknown, "sg-0123"])]))).toHaveLength(1);
  });

  it("leaves an adopted machine alone until its firewall is managed", () => {
    const adopted = node({ adopted: true, manage: [] });
    expect(told(guardEveryServer([droplet({}, adopted)]))).toEqual([]);
    const managed = node({ adopted: true, manage: ["firewall"] });
    expect(told(guardEveryServer([droplet({}, managed)]))).toHaveLength(1);
  });
});
