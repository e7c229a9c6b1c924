import { describe, expect, it } from "vitest";

import { judgeInside, readInside, type Inside } from "../../../operations/fleet/inside";
import { judgeNames, namesOf, type NamedThing } from "../../../operations/fleet/named";
import type { DeliveredSite } from "../../../operations/fleet/delivered";
import { fleet, machine } from "../machines";

const said = (...lines: string[]) => `${lines.join("\n")}\n`;
const listed = [
  "listens: tcp 0.0.0.0 22",
  "listening: 1",
  'container: ["/shop-web-1","sha256:a","running","shop","web",""]',
  'container: ["/by-hand","sha256:b","exited",null,null,null]',
  "containers: 2",
];

describe("what is seen inside of a machine", () => {
  it("is read as it was told", () => {
    expect(readInside(said(...listed))).toEqual({
      listening: [{ protocol: "tcp", address: "0.0.0.0", port: 22 }],
      containers: [
        ...[{ name: "shop-web-1", image: "sha256:a", status: "running" }].map((each) => ({
          ...{ ...each, oneOff: false, project: "shop", service: "web" },
        })),
        { name: "by-hand", image: "sha256:b", status: "exited", oneOff: false },
      ],
    });
  });

  it.each([
    ["nothing", []],
    ["fewer lines than it counted", ["listening: 3", ...listed.slice(2, 3), "containers: 2"]],
    ["no count", listed.filter((line) => !/^(listening|containers):/.test(line))],
    ["what is no container", ["listening: x", "container: {}", "containers: 1"]],
  ])("is not known where it told %s", (_title, lines) => {
    expect(readInside(said(...lines))).toEqual({});
  });
});

describe("what a machine has inside", () => {
  const { declared } = machine("kmc");
  const delivery = { slug: "kmc" } as (typeof declared.deliveries)[number];
  const backup = { slug: "kmc" } as (typeof declared.backups)[number];
  const made = { ...declared, madeByBerth: true, deliveries: [delivery], backups: [backup] };
  const site: DeliveredSite = {
    ...{ slug: "kmc", commit: "0".repeat(40), project: "kmc", running: true, delivering: false },
    ...{ expected: ["web"], identities: { web: "sha256:a" } },
  };
  const web = {
    ...{ name: "kmc-web-1", image: "sha256:a", status: "running", oneOff: false },
    ...{ project: "kmc", service: "web" },
  };
  const inside: Inside = {
    listening: [
      { protocol: "tcp", address: "0.0.0.0", port: 22 },
      { protocol: "tcp", address: "::", port: 443 },
    ],
    containers: [
      web,
      { ...web, name: "kmc-web-run-1", image: "sha256:z", oneOff: true },
      { name: "berth-proxy", image: "sha256:p", status: "running", oneOff: false },
    ],
  };
  const judge = (change: Partial<Inside>, sites: readonly DeliveredSite[] | undefined = [site]) =>
    judgeInside(made, false, { ...inside, ...change }, sites);

  it("is as it shall be, and what was looked at is said", () => {
    expect(judge({})).toEqual({
      ...{ differs: [], unseen: [], looked: ["ports", "containers", "images"] },
    });
  });

  it.each<[string, Partial<Inside>, readonly DeliveredSite[], RegExp]>([
    [
      "a port by its address",
      { listening: [{ protocol: "udp", address: "198.51.100.7", port: 5353 }] },
      [site],
      /^udp 198\.51\.100\.7:5353 listens and is not declared/,
    ],
    [
      "the other protocol of a declared port",
      { listening: [{ protocol: "udp", address: "::", port: 443 }] },
      [site],
      /^udp :::443 /,
    ],
    [
      "a container of another project",
      { containers: [{ ...web, project: "other" }] },
      [site],
      /kmc-web-1 \(running\) is of no project that is delivered here/,
    ],
    [
      "a service that was not delivered",
      { containers: [{ ...web, service: "worker" }] },
      [site],
      /is of no service of kmc/,
    ],
    [
      "a container by the name of another machine's backups",
      { containers: [{ ...web, name: "berth-backup-shop", project: undefined }] },
      [site],
      /berth-backup-shop/,
    ],
    ["another image", { containers: [{ ...web, image: "sha256:b" }] }, [site], /another image/],
  ])("tells %s", (_title, change, sites, expected) => {
    const { differs } = judge(change, sites);
    expect(differs).toHaveLength(1);
    expect(differs[0]).toMatch(expected);
  });

  it.each<[string, Inside, DeliveredSite, RegExp]>([
    ["ports that were not told", { containers: [web] }, site, /what listens/],
    ["containers that were not told", { listening: [] }, site, /its containers/],
    ["images that nobody wrote down", inside, { ...site, identities: null }, /next delivery/],
    ["images of a delivery", inside, { ...site, delivering: true }, /being delivered/],
  ])("is not known for %s", (_title, seen, of, expected) => {
    const { differs, unseen } = judgeInside(made, false, seen, [of]);
    expect(differs).toEqual([]);
    expect(unseen.join()).toMatch(expected);
  });

  it("is its owner's where Berth did not make it, but for what is delivered there", () => {
    const strange = { listening: [{ protocol: "tcp", address: "::", port: 9 }], containers: [web] };
    expect(judgeInside({ ...made, madeByBerth: false }, false, strange, [site])).toEqual({
      ...{ differs: [], unseen: [], looked: ["images"] },
    });
  });
});

describe("where names lead", () => {
  const project = fleet().projects.find(({ slug }) => slug === "kmc")!;
  const wanted = namesOf(project, "192.0.2.1");
  const given = (name: string, ...addresses: string[]) => ({ resolver: "r", name, addresses });

  it("is the edge for visitors, and the machine for who logs in (R23, R24)", () => {
    expect(wanted).toEqual<NamedThing[]>([
      { name: "kmc.countable.ca", leads: { to: "edge" } },
      { name: "kmc-direct.countable.ca", leads: { to: "address", address: "192.0.2.1" } },
    ]);
  });

  it.each([
    [given("kmc.countable.ca", "192.0.2.1"), /leads to 192\.0\.2\.1, not to Cloudflare's edge/],
    [given("kmc.countable.ca", "104.16.0.1", "192.0.2.1"), /not to Cloudflare's edge/],
    [given("kmc.countable.ca"), /leads nowhere/],
    [given("kmc-direct.countable.ca", "192.0.2.2"), /not to 192\.0\.2\.1, says r$/],
  ])("is told where %j is given", (wrong, expected) => {
    expect(judgeNames(wanted, [wrong]).join()).toMatch(expected);
  });

  it("is right where every resolver says so", () => {
    const right = [
      given("kmc.countable.ca", "104.16.0.1"),
      given("kmc-direct.countable.ca", "192.0.2.1"),
    ];
    expect(judgeNames(wanted, right)).toEqual([]);
  });
});
