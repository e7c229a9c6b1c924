import { describe, expect, it } from "vitest";
import {
  changed,
  expectProblem,
  parse,
  problemsOf,
  prod,
  publicKey,
  rsaKey,
  type BadInput,
} from "./fixture";

const uuid = "11111111-1111-1111-1111-111111111111";
const adopt = (change: Record<string, unknown>) => ({
  adopt: {
    provider: "digitalocean",
    id: "123456",
    region: "nyc3",
    size: "s-2vcpu-4gb",
    login: "root",
    hostKey: publicKey(11),
    ...change,
  },
});

const table: readonly BadInput[] = [
  [
    "a client machine without host key",
    [[["nodes", "clinic", "server", "hostKey"], undefined]],
    {
      path: "berth:nodes.clinic.server.hostKey",
      message: "is missing: the machine's SSH host key is needed",
      fix: "ssh-keyscan -t ed25519",
    },
  ],
  [
    "an RSA host key",
    [[["nodes", "clinic", "server", "hostKey"], rsaKey(4096)]],
    {
      path: "berth:nodes.clinic.server.hostKey",
      message: "is of type ssh-rsa, to which connections cannot be pinned",
      fix: "declare the machine's Ed25519 key",
    },
  ],
  [
    "a fingerprint for a host key",
    [[["nodes", "clinic", "server", "hostKey"], "SHA256:abc"]],
    {
      path: "berth:nodes.clinic.server.hostKey",
      message: "is not an OpenSSH public key",
      fix: "ssh-keyscan -t ed25519",
    },
  ],
  [
    "a client machine that has needs",
    [[["projects", "clinic", "needs"], ["cognito"]]],
    {
      path: "berth:nodes.clinic.server",
      message: "is a client's machine, but clinic on it needs cognito, which AWS alone offers (R2)",
      fix: "give clinic a node of its own, or remove needs",
    },
  ],
  [
    "needs of another project on the client's machine",
    [[["projects", "portal", "node"], "clinic"]],
    {
      path: "berth:nodes.clinic.server",
      message: "but portal on it needs rds",
      fix: "give portal a node of its own",
    },
  ],
  [
    "a client machine that is adopted too",
    [
      [["nodes", "clinic", "adopt"], adopt({}).adopt],
      [["nodes", "legacy", "adopt", "id"], "7"],
    ],
    { path: "berth:nodes.clinic", message: "has both server and adopt", fix: "remove one" },
  ],
  ...(["size", "memoryGb", "diskGb"] as const).flatMap((key): BadInput[] => {
    const value = key === "size" ? "t3.small" : 64;
    return [
      [
        `${key} of a client machine`,
        [[["nodes", "clinic", key], value]],
        {
          path: `berth:nodes.clinic.${key}`,
          message: "cannot be chosen together with server",
          received: JSON.stringify(value),
          fix: "remove the line",
        },
      ],
      [
        `${key} of an adopted machine`,
        [[["nodes", "legacy", key], value]],
        {
          path: `berth:nodes.legacy.${key}`,
          message: "cannot be chosen together with adopt",
          received: JSON.stringify(value),
          fix: "keep adopt.size",
        },
      ],
    ];
  }),
  ...(
    [
      ["clinic.example.org", "is not an IPv4 address"],
      ["2001:db8::1", "is an IPv6 address"],
      ["192.0.2.256", "is not an IPv4 address"],
      ["192.0.2.010", "is not an IPv4 address"],
      ["192.0.2", "is not an IPv4 address"],
      ["127.0.0.1", "is in 127.0.0.0/8"],
      ["0.0.0.0", "is in 0.0.0.0/8"],
      ["169.254.169.254", "is in 169.254.0.0/16"],
      ["224.0.0.1", "is in 224.0.0.0/3"],
      ["255.255.255.255", "is in 224.0.0.0/3"],
    ] as const
  ).map(([address, message]): BadInput => [
    `the address ${address}`,
    [[["nodes", "clinic", "server", "address"], address]],
    {
      path: "berth:nodes.clinic.server.address",
      message,
      received: JSON.stringify(address),
      allowed: "the IPv4 address of one machine",
      fix: "write the address",
    },
  ]),
  [
    "one address of two nodes",
    [
      [
        ["nodes", "portal"],
        { server: { address: "192.0.2.10", login: "root", hostKey: publicKey(12) } },
      ],
      [["projects", "portal", "needs"], []],
    ],
    {
      path: "berth:nodes.portal.server.address",
      message: "is that of the node clinic too",
      received: '"192.0.2.10"',
      fix: "node: clinic",
    },
  ],
  [
    "one machine adopted twice",
    [
      [["nodes", "portal"], adopt({})],
      [["projects", "portal", "needs"], []],
    ],
    {
      path: "berth:nodes.portal.adopt.id",
      message: "is that of the node legacy too",
      received: '"123456"',
      fix: "node: legacy",
    },
  ],
  [
    "an id of another provider",
    [[["nodes", "legacy"], adopt({ id: "i-0123456789abcdef0" })]],
    {
      path: "berth:nodes.legacy.adopt.id",
      message: "is not the id of a machine at digitalocean",
      received: '"i-0123456789abcdef0"',
      allowed: "a number in quotes",
      fix: "copy the id",
    },
  ],
  [
    "a Scaleway id without its zone",
    [
      [
        ["nodes", "legacy"],
        adopt({ provider: "scaleway", id: "fr-par-9", region: "fr-par-1", size: "DEV1-S" }),
      ],
    ],
    {
      path: "berth:nodes.legacy.adopt.id",
      message: "is not the id of a machine at scaleway",
      received: '"fr-par-9"',
      allowed: "zone/uuid",
      fix: "copy the id",
    },
  ],
  [
    "a Scaleway id in another zone",
    [
      [
        ["nodes", "legacy"],
        adopt({ provider: "scaleway", id: `fr-par-2/${uuid}`, region: "fr-par-1" }),
      ],
    ],
    {
      path: "berth:nodes.legacy.adopt.region",
      message: `is not the zone in the id fr-par-2/${uuid}`,
      received: '"fr-par-1"',
      fix: "write the zone that the id begins with",
    },
  ],
  [
    "a region of another provider",
    [[["nodes", "legacy"], adopt({ region: "us-east-1" })]],
    {
      path: "berth:nodes.legacy.adopt.region",
      message: "is not a region of digitalocean",
      received: '"us-east-1"',
      allowed: "tor1",
      fix: "as the provider names it",
    },
  ],
  [
    "an adopted machine outside Canada with data of Canada",
    [[["projects", "legacy", "residency"], "canada"]],
    {
      path: "berth:nodes.legacy.adopt.region",
      message: "is outside Canada, where the data of legacy must stay (R3)",
      received: '"digitalocean nyc3"',
      allowed: "digitalocean tor1, aws ca-central-1",
      fix: "move the project",
    },
  ],
  [
    "an adopted machine outside AWS with needs",
    [[["projects", "legacy", "needs"], ["rds"]]],
    {
      path: "berth:nodes.legacy.adopt.provider",
      message: "but legacy on it needs rds",
      received: '"digitalocean"',
      allowed: "aws",
      fix: "give legacy a node of its own",
    },
  ],
  [
    "take-over of a machine that Berth makes",
    [[["nodes", "kmc", "manage"], ["people"]]],
    {
      path: "berth:nodes.kmc.manage",
      message: "is only for machines that exist already",
      fix: "remove the line",
    },
  ],
  [
    "a step of take-over that does not exist",
    [
      [
        ["nodes", "clinic", "manage"],
        ["people", "firewalls"],
      ],
    ],
    {
      path: "berth:nodes.clinic.manage[1]",
      message: "is not a step",
      received: '"firewalls"',
      allowed: "people, firewall, proxy, deploy",
      fix: "did you mean firewall?",
    },
  ],
];

describe("machines", () => {
  it.each(table)("refuse %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("that exist are only looked at until a step is switched on", () => {
    const fleet = parse(
      changed(prod(), [
        [
          ["nodes", "legacy", "manage"],
          ["firewall", "people"],
        ],
      ]),
    );
    const manage = new Map(fleet.nodes.map((node) => [node.name, node.manage]));
    expect(manage.get("clinic")).toEqual([]);
    expect(manage.get("legacy")).toEqual(["people", "firewall"]);
    expect(manage.get("kmc")).toEqual(["people", "firewall", "proxy", "deploy"]);
  });

  it.each([
    ["192.0.2.10", 999],
    ["10.0.0.5", 0],
    ["172.16.0.1", 500],
  ])("at %s with %i visits a day are fine", (address, visits) => {
    const input = changed(prod(), [
      [["nodes", "clinic", "server", "address"], address],
      [["projects", "cryptsend", "visitsPerDay"], visits],
    ]);
    expect(problemsOf(input)).toEqual([]);
  });
});
