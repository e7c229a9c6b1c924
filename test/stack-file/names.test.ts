import { describe, expect, it } from "vitest";

import { besideName, formerName, isBeside } from "../../components/edge/former-record";
import { bareName, sameContent } from "../../components/fleet/record-content";
import { changed, expectProblem, problemsOf, prod, type BadInput } from "./fixture";

const replaced = (more: Record<string, unknown>) => [
  { name: "portal.example.org", type: "CNAME", content: "old.example.net", ...more },
];
const at = (index: string) => `berth:projects.portal.replaces[0].${index}`;

const table: readonly BadInput[] = [
  [
    "a record of a name that is not the project's",
    [[["projects", "portal", "replaces"], replaced({ name: "mail.example.org" })]],
    {
      path: at("name"),
      message: "is none of the project's names",
      received: '"mail.example.org"',
      allowed: "portal.example.org",
      fix: "other records of a zone are never touched",
    },
  ],
  [
    "a record of a type that nobody can replace",
    [[["projects", "portal", "replaces"], replaced({ type: "NS" })]],
    {
      path: at("type"),
      message: "is not a type of record that can be replaced",
      received: '"NS"',
      allowed: "A, AAAA, CNAME",
      fix: "choose one of them",
    },
  ],
  ...(
    [
      ["A", "2001:db8::9", "is no IPv4 address"],
      ["AAAA", "203.0.113.9", "is no IPv6 address"],
      ["CNAME", "203.0.113.9", "is no name"],
    ] as const
  ).map(([type, content, message]): BadInput => [
    `a record ${type} that holds ${content}`,
    [[["projects", "portal", "replaces"], replaced({ type, content })]],
    { path: at("content"), message, received: JSON.stringify(content), fix: "copy it" },
  ]),
  [
    "records of names that the client's DNS holds",
    [
      [["projects", "portal", "dns"], "external"],
      [["projects", "portal", "replaces"], replaced({})],
    ],
    {
      path: "berth:projects.portal.replaces",
      message: "is set, but the client runs DNS",
      fix: "have the client take those records out",
    },
  ],
];

const further: readonly BadInput[] = [
  [
    "a further domain in no zone",
    [[["projects", "kmc", "further"], { serve: ["kmc.example.net"] }]],
    {
      path: "berth:projects.kmc.further.serve[0]",
      message: "lies in no declared Cloudflare zone",
      received: '"kmc.example.net"',
      allowed: "countable.ca, example.org, cryptsend.io",
      fix: "add the zone",
    },
  ],
  [
    "a further domain that is another project's",
    [[["projects", "kmc", "further"], { redirect: ["portal.example.org"] }]],
    {
      path: "berth:projects.portal.domain",
      message:
        "takes portal.example.org as its primary name, which is the further name of kmc, at berth:projects.kmc.further.redirect[0]",
      received: '"portal.example.org"',
      fix: "change one of the two domains",
    },
  ],
  [
    "a further domain that is the project's own",
    [[["projects", "kmc", "further"], { serve: ["kmc.countable.ca"] }]],
    {
      path: "berth:projects.kmc.further.serve[0]",
      message: "takes kmc.countable.ca as its further name, which is the primary name of kmc",
      received: '"kmc.countable.ca"',
      fix: "change one of the two domains",
    },
  ],
];

describe("further domains", () => {
  it.each(further)("are refused: %s", (_, edits, expected) => {
    expectProblem(changed(prod(), edits), expected);
  });
});

describe("records that go", () => {
  it.each(table)("are refused: %s", (_, edits, expected) => {
    expectProblem(changed(prod(), edits), expected);
  });

  it("are taken as they are written", () => {
    const edits: BadInput[1] = [[["projects", "portal", "replaces"], replaced({})]];
    expect(problemsOf(changed(prod(), edits))).toEqual([]);
  });
});

describe("a record's name and content", () => {
  it.each([
    ["CNAME", "Garden.Example.ORG.", "garden.example.org", true],
    ["CNAME", "garden.example.org", "gardens.example.org", false],
    ["AAAA", "2001:DB8:0:0:0:0:0:9", "2001:db8::9", true],
    ["AAAA", "::ffff:203.0.113.9", "::ffff:cb00:7109", true],
    ["AAAA", "2001:db8::9", "2001:db8::90", false],
    ["A", "203.0.113.9", "203.0.113.9", true],
    ["A", "203.0.113.9", "203.0.113.90", false],
  ])("of %s: %s and %s are the same: %s", (type, a, b, same) => {
    expect(sameContent(type, a, b)).toBe(same);
  });

  it("has no case, and no dot at the end", () => {
    expect(bareName("Garden.Example.ORG.")).toBe("garden.example.org");
  });
});

describe("the logical name of a former record", () => {
  const former = {
    id: "0123456789abcdef0123456789abcdef",
    name: "garden.example.org",
    ...{ type: "AAAA", content: "2001:db8::9", proxied: false, ttl: 1 },
  };

  it("is told from the project's own records, whatever the project is called", () => {
    expect(isBeside(besideName("garden", former))).toBe(true);
    expect(isBeside(besideName("a-former-b", former))).toBe(true);
    for (const own of ["garden-primary", "a-former-b-direct", formerName("garden", former.name)]) {
      expect(isBeside(own)).toBe(false);
    }
  });
});
