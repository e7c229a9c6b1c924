import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

import { cloudflareNetworks } from "../../components/placement/cloudflare-networks";
import { repository } from "../../rehearsal/paths";
import { accessOf } from "../../operations/review/facts/access";
import { costOf } from "../../operations/review/facts/cost";
import { dataOf } from "../../operations/review/facts/data";
import { interruptionsOf } from "../../operations/review/facts/interruption";
import { isKnown, knownTypes } from "../../operations/review/facts/known-types";
import { machines } from "../../operations/review/facts/kinds";
import { namesOf } from "../../operations/review/facts/names";
import { planOf } from "../../operations/review/facts/plan";
import { reviewOf } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import { logText, nodeLine, type Line } from "./event-log";

const options = { approved: [], today: "2026-11-21" };
const planWith = (line: Line) =>
  planOf(readCleaned(logText({ lines: [nodeLine("same", "kmc"), line] }), "test"));

/** Every type that the program's code can register: constructors of SDKs' classes, and components. */
function registered(): readonly string[] {
  const found = new Set<string>();
  const walk = (directory: string): void => {
    for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
      const place = path.join(directory, entry.name);
      if (entry.isDirectory()) walk(place);
      else if (entry.name.endsWith(".ts")) typesIn(fs.readFileSync(place, "utf8"), found);
    }
  };
  walk(path.join(repository, "components"));
  return [...found].sort();
}

