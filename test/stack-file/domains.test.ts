import { describe, expect, it } from "vitest";
import { changed, expectProblem, problemsOf, prod, type BadInput } from "./fixture";

const project = (domain: string, more: Record<string, unknown> = {}) => ({
  domain,
  access: ["everyone"],
  backup: {},
  ...more,
});
const slugRule = "lower-case letters and digits, words joined by single hyphens";

const table: readonly BadInput[] = [
  ...["Kmc", "kmc_2", "-kmc", "kmc-", "k--mc", "2kmc", "kmc.ca", "long-".repeat(8) + "er"].map(
    (slug): BadInput => [
      `the slug ${slug}`,
      [[["projects", slug], project("new.example.org")]],
      {
        path: /^[\w-]+$/.test(slug) ? `berth:projects.${slug}` : `berth:projects["${slug}"]`,
        message: "is not a slug",
        received: JSON.stringify(slug),
        allowed: slugRule,
        fix: "rename the project",
      },
    ],
  ),
  ...[
    "https://new.example.org",
    "New.example.org",
    "new.example.org.",
    "example",
    "a..example.org",
    "-a.example.org",
    `${"a".repeat(64)}.example.org`,
    "192.0.2.1",
  ].map((domain): BadInput => [
    `the domain ${domain}`,
    [[["projects", "kmc", "domain"], domain]],
    {
      path: "berth:projects.kmc.domain",
      message: "is not a domain name",
      ...(domain.length < 60 ? { received: JSON.stringify(domain) } : {}),
      allowed: "lower case, without https:// and trailing dot",
      fix: "write the bare name",
    },
  ]),
  ...(
    [
      ["https://New.example.org/", "write the bare name in lower case: new.example.org"],
      ["New.example.org.", "write the bare name in lower case: new.example.org"],
      ["*.example.org", "write each name by itself: wildcards are neither made nor touched"],
      ["new_site.example.org", "choose a name without underscores"],
    ] as const
  ).map(([domain, fix]): BadInput => [
    `the domain ${domain}, with what to write`,
    [[["projects", "kmc", "domain"], domain]],
    {
      path: "berth:projects.kmc.domain",
      message: "is not a domain name",
      received: JSON.stringify(domain),
      fix,
    },
  ]),
  [
    "a domain that only looks like Punycode",
    [[["projects", "kmc", "domain"], "xn--a.example.org"]],
    {
      path: "berth:projects.kmc.domain",
      message: "has a label that begins with xn-- and is no Punycode",
      received: '"xn--a.example.org"',
      fix: "as your registrar shows it",
    },
  ],
  [
    "a domain in two declared zones",
    [
      [["agency", "zones", "eu.example.org"], "a".repeat(32)],
      [["projects", "kmc", "domain"], "kmc.eu.example.org"],
    ],
    {
      path: "berth:projects.kmc.domain",
      message: "lies in two declared zones, eu.example.org and example.org",
      received: '"kmc.eu.example.org"',
      fix: "ask `dig +short NS eu.example.org`",
    },
  ],
  [
    "a domain that is not in Punycode",
    [[["projects", "kmc", "domain"], "Zürich.example.org"]],
    {
      path: "berth:projects.kmc.domain",
      message: "is not a domain name",
      received: '"Zürich.example.org"',
      fix: "write it in Punycode, as DNS has it: xn--zrich-kva.example.org",
    },
  ],
  [
    "a domain in no zone",
    [[["projects", "kmc", "domain"], "kmc.example.net"]],
    {
      path: "berth:projects.kmc.domain",
      message: "lies in no declared Cloudflare zone",
      received: '"kmc.example.net"',
      allowed: "countable.ca, example.org, cryptsend.io",
      fix: "set dns: external",
    },
  ],
  [
    "a zone's name as the end of another word",
    [[["projects", "kmc", "domain"], "notexample.org"]],
    {
      path: "berth:projects.kmc.domain",
      message: "lies in no declared Cloudflare zone",
      received: '"notexample.org"',
      fix: "add the zone to berth:agency.zones",
    },
  ],
  [
    "one domain of two projects",
    [[["projects", "new"], project("portal.example.org")]],
    {
      path: "berth:projects.portal.domain",
      message: "is also the domain of new, at berth:projects.new.domain",
      received: '"portal.example.org"',
      fix: "give each project a domain of its own",
    },
  ],
  [
    "a domain that is another's direct name",
    [[["projects", "new"], project("direct.portal.example.org")]],
    {
      path: "berth:projects.portal.domain",
      message:
        "takes direct.portal.example.org as its direct name, which is the primary name of new",
      received: '"direct.portal.example.org"',
      fix: "change one of the two domains",
    },
  ],
  [
    "a domain that is another's origin name",
    [[["projects", "a"], project("origin.portal.example.org")]],
    {
      path: "berth:projects.portal.domain",
      message: "takes origin.portal.example.org as its origin name",
      received: '"origin.portal.example.org"',
      fix: "change one of the two domains",
    },
  ],
  [
    "a domain that is another's name in the suffix form",
    [[["projects", "new"], project("kmc-direct.countable.ca")]],
    {
      path: "berth:projects.new.domain",
      message: "which is the direct name of kmc",
      received: '"kmc-direct.countable.ca"',
      fix: "change one of the two domains",
    },
  ],
  [
    "a domain that is the agency apex's direct name",
    [
      [["projects", "home"], project("countable.ca")],
      [["projects", "new"], project("direct.countable.ca")],
    ],
    {
      path: "berth:projects.new.domain",
      message: "which is the direct name of home",
      received: '"direct.countable.ca"',
      fix: "change one of the two domains",
    },
  ],
  [
    "a domain whose direct name has too long a label",
    [[["projects", "kmc", "domain"], `${"ab-".repeat(19)}c.countable.ca`]],
    {
      path: "berth:projects.kmc.domain",
      message: "whose first label has 65 characters",
      received: JSON.stringify(`${"ab-".repeat(19)}c.countable.ca`),
      allowed: "at most 63",
      fix: "choose a shorter domain",
    },
  ],
  [
    "a zone that holds the domain but not its names",
    [
      [["agency", "zones", "sub.countable.ca"], "a".repeat(32)],
      [["projects", "new"], project("sub.countable.ca", { dns: "cloudflare" })],
    ],
    {
      path: "berth:projects.new.domain",
      message:
        "lies in the zone sub.countable.ca, but its names sub-direct.countable.ca and sub-origin.countable.ca do not",
      received: '"sub.countable.ca"',
      fix: "use the parent zone",
    },
  ],
  [
    "a zone that is no domain",
    [[["agency", "zones", "Example.com"], "a".repeat(32)]],
    {
      path: 'berth:agency.zones["Example.com"]',
      message: "is not a domain name",
      received: '"Example.com"',
      allowed: "lower case",
      fix: "as Cloudflare shows it",
    },
  ],
  [
    "one zone id twice",
    [[["agency", "zones", "example.com"], "0".repeat(32)]],
    {
      path: 'berth:agency.zones["example.com"]',
      message: "has the same id as the zone countable.ca",
      fix: "copy each zone's id",
    },
  ],
  [
    "a zone id of another form",
    [[["agency", "zones", "example.com"], "zone"]],
    {
      path: 'berth:agency.zones["example.com"]',
      message: "is not a Cloudflare zone id",
      allowed: "32 hex digits",
      fix: "copy the zone id",
    },
  ],
  [
    "an agency with a name that makes buckets S3 refuses",
    [[["agency", "name"], "countable-web-production-incorporated"]],
    {
      path: "berth:agency.name",
      message: "leads to a bucket name that S3 refuses",
      received: '"countable-web-production-incorporated"',
      fix: "choose a shorter or plainer name",
    },
  ],
];

describe("names", () => {
  it.each(table)("refuse %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("of an external domain need no zone", () => {
    const input = changed(prod(), [
      [["projects", "new"], project("example.net", { dns: "external" })],
    ]);
    expect(problemsOf(input)).toEqual([]);
  });

  it("of stage and prod are apart, and the problem names the other file", () => {
    const input = prod();
    input.stackFiles = {
      stage: { projects: { portal: project("portal.example.org", { access: ["clark"] }) } },
    };
    expectProblem(input, {
      path: "berth:projects.portal.domain",
      message: "is also the domain of portal, at Pulumi.stage.yaml: berth:projects.portal.domain",
      received: '"portal.example.org"',
      fix: "a domain of its own",
    });
  });

  it("of another environment alone are no problem of this one", () => {
    const input = prod();
    input.stackFiles = {
      stage: { projects: { a: project("x.example.org"), b: project("x.example.org") } },
    };
    expect(problemsOf(input)).toEqual([]);
  });
});
