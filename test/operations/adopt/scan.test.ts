import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";

import { propose } from "../../../operations/adopt/propose";
import { render } from "../../../operations/adopt/render";
import { Refusal } from "../../../operations/ground/usage";
import { publicKey } from "../../stack-file/fixture";
import { Clouds, droplet, type Held } from "./clouds";
import { Clone } from "./scanning";

const clouds = new Clouds();
let env: NodeJS.ProcessEnv;
let clone: Clone;

beforeAll(async () => {
  env = await clouds.start();
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterAll(() => {
  clouds.stop();
  vi.unstubAllEnvs();
});
beforeEach(() => {
  clone = new Clone(env);
  clouds.held = {};
  clouds.asked.length = 0;
});
afterEach(() => clone.remove());

const scan = (...argv: string[]) => clone.scan(...argv);
const problemsOf = (text: string) => clone.problemsOf(text);

const record = (name: string, type: string, content: string) => ({ name, type, content });
const fleet: Held = {
  droplets: [
    droplet(11, "legacy", "203.0.113.1"),
    droplet(12, "two sites", "203.0.113.2"),
    droplet(13, "ipv6 only"),
    droplet(14, "nameless", "203.0.113.4"),
    droplet(15, "mine", "203.0.113.5"),
  ],
  servers: {
    "fr-par-2": [
      {
        ...{ id: "11111111-1111-1111-1111-111111111111", name: "shop", commercial_type: "DEV1-S" },
        public_ips: [
          { family: "inet6", address: "2001:db8::9" },
          { family: "inet", address: "203.0.113.21" },
        ],
      },
    ],
  },
  instances: {
    "us-east-1": "",
    "ca-central-1":
      "<item><instanceId>i-0123456789abcdef0</instanceId><instanceType>t3.small</instanceType><ipAddress>203.0.113.31</ipAddress><instanceState><name>running</name></instanceState><tagSet><item><key>Name</key><value>legacy</value></item></tagSet></item><!-- page --><item><instanceId>i-0123456789abcdef1</instanceId><instanceType>t3.small</instanceType><instanceState><name>terminated</name></instanceState></item>",
  },
  records: {
    ["1".repeat(32)]: [
      record("legacy.example.org", "A", "203.0.113.1"),
      record("www.legacy.example.org", "CNAME", "legacy.example.org"),
      record("direct.legacy.example.org", "A", "203.0.113.1"),
      record("one.example.org", "A", "203.0.113.2"),
      record("two.example.org", "A", "203.0.113.2"),
      record("shop.example.org", "A", "203.0.113.21"),
      record("shop.example.org", "AAAA", "2001:db8::9"),
      record("*.example.org", "A", "203.0.113.1"),
      record("lost.example.org", "A", "198.51.100.9"),
    ],
  },
  buckets: {
    "old-archives": { region: "", versioned: true },
    "loose-archives": { region: "ca-central-1", versioned: false },
    "far-archives": { region: "eu-west-3", versioned: true },
  },
};
const everywhere = [
  ...["--zone", "example.org", "--bucket", "old-archives,loose-archives,far-archives"],
];
const everything = ["--from", "digitalocean,scaleway", ...everywhere];

describe("berth adopt --scan", () => {
  it("writes what is known, and exactly what it leaves to fill in is what the program then misses", async () => {
    clouds.held = fleet;
    const { code, out, said } = await scan(...everything);
    expect({ code, said }).toMatchObject({ code: 0 });
    const problems = problemsOf(out);
    expect(problems).toEqual([
      "berth:nodes.legacy.adopt.hostKey",
      "berth:nodes.legacy.adopt.login",
      "berth:nodes.shop.adopt.hostKey",
      "berth:nodes.shop.adopt.login",
      "berth:projects.legacy.access",
      "berth:projects.legacy.backup",
      "berth:projects.shop.access",
      "berth:projects.shop.backup",
    ]);
    const filled = out
      .replaceAll(/^( {6})# access: .*$/gm, "$1access: [everyone]")
      .replaceAll(/^( {6})# backup: .*$/gm, "$1backup: { database: postgres }")
      .replaceAll(/^( {8})# login: .*$/gm, "$1login: root")
      .replaceAll(/^( {8})# hostKey: .*$/gm, `$1hostKey: ${publicKey(11)}`);
    const read = clone.parsed(filled);
    expect(read.projects.map(({ slug, domain, www }) => ({ slug, domain, www }))).toEqual([
      { slug: "legacy", domain: "legacy.example.org", www: true },
      { slug: "shop", domain: "shop.example.org", www: undefined },
    ]);
    expect(read.nodes.map(({ adopt }) => adopt)).toMatchObject([
      { provider: "digitalocean", id: "11", region: "nyc3", size: "s-2vcpu-4gb" },
      { provider: "scaleway", id: "fr-par-2/11111111-1111-1111-1111-111111111111", size: "DEV1-S" },
    ]);
    expect(read.buckets).toMatchObject([{ name: "old-archives", adopted: true }]);
  });

  it("says of the rest why it is not declared", async () => {
    clouds.held = fleet;
    const { out } = await scan(...everything);
    for (const line of [
      "# two-sites: one.example.org, two.example.org lead there: say which are projects",
      '# - digitalocean 13, called "ipv6 only": has no public IPv4 address',
      "# nameless: no name of the zones that were read leads to 203.0.113.4",
      "# - lost.example.org: leads to 198.51.100.9, no machine that was read",
      "# - bucket loose-archives: is not versioned",
      "# - bucket far-archives: is in eu-west-3, and archives go to us-east-1 or ca-central-1 (R30)",
      "    # the zone has AAAA records of it; the preview says what to write under replaces",
    ]) {
      expect(out).toContain(line);
    }
  });

  it("only asks", async () => {
    clouds.held = fleet;
    await scan("--from", "digitalocean,scaleway,aws", ...everywhere);
    const changing = clouds.asked.filter((each) => !/^GET |^POST \/ Action=Describe/.test(each));
    expect(clouds.asked.length).toBeGreaterThan(15);
    expect(changing).toEqual([]);
  });

  it("reads AWS region by region and page by page, and takes no instance that has ended", async () => {
    clouds.held = fleet;
    const { code, out, said } = await scan("--from", "aws", "--zone", "example.org");
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(out).toContain("#        id: i-0123456789abcdef0\n#        region: ca-central-1");
    expect(out).not.toContain("i-0123456789abcdef1");
  });

  it("leaves two machines of one name, and another AWS account's, to a person", async () => {
    clouds.held = fleet;
    const { out } = await scan("--from", "digitalocean,aws", "--zone", "example.org");
    expect(out.match(/^# legacy: two machines would be legacy: choose$/gm)).toHaveLength(2);
    expect(problemsOf(out)).toEqual([]);
    clone.write(
      "Pulumi.prod.yaml",
      stringify({ config: { "berth:agency": { awsAccount: "000000000000" } } }),
    );
    const other = await scan("--from", "aws");
    expect(other.out).toContain(
      "is in the AWS account 413528927365, and berth:agency.awsAccount is another",
    );
  });

  it("leaves out what is declared, or deployed, already", async () => {
    clouds.held = fleet;
    const adopt = { provider: "digitalocean", id: "11" };
    clone.write(
      "Pulumi.prod.yaml",
      stringify({
        config: {
          "berth:projects": { shop: { domain: "shop.example.org" } },
          "berth:nodes": { legacy: { adopt } },
        },
      }),
    );
    clone.published = () =>
      Promise.resolve({
        nodes: {},
        interrupted: [],
        outputs: { nodes: { mine: { id: "15" } } } as never,
      });
    const { out } = await scan(...everything);
    expect(out).toContain(
      '# - digitalocean 11, called "legacy": is declared already, as prod/legacy',
    );
    expect(out).toContain('# - digitalocean 15, called "mine": is declared already, as prod/mine');
    expect(out).toContain("# shop: shop is declared already, in prod: choose another");
    clone.published = () =>
      Promise.reject(new Refusal("the state of stack prod cannot be read: no key"));
    const blind = await scan("--from", "digitalocean");
    expect(blind).toMatchObject({ code: 1 });
    expect(blind.said).toContain("what Berth made there would pass for hand-made");
  });

  it.each<[string, [RegExp, number], string]>([
    [
      "a token without the scope",
      [/^\/v2/, 403],
      "DigitalOcean answers 403: the credentials need the scope droplet:read",
    ],
    [
      "a zone that the token does not see",
      [/dns_records/, 401],
      "Cloudflare, zone example.org, answers 401: the credentials need Zone, DNS, Read for it",
    ],
    ["a key that is refused in a zone", [/fr-par-2/, 500], "Scaleway, fr-par-2, answers 500"],
    [
      "a bucket that is somebody else's",
      [/old-archives/, 403],
      "the bucket old-archives cannot be read",
    ],
  ])("names %s in one line, and writes what the others told", async (_, refused, line) => {
    clouds.held = { ...fleet, refused: [refused] };
    const { code, out, said } = await scan(...everything);
    expect(code).toBe(1);
    expect(said).toContain(`not read: ${line}`);
    expect(out + said).not.toMatch(/dop_v1_secret|scw-secret|cf-secret|aws-secret/);
    expect(() => problemsOf(out)).not.toThrow();
  });

  it("does not take an account that it was told by halves", async () => {
    clouds.held = { droplets: Array.from({ length: 300 }, (_, at) => droplet(at, `d${at}`)) };
    const { code, said } = await scan("--from", "digitalocean");
    expect(code).toBe(1);
    expect(said).toContain("DigitalOcean tells of more than 100 pages");
  });

  it("writes a new file, and over none", async () => {
    clouds.held = fleet;
    const file = clone.write("there.yaml", "mine");
    const refused = await scan(...everything, "--out", file);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(clouds.asked).toEqual([]);
    const made = await scan(...everything, "--out", path.join(clone.directory, "new.yaml"));
    expect(made).toMatchObject({ code: 0, out: "" });
    expect(
      problemsOf(fs.readFileSync(path.join(clone.directory, "new.yaml"), "utf8")),
    ).toHaveLength(8);
  });

  it("takes a host key that was trusted before, and says to compare it", async () => {
    clouds.held = fleet;
    const known = clone.write(
      "known_hosts",
      `203.0.113.1 ${publicKey(11)}\n203.0.113.21 ${publicKey(12)}\n203.0.113.21 ${publicKey(13)}\n`,
    );
    execFileSync("ssh-keygen", ["-q", "-H", "-f", known], { stdio: "ignore" });
    const { out } = await scan(...everything, "--known-hosts", known);
    expect(problemsOf(out)).not.toContain("berth:nodes.legacy.adopt.hostKey");
    expect(out).toContain("# compare its host key with what its owner says");
    // Two keys of a type: nobody knows which is the machine's.
    expect(problemsOf(out)).toContain("berth:nodes.shop.adopt.hostKey");
  });

  it("holds for whatever things are called", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("a\nconfig:\n  x: 1", "#", "on", "' \"", "\u2028b: c", "{{ x }}"),
    );
    fc.assert(
      fc.property(text, text, text, (name, content, alias) => {
        const droplets = [
          { provider: "digitalocean", id: "1", name, region: "nyc3", size: "s-1vcpu-2gb" },
          { provider: "digitalocean", id: name, name: content, region: alias, size: name },
        ] as const;
        const found = {
          machines: droplets.map((each) => ({ ...each, address: "203.0.113.1" })),
          records: [
            record("a.example.org", "A", "203.0.113.1"),
            record(`${alias}.example.org`, "CNAME", "a.example.org"),
            record(`${name}.example.org`, "A", content),
          ],
          buckets: [{ name: alias, region: content, versioned: true }],
          hosts: [{ name: alias, target: "203.0.113.1", login: name, port: content }],
          ...{ resources: [], hostKeys: new Map<string, string>(), troubles: [] },
        };
        const none = () => new Map<string, string>();
        const proposal = propose({
          ...{ found, environment: "prod", awsAccount: "1", agencyDomains: [] },
          declared: {
            ...{ ids: none(), addresses: none(), names: none(), domains: none(), buckets: none() },
          },
        });
        const out = render(proposal, { sources: alias, day: "2026-11-30", stack: "prod" });
        const known = ["agency", "team", "projects", "nodes", "backups"];
        const config = clone.stackOf(out);
        expect(Object.keys(config).filter((key) => !known.includes(key))).toEqual([]);
        expect(Object.keys((config["projects"] as object | undefined) ?? {}).length).toBeLessThan(
          2,
        );
      }),
    );
  });
});
