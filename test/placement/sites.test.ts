import { describe, expect, it } from "vitest";

import { acmePort } from "../../components/fleet/ports";
import { httpPortOf, siteOf } from "../../components/placement/sites";
import { changed, parse, prod, type BadInput } from "../stack-file/fixture";

function site(slug: string, changes: BadInput[1] = [], environment: "prod" | "stage" = "prod") {
  const project = parse(changed(prod(), changes)).projects.find((each) => each.slug === slug);
  return siteOf(project!, environment);
}

describe("the site of a project", () => {
  it("is its domain on the port that follows from its slug, open to search engines in production", () => {
    expect(site("kmc")).toEqual({
      slug: "kmc",
      httpPort: httpPortOf({ slug: "kmc" }),
      serve: ["kmc.countable.ca"],
      redirect: [],
      hidden: false,
      external: false,
    });
  });

  it("is hidden elsewhere (R81)", () => {
    expect(site("kmc", [], "stage").hidden).toBe(true);
  });

  it("is every name of it, by what it does", () => {
    const changes: BadInput[1] = [
      [["projects", "portal", "www"], true],
      [
        ["projects", "portal", "further"],
        {
          serve: ["door.example.org"],
          redirect: ["old.example.org", "older.example.org"],
        },
      ],
      [["projects", "portal", "httpPort"], 8080],
    ];
    expect(site("portal", changes)).toMatchObject({
      httpPort: 8080,
      serve: ["portal.example.org", "www.portal.example.org", "door.example.org"],
      redirect: ["old.example.org", "older.example.org"],
    });
  });

  it("is for whom it names as visitors, networks in one spelling (R81)", () => {
    const networks = ["2001:DB8:0::/32", "203.0.113.5", "203.0.113.5/32"];
    const visitors = (value: object) =>
      site("kmc", [[["projects", "kmc", "visitors"], value]]).visitors;
    expect(visitors({ networks })).toEqual({ networks: ["2001:db8::/32", "203.0.113.5/32"] });
    const password = `$6$saltsalt$${"a".repeat(86)}`;
    expect(visitors({ password })).toEqual({ networks: [], password });
    expect(site("kmc").visitors).toBeUndefined();
  });

  it("is external where the client runs DNS", () => {
    expect(site("clinic", [[["projects", "clinic", "dns"], "external"]]).external).toBe(true);
  });
});

describe("the port that follows from a slug", () => {
  it("is the same for good: what a project publishes must not move with another version", () => {
    expect(["kmc", "intranet", "cryptsend"].map((slug) => httpPortOf({ slug }))).toEqual([
      18_015, 18_885, 18_498,
    ]);
  });

  it("is in a range of its own, away from the port of ACME and those that the system gives out", () => {
    for (let number = 0; number < 5_000; number++) {
      const port = httpPortOf({ slug: `project-${number}` });
      expect(port).toBeGreaterThanOrEqual(18_000);
      expect(port).toBeLessThan(19_000);
    }
    expect(acmePort).toBeLessThan(18_000);
  });
});
