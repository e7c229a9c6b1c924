import { spawnSync, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { base, factsOf, judge, kept, lines, names, port, program, type Facts } from "./judged";

describe("the files of public projects", () => {
  it("are twenty, of the kinds that agencies run", () => expect(names).toHaveLength(20));

  it.each(names)("are not refused: %s", (name) => {
    const said = judge({ ...factsOf(name), port: 18_016 });
    expect(lines(said, "refused")).toEqual([]);
    expect(said.code).toBe(0);
    expect(said.web).not.toBeNull();
  });

  it("are told what the manual says of them", { timeout: 120_000 }, () => {
    const told = Object.fromEntries(
      names.map((name) => [name, lines(judge({ ...factsOf(name), port: 18_016 }), "warning")]),
    );
    expect(told).toMatchSnapshot();
  });
});

describe("what a delivery takes", () => {
  it.each<[string, (facts: Facts) => void]>([
    [
      "a volume that was removed from the machine",
      (facts) => {
        facts.kept = kept("django-postgres", "django-postgres_gone");
        facts.volumes = {};
      },
    ],
    [
      "a service by another name over the same data",
      (facts) => {
        facts.kept = kept(
          "django-postgres",
          "django-postgres_postgres_data",
          "/var/lib/postgresql/data",
        );
        facts.volumes = { "django-postgres_postgres_data": "django-postgres" };
        for (const model of [facts.base, facts.full]) {
          model.services.database = model.services.db!;
          delete model.services.db;
        }
      },
    ],
    [
      "a web port that is published to IPv4 and to IPv6",
      ({ full }) =>
        (full.services.nginx!.ports = [
          port("80", 80, { host_ip: "::" }),
          port("80", 80),
          port("8080", 80),
        ]),
    ],
    [
      "a web port at its place already and to all besides",
      ({ full }) =>
        (full.services.nginx!.ports = [
          port("18016", 80, { host_ip: "127.0.0.1" }),
          port("80", 80),
        ]),
    ],
    [
      "a declared path of files, without a word",
      (facts) => {
        facts.files = ["/app/mediafiles"];
      },
    ],
  ])("%s", (_, change) => {
    const facts = base();
    change(facts);
    expect(lines(judge(facts), "refused")).toEqual([]);
  });

  it("takes tools of databases for none", () => {
    const facts = base();
    for (const [name, image] of [
      ["exporter", "prometheuscommunity/postgres-exporter:v0.15.0"],
      ["look", "mongo-express:1"],
      ["nightly", "prodrigestivill/postgres-backup-local:16"],
    ] as const) {
      facts.full.services[name] = { image };
    }
    facts.backup = { kind: "postgres", consistency: "snapshot", exclude: {}, files: [] };
    expect(lines(judge(facts), "refused")).toEqual([]);
    expect(lines(judge(facts), "warning").join("\n")).not.toMatch(/exporter|look|nightly/);
  });

  it("advises S3 for files that are backed up too (R67)", () => {
    const facts = base();
    facts.backup = { kind: "postgres", consistency: "snapshot", exclude: {}, files: [] };
    expect(lines(judge(facts), "warning").join("\n")).toContain(
      "/app/mediafiles holds files on this machine's disk; S3 is where uploads belong",
    );
  });

  it("says nothing of files that are declared (R67)", () => {
    const facts = base();
    expect(lines(judge(facts), "warning").join()).toContain("(R67)");
    for (const covering of ["/app/mediafiles", "/app"]) {
      facts.files = [covering];
      expect(lines(judge(facts), "warning").join()).not.toContain("(R67)");
    }
    // Another place says nothing of these, however alike it is called.
    for (const other of ["/uploads", "/app/media"]) {
      facts.files = [other];
      expect(lines(judge(facts), "warning").join()).toContain(
        "/app/mediafiles holds files that no backup covers",
      );
    }
  });

  it("warns of an override that carries more than it shall (R45)", () => {
    const facts = base();
    facts.parts.prod = {
      services: {
        web: { command: "x", environment: ["DEBUG=0", "KEY=${DB_PASSWORD}"], ports: [] },
        extra: { image: "x" },
      },
      volumes: { more: {} },
    };
    facts.declared = facts.given = ["DB_PASSWORD"];
    const told = lines(judge(facts), "warning").filter((line) => line.includes("(R45)"));
    expect(told).toEqual([
      "dc.prod.yml: volumes: is more than ports, restart policy and secrets; move it to docker-compose.yml (R45)",
      "dc.prod.yml: services.web.command: is more than ports, restart policy and secrets; move it to docker-compose.yml (R45)",
      "dc.prod.yml: services.web.environment: DEBUG: names no secret; move it to docker-compose.yml (R45)",
      "dc.prod.yml: services.extra: runs in prod alone; move it to docker-compose.yml, with a profile where it must (R45)",
    ]);
  });
});

describe("the program that delivers", () => {
  it("refuses a project without its environment's own file (R43)", () => {
    const directory = "test/machine/compose-files/wordpress";
    const words = ["-I", "-B", program, "lint", directory, "--env", "stage"];
    const done = spawnSync("python3", words, { encoding: "utf8" });
    expect(done.status).toBe(65);
    expect(done.stderr).toBe(
      "dc.stage.yml: is not in the repository (there: dc.prod.yml, docker-compose.yml); add it (R43)\n",
    );
  });

  it("reads no link for a Compose file: what is said of it tells what is in it", () => {
    const place = mkdtempSync(join(tmpdir(), "berth-link-"));
    writeFileSync(join(place, "docker-compose.yml"), "services: {}\n");
    symlinkSync("/etc/shadow", join(place, "dc.prod.yml"));
    const script = `import sys
sys.path.insert(0, "${program}")
import reading
try: reading.facts_of(sys.argv[1], "prod", {}, "/srv/berth/shop")
except reading.Refused as problem: print(problem)`;
    const done = spawnSync("python3", ["-I", "-B", "-c", script, place], { encoding: "utf8" });
    rmSync(place, { recursive: true });
    expect(done.stderr).toBe("");
    expect(done.stdout).toMatch(/^dc\.prod\.yml: is a link; /);
  });

  it("is Python that compiles", () => {
    execFileSync("python3", [
      "-c",
      `import ast, glob\nfor file in glob.glob("${program}/*.py"): ast.parse(open(file).read(), file)`,
    ]);
  });

  it.each([
    [["deploy"], 64],
    [["deploy", "shop", "--force"], 64],
    [["deploy", "../shop"], 65],
    [["deploy", "shop"], 65],
    [["exec", "shop", "web", "sh"], 64],
    [["frobnicate"], 64],
  ])("takes no other words than its own: %j", (words, code) => {
    const done = spawnSync("python3", ["-I", "-B", program, ...words], { encoding: "utf8" });
    expect(done.status).toBe(code);
    expect(done.stdout).toBe("");
    expect(done.stderr).not.toContain("Traceback");
  });

  it("warns of what an image is built on and does in its build (R60)", () => {
    const facts = base();
    facts.full.services.web!.build = { context: `${facts.tree}/web`, dockerfile: "Dockerfile.web" };
    facts.texts["web/Dockerfile.web"] = `# FROM someone/else
ARG BASE=python:3
FROM --platform=linux/amd64 docker.io/library/node:20 AS assets
FROM \${BASE} AS named
FROM assets
FROM bitnami/python:3 as last
RUN pip install -r requirements.txt && \\
    python manage.py collectstatic --noinput
RUN ./manage.py migrate
CMD ["sh", "-c", "./manage.py migrate && ./manage.py collectstatic --noinput && gunicorn"]
`.replaceAll("\\$", "$");
    expect(lines(judge(facts), "warning").filter((line) => line.includes("(R60)"))).toEqual([
      "web/Dockerfile.web: FROM: bitnami/python:3: is no official image; build on one where there is one (R60)",
      "web/Dockerfile.web: RUN: collectstatic in the build: there is no database or setting of the environment yet; run it at start-up (R60)",
      "web/Dockerfile.web: RUN: migrations in the build: there is no database or setting of the environment yet; run it at start-up (R60)",
    ]);
  });
});
