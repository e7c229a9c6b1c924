import { describe, expect, it } from "vitest";

import { base, factsOf, judge, lines, type Facts } from "./judged";

/** What a node is told of a project's backups, as far as the lint reads it. */
const backup = (kind: string, exclude: Record<string, string> = {}, consistency = "snapshot") => ({
  kind,
  exclude,
  consistency,
});

const facts = (change: (facts: Facts) => void = () => undefined): Facts => {
  const found = { ...base(), backup: backup("postgres") } as Facts;
  change(found);
  return found;
};
const refused = (said: Facts) => lines(judge(said), "refused");
const mount = (service: string, volume: object) => (found: Facts) => {
  const one = found.full.services[service]!;
  const both = [...((one.volumes as object[] | undefined) ?? []), volume];
  found.full.services[service] = { ...one, volumes: both };
  found.base.services[service] = { ...one, volumes: both };
};

describe("a delivery to production of a project that is backed up", () => {
  it("is taken where a dump and the volumes are all there is (R29)", () => {
    expect(refused(facts())).toEqual([]);
    expect(lines(judge(facts()), "warning").filter((line) => line.includes("no backup"))).toEqual(
      [],
    );
  });

  it.each<[string, (found: Facts) => void, RegExp]>([
    [
      "a database that no backup dumps",
      (found) => Object.assign(found, { ...factsOf("rails-mysql"), backup: backup("none") }),
      /^services\.\w+: (mysql|mariadb)\S*: keeps data, and no backup dumps its kind; .* backup\.exclude\./,
    ],
    [
      "another kind of database than is declared",
      (found) => Object.assign(found, { ...factsOf("node-mongo"), backup: backup("postgres") }),
      /^backup\.consistency: snapshot: \w+ is mongodb, which gives none; say stop or pause/,
    ],
    [
      "a directory of its checkout that services write to",
      mount("web", { type: "bind", source: `${base().tree}/uploads`, target: "/app/uploads" }),
      /^services\.web\.volumes: \.\/uploads:\/app\/uploads: is neither backed up nor left out; declare files: \[\/app\/uploads\]/,
    ],
    [
      "a directory outside of it",
      mount("web", { type: "bind", source: "/opt/old/media", target: "/app/old" }),
      /^services\.web\.volumes: \/opt\/old\/media:\/app\/old: lies outside of the project, where no backup reads/,
    ],
    [
      "a volume without a name",
      mount("web", { type: "volume", target: "/app/uploads" }),
      /^services\.web\.volumes: \/app\/uploads: a volume without a name is not backed up/,
    ],
    [
      "a declared path that has a volume's name in archives",
      (found) => {
        mount("web", { type: "volume", source: "app-media", target: "/cache" })(found);
        mount("web", { type: "bind", source: `${found.tree}/media`, target: "/app/media" })(found);
        found.files = ["/app/media"];
      },
      /^files: \/app\/media: would have the name of the volume app-media in archives/,
    ],
    [
      "a declared path that no service mounts",
      (found) => (found.files = ["/app/nowhere"]),
      /^files: \/app\/nowhere: no service mounts it/,
    ],
  ])("is refused with %s", (_, change, expected) => {
    const said = facts(change);
    const found = refused(said);
    expect(found.filter((line) => expected.test(line))).toHaveLength(1);
    expect(judge(said).code).toBe(65);
    // Stage is told and goes on.
    expect(lines(judge(said, "stage"), "warning").some((line) => expected.test(line))).toBe(true);
  });

  it("takes what is left out with a reason, and names a reason for what is not there", () => {
    const said = facts((found) => {
      mount("web", { type: "bind", source: "/opt/old/media", target: "/app/old" })(found);
      mount("web", { type: "volume", target: "/app/uploads" })(found);
      found.backup = backup("postgres", { web: "uploads are made anew", gone: "it was" });
    });
    expect(refused(said)).toEqual([]);
    expect(lines(judge(said), "warning").join("\n")).toContain(
      "backup.exclude.gone: is neither a service nor a volume of the project",
    );
  });

  it("takes one whose databases are on a server over the network, and none without", () => {
    const rds = { host: "db.example.org", port: 5432, user: "keeper", image: "postgres:17" };
    const said = (more: object) =>
      facts((found) => {
        found.full.services = { web: { image: "python:3" } };
        found.backup = { ...backup("postgres"), ...more };
      });
    expect(refused(said({})).join("\n")).toContain("backup.database: postgres: no service of");
    expect(refused(said({ rds })).join("\n")).not.toContain("backup.database");
  });

  it("takes declared files within what is mounted", () => {
    const said = facts((found) => {
      mount("web", {
        ...{ type: "bind", source: `${found.tree}/uploads`, target: "/app/uploads" },
      })(found);
      found.files = ["/app/uploads"];
    });
    expect(refused(said)).toEqual([]);
  });
});