function typesIn(text: string, found: Set<string>): void {
  const imported = new Map<string, unknown>();
  const imports =
    /import (?:\* as (\w+)|\{([^}]*)\}) from "(@pulumi(?:verse)?\/(?!pulumi"|pulumi\/)[^"]+)"/g;
  for (const [, whole, names, from] of text.matchAll(imports)) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const module = require(from!) as Record<string, unknown>;
    if (whole !== undefined) imported.set(whole, module);
    for (const name of (names ?? "").split(",").map((each) => each.trim())) {
      if (name !== "" && !name.startsWith("type ")) imported.set(name, module[name]);
    }
  }
  for (const [, called = ""] of text.matchAll(/new ([A-Za-z]\w*(?:\.\w+)*)\(/g)) {
    const [root = "", ...rest] = called.split(".");
    const made = rest.reduce<unknown>(
      (from, name) => (from as Record<string, unknown> | undefined)?.[name],
      imported.get(root),
    );
    const type = (made as { __pulumiType?: unknown } | undefined)?.__pulumiType;
    // A provider's own class has its package's name alone.
    if (typeof type === "string" && type.includes(":")) found.add(type);
  }
  for (const [, type = ""] of text.matchAll(/super\(\s*"(berth:[\w:]+)"/g)) found.add(type);
}

describe("the types that the program can register", () => {
  const types = registered();

  it("are known to every reader of plans: a new one belongs into known-types.ts, with all it is read for", () => {
    expect(types.length).toBeGreaterThan(20);
    expect(types).toContain("aws:ec2/securityGroup:SecurityGroup");
    expect(types.filter((type) => !isKnown(type))).toEqual([]);
    expect(Object.keys(knownTypes).filter((type) => !types.includes(type))).toEqual([]);
  });

  const rules = {
    inboundRules: [{ protocol: "tcp", portRange: "8443", port: 8443, action: "accept" }],
    ingress: [{ protocol: "tcp", fromPort: 8443, toPort: 8443 }],
    people: { eve: ["x"] },
    project: "kmc",
    places: [{ bucket: "b", prefix: "backups/", whole: false }],
    bucket: "b",
    name: "kmc.example",
    type: "A",
    content: "192.0.2.1",
    settingId: "ssl",
    value: "strict",
    rules: [{ expression: "true", actionParameters: { ssl: "strict" } }],
  };

  it.each(Object.entries(knownTypes))("%s is read for what the table says", (type, readings) => {
    const parent = nodeLine("same", "kmc");
    const state = { inputs: rules, parent: `urn:pulumi:prod::berth::${parent.type}::kmc` };
    const made = planWith({ op: "create", type, name: "x", after: state });
    const gone = planWith({ op: "delete", type, name: "x", before: state });
    const says = (what: readonly unknown[]) => (what.length > 0 ? "reads" : "-");
    expect(says([...accessOf(made), ...accessOf(gone)])).toBe(readings.access);
    expect(says(namesOf(made))).toBe(readings.names);
    const cost = costOf(made, new Date("2026-11-21"));
    expect(says([...cost.nodes, ...cost.unknown])).toBe(readings.cost);
    expect(type in machines ? "reads" : "-").toBe(readings.interruption);
    expect(says(interruptionsOf(made)) === "-" || readings.interruption === "reads").toBe(true);
    if (/Versioning|Lifecycle|Lock/.test(type)) return;
    expect(says(dataOf(gone))).toBe(readings.data);
  });

  it("are the only ones whose change may be called clear", () => {
    const lines = (type: string): Line[] => [
      { op: "create", type, name: "x", after: { inputs: {} } },
    ];
    const verdict = (type: string) =>
      reviewOf(readCleaned(logText({ lines: lines(type) }), "test"), options);
    expect(verdict("tls:index/privateKey:PrivateKey").verdict).toBe("clear");
    const found = verdict("digitalocean:index/app:App");
    expect(found.verdict).toBe("look");
    expect(found.strangers).toEqual(["x (digitalocean:index/app:App)"]);
  });
});

describe("what lets somebody in, by every type", () => {
  const any = { cidrBlocks: ["0.0.0.0/0"] };
  it.each<[string, Record<string, unknown>, string]>([
    [
      "aws:ec2/securityGroup:SecurityGroup",
      { ingress: [{ protocol: "tcp", fromPort: 8443, toPort: 8443, ...any }] },
      "anyone: port 8443",
    ],
    [
      "aws:ec2/securityGroup:SecurityGroup",
      { ingress: [{ protocol: "-1", fromPort: 0, toPort: 0, ipv6CidrBlocks: ["::/0"] }] },
      "anyone: port all",
    ],
    [
      "aws:ec2/securityGroup:SecurityGroup",
      { ingress: [{ protocol: "udp", fromPort: 1, toPort: 9, cidrBlocks: ["10.0.0.0/8"] }] },
      "10.0.0.0/8: port 1-9/udp",
    ],
    [
      "aws:ec2/securityGroup:SecurityGroup",
      { ingress: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
      "anyone: port what only the update knows",
    ],
    [
      "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      { ingress: [{ protocol: "tcp", fromPort: 1, toPort: 1, self: true }] },
      "machines of the account: port 1",
    ],
    [
      "aws:ec2/securityGroupRule:SecurityGroupRule",
      { type: "ingress", protocol: "tcp", fromPort: 5432, toPort: 5432, ...any },
      "anyone: port 5432",
    ],
    [
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { ipProtocol: "tcp", fromPort: 8443, toPort: 8443, cidrIpv4: "0.0.0.0/0" },
      "anyone: port 8443",
    ],
    [
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { ipProtocol: "-1", prefixListId: "pl-1" },
      "a list of networks: port all",
    ],
    [
      "aws:ec2/networkAclRule:NetworkAclRule",
      {
        egress: false,
        ruleAction: "allow",
        protocol: "6",
        fromPort: 8443,
        toPort: 8443,
        cidrBlock: "0.0.0.0/0",
      },
      "anyone: port 8443",
    ],
    ["aws:lb/listener:Listener", { port: 8443 }, "anyone: port 8443"],
    [
      "digitalocean:index/firewall:Firewall",
      {
        inboundRules: [
          {
            protocol: "tcp",
            portRange: "8443",
            sourceAddresses: ["192.0.2.0/24", "198.51.100.0/24"],
          },
        ],
      },
      "2 networks (192.0.2.0/24 …): port 8443",
    ],
    [
      "digitalocean:index/loadBalancer:LoadBalancer",
      { forwardingRules: [{ entryPort: 8443 }] },
      "anyone: port 8443",
    ],
    [
      "scaleway:instance/securityGroup:SecurityGroup",
      { inboundDefaultPolicy: "accept", inboundRules: [] },
      "anyone: port all",
    ],
    [
      "scaleway:instance/securityGroupRules:SecurityGroupRules",
      { inboundRules: [{ action: "accept", protocol: "TCP", port: 8443 }] },
      "anyone: port 8443",
    ],
  ])("%s: %j", (type, inputs, said) => {
    const found = accessOf(planWith({ op: "create", type, name: "x", after: { inputs } }));
    expect(found.map(({ kind, who, what }) => `${kind} ${who}: ${what}`)).toEqual([
      `gains ${said}`,
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["aws:ec2/securityGroupRule:SecurityGroupRule", { type: "egress", protocol: "-1", ...any }],
    [
      "aws:ec2/networkAclRule:NetworkAclRule",
      { egress: false, ruleAction: "deny", protocol: "-1" },
    ],
    [
      "scaleway:instance/securityGroup:SecurityGroup",
      { inboundDefaultPolicy: "drop", inboundRules: [{ action: "drop" }] },
    ],
  ])("%s lets nobody in with %j", (type, inputs) => {
    expect(accessOf(planWith({ op: "create", type, name: "x", after: { inputs } }))).toEqual([]);
  });

  it("tells a port that opens to everybody from one that some could reach already", () => {
    const type = "aws:ec2/securityGroup:SecurityGroup";
    const rule = (cidr: string) => ({
      inputs: { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [cidr] }] },
    });
    const found = accessOf(
      planWith({
        op: "update",
        type,
        name: "x",
        before: rule("192.0.2.0/24"),
        after: rule("0.0.0.0/0"),
      }),
    );
    expect(found.map(({ kind, who, what }) => `${who} ${kind} ${what}`)).toEqual([
      "anyone gains port 443",
      "192.0.2.0/24 loses port 443",
    ]);
  });

  it("names Cloudflare's edge in a word where all of its networks may come, and not where one is missing", () => {
    const type = "digitalocean:index/firewall:Firewall";
    const { ipv4, ipv6 } = cloudflareNetworks;
    const rule = (sourceAddresses: readonly string[]) => ({
      inputs: { inboundRules: [{ protocol: "tcp", portRange: "443", sourceAddresses }] },
    });
    const whoAfter = (networks: readonly string[]) => {
      const line = {
        op: "update",
        type,
        name: "x",
        before: rule(["0.0.0.0/0"]),
        after: rule(networks),
      };
      const found = accessOf(planWith(line));
      return found.filter(({ kind }) => kind === "gains").map(({ who }) => who);
    };
    const edge = `Cloudflare (${ipv4.length}+${ipv6.length} networks)`;
    expect(whoAfter([...ipv4, ...ipv6])).toEqual([edge]);
    expect(whoAfter([...ipv4, ...ipv6, "192.0.2.0/24"])).toEqual([`${edge} and 192.0.2.0/24`]);
    expect(whoAfter([...ipv4.slice(1), ...ipv6])[0]).not.toContain("Cloudflare");
  });
});
