import { describe, expect, it } from "vitest";
import { changed, expectProblem, parse, problemsOf, prod, type BadInput } from "./fixture";

const table: readonly BadInput[] = [
  [
    "IPv6 of a client's machine",
    [[["nodes", "clinic", "ipv6"], true]],
    {
      path: "berth:nodes.clinic.ipv6",
      message: "is for machines that Berth makes at DigitalOcean, and the machine exists already",
      received: "true",
      fix: "take the line out",
    },
  ],
  [
    "IPv6 at another cloud than DigitalOcean",
    [[["nodes", "cryptsend", "ipv6"], true]],
    {
      path: "berth:nodes.cryptsend.ipv6",
      message:
        "is for machines that Berth makes at DigitalOcean, and the node is placed at scaleway",
      received: "true",
      fix: "take the line out",
    },
  ],
  [
    "a node that no project lives on",
    [[["nodes", "kcm"], { memoryGb: 4 }]],
    {
      path: "berth:nodes.kcm",
      message: "is a node that no project lives on",
      received: '"kcm"',
      allowed: "clinic, cryptsend, kmc, legacy, portal, shop-acme",
      fix: "put `node: kcm` into a project",
    },
  ],
  [
    "a node named after nothing on it",
    [[["projects", "shop", "node"], "web-1"]],
    {
      path: "berth:projects.shop.node",
      message: "is not a name for the node of these projects (R9)",
      received: '"web-1"',
      allowed: "shop, or one of them followed by -client",
      fix: "name the node after a project",
    },
  ],
  [
    "1000 visits a day without a size",
    [[["projects", "cryptsend", "visitsPerDay"], 1000]],
    {
      path: "berth:projects.cryptsend.visitsPerDay",
      message: "needs a chosen size (R8)",
      received: "1000",
      fix: "add memoryGb or size under berth:nodes.cryptsend",
    },
  ],
  [
    "projects that are busy together on a node without a size",
    [
      [["projects", "cryptsend", "visitsPerDay"], 999],
      [
        ["projects", "cryptsend-two"],
        {
          domain: "two.example.org",
          access: ["everyone"],
          node: "cryptsend",
          visitsPerDay: 1,
          backup: {},
        },
      ],
    ],
    {
      path: "berth:projects.cryptsend.visitsPerDay",
      message: "makes 1000 visits a day on the node cryptsend, with 1 of cryptsend-two",
      received: "999",
      fix: "add memoryGb or size under berth:nodes.cryptsend",
    },
  ],
  [
    "heavy compute without a size",
    [[["projects", "cryptsend", "heavyCompute"], true]],
    {
      path: "berth:projects.cryptsend.heavyCompute",
      message: "needs a chosen size (R8)",
      received: "true",
      fix: "add memoryGb or size under berth:nodes.cryptsend",
    },
  ],
  [
    "more memory than is sold",
    [[["nodes", "cryptsend"], { memoryGb: 1024 }]],
    {
      path: "berth:nodes.cryptsend.memoryGb",
      message: "asks for what scaleway does not sell, where R4 places the node",
      received: "1024 GB of memory with 50 GB of disk",
      allowed: "at most 256 GB of memory",
      fix: "ask for less",
    },
  ],
  [
    "more disk than comes with any droplet",
    [[["nodes", "kmc", "diskGb"], 5000]],
    {
      path: "berth:nodes.kmc.diskGb",
      message: "asks for what digitalocean does not sell, where R3 places the node",
      received: "4 GB of memory with 5000 GB of disk",
      allowed: "800 GB of disk",
      fix: "ask for less",
    },
  ],
  [
    "a size of another provider",
    [[["nodes", "cryptsend"], { size: "t3.medium" }]],
    {
      path: "berth:nodes.cryptsend.size",
      message: "is a size of aws, but R4 places the node at scaleway",
      received: '"t3.medium"',
      allowed: "DEV1-S",
      fix: "choose one of them",
    },
  ],
  [
    "a mistyped size",
    [[["nodes", "kmc"], { size: "s-2vcpu-4g" }]],
    {
      path: "berth:nodes.kmc.size",
      message: "is not a size of digitalocean, where R3 places the node",
      received: '"s-2vcpu-4g"',
      allowed: "s-2vcpu-4gb",
      fix: "did you mean s-2vcpu-4gb?",
    },
  ],
  [
    "a size below the memory asked for",
    [[["nodes", "portal"], { size: "t3.small", memoryGb: 4 }]],
    {
      path: "berth:nodes.portal.size",
      message: "has 2 GB of memory",
      received: '"t3.small"',
      allowed: "t3.medium",
      fix: "choose a larger size",
    },
  ],
  [
    "a droplet below the disk asked for",
    [[["nodes", "kmc"], { size: "m-2vcpu-16gb", diskGb: 51 }]],
    {
      path: "berth:nodes.kmc.size",
      message: "at most 50 GB of disk",
      received: '"m-2vcpu-16gb"',
      allowed: "s-4vcpu-16gb-amd",
      fix: "choose a larger size",
    },
  ],
];

describe("nodes", () => {
  it.each(table)("refuse %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("unite what their projects ask for", () => {
    const fleet = parse(changed(prod(), [[["projects", "portal", "node"], "kmc"]]));
    const kmc = fleet.nodes.find((node) => node.name === "kmc");
    expect(kmc).toMatchObject({
      projects: ["intranet", "kmc", "portal"],
      needs: ["rds"],
      residency: "canada",
      memoryGb: 4,
      diskGb: 50,
    });
  });

  it("of the client or adopted have their size, so many visits are no problem", () => {
    const input = changed(prod(), [
      [["projects", "clinic", "visitsPerDay"], 5000],
      [["projects", "legacy", "heavyCompute"], true],
    ]);
    expect(problemsOf(input)).toEqual([]);
  });
});
