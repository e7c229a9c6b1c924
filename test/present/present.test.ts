import { describe, expect, it } from "vitest";

import { fittingName, iamLimits } from "../../components/backups/iam-names";
import { place } from "../../components/placement/placement";
import { wordsOf } from "../../components/present/asking";
import { covers } from "../../components/present/certificates";
import {
  diskProblems,
  growsDisk,
  presentMachine,
  resizeNotes,
  type PresentMachine,
} from "../../components/present/machines";
import { ownStateOf } from "../../components/present/own-state";
import type { NodeSpec } from "../../components/fleet/fleet";

const node = (more: Partial<NodeSpec> = {}): NodeSpec => ({
  name: "club",
  projects: ["club"],
  needs: [],
  residency: "canada",
  memoryGb: 2,
  diskGb: 50,
  manage: [],
  ...more,
});

const droplet = (size: string, diskGb: number, diskGrew = false): PresentMachine => ({
  provider: "digitalocean",
  size,
  region: "tor1",
  diskGb,
  diskGrew,
  ipv6: false,
});

const told = (spec: NodeSpec, present: PresentMachine) => ({
  problems: diskProblems(spec, place(spec), present).map(({ path, fix }) => `${path}: ${fix}`),
  notes: resizeNotes(spec, place(spec), present).map((note) => note.replace(/^Node club: /, "")),
});

describe("a Droplet's disk", () => {
  it("stays when only memory is asked for, so that the node can become small again", () => {
    const large = node({ memoryGb: 4 });
    expect(growsDisk(droplet("s-1vcpu-2gb", 50), "s-2vcpu-4gb", 50)).toBe(false);
    expect(told(large, droplet("s-1vcpu-2gb", 50))).toEqual({
      problems: [],
      notes: [
        "its machine is powered off and on again to become s-2vcpu-4gb instead of s-1vcpu-2gb.",
      ],
    });
    expect(told(node(), droplet("s-2vcpu-4gb", 50)).problems).toEqual([]);
  });

  it("grows when more is asked for than it has, and the flag stays until the next change", () => {
    expect(growsDisk(droplet("s-1vcpu-2gb", 50), "s-4vcpu-8gb", 150)).toBe(true);
    expect(growsDisk(droplet("s-4vcpu-8gb", 160, true), "s-4vcpu-8gb", 150)).toBe(true);
    expect(growsDisk(droplet("s-4vcpu-8gb", 160, true), "s-8vcpu-16gb", 150)).toBe(false);
    expect(growsDisk(undefined, "s-4vcpu-8gb", 150)).toBe(false);
  });

  it("cannot grow without its size, which a size bought without its disk needs", () => {
    const { problems, notes } = told(node({ diskGb: 150 }), droplet("s-4vcpu-8gb", 50));
    expect(problems).toEqual([
      expect.stringMatching(/^berth:nodes\.club\.diskGb: write another size with enough disk/),
    ]);
    expect(notes).toEqual([]);
  });

  it.each([
    ["a smaller disk asked for", node(), droplet("s-2vcpu-4gb", 80), "write diskGb: 80"],
    [
      "a size of another family with more memory and less disk",
      node({ size: "m-2vcpu-16gb" }),
      droplet("s-2vcpu-4gb", 80),
      "choose a size with at least 80 GB of disk",
    ],
  ])("is not shrunk by %s", (_, spec, present, fix) => {
    expect(told(spec, present).problems.join("\n")).toContain(fix);
  });
});

describe("the machine of a node in the state", () => {
  const urn = (type: string, name: string) => `urn:pulumi:prod::berth::a$b$${type}::${name}`;
  const aws = "aws:ec2/instance:Instance";
  const own = ownStateOf({
    [urn(aws, "shop-server")]: {
      type: aws,
      outputs: {
        instanceType: "t3.small",
        region: "us-east-1",
        rootBlockDevice: { volumeSize: 60 },
      },
    },
  });

  it("is found by its node's name or former name, at the provider where it goes", () => {
    const had = { size: "t3.small", region: "us-east-1", diskGb: 60, ipv6: false };
    const found = { provider: "aws", ...had };
    expect(presentMachine(own, { name: "shop" }, "aws")).toEqual(found);
    expect(presentMachine(own, { name: "store", formerly: "shop" }, "aws")).toEqual(found);
    expect(presentMachine(own, { name: "shop" }, "digitalocean")).toBeUndefined();
    expect(presentMachine(undefined, { name: "shop" }, "aws")).toBeUndefined();
  });
});

describe("a certificate for a host", () => {
  it.each([
    ["*.eu.club.example", true],
    ["app.eu.club.example", true],
    ["*.club.example", false],
    ["club.example", false],
  ])("%s is one for app.eu.club.example: %s", (host, expected) => {
    expect(covers(host, "app.eu.club.example")).toBe(expected);
  });
});

describe("a provider's words in a refusal", () => {
  it("are one line without what looks like a secret", () => {
    const said = wordsOf(
      new Error(
        "denied:\n\t* key 3c1f0a9e-7b1d-4a51-9a0d-1f5e2b7c6d88 for https://api.example.org/v2/droplets?page=1",
      ),
    );
    expect(said).toBe("denied: * key … for https://api.example.org/v2/droplets?page=1");
  });
});

describe("names in IAM", () => {
  const long = `${"a".repeat(40)}-${"b".repeat(40)}-backup-writer`;

  it("are the engine's own where they fit, and else of the allowed length and one a stack", () => {
    expect(fittingName("kmc-kmc-backup-writer", "prod", iamLimits.user)).toEqual({});
    const [prod, stage] = ["prod", "stage"].map((stack) => fittingName(long, stack, 64).name!);
    expect(prod).toHaveLength(64);
    expect(prod).toMatch(/^[\w-]+$/);
    expect(prod).not.toBe(stage);
    expect(fittingName("x".repeat(57), "prod", 64).name).toHaveLength(64);
    expect(fittingName("x".repeat(56), "prod", 64)).toEqual({});
  });
});
