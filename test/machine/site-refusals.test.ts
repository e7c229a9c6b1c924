import { join } from "node:path";
import { describe, expect, it } from "vitest";

import { base, judge, kept, lines, port, volume, type Facts } from "./judged";

const healthcheck = { test: ["CMD", "true"] };

/** Has a service that is made up so be declared to run twice. */
function overlap(facts: Facts, service: string, more: object): void {
  facts.overlap = [service];
  Object.assign(facts.full.services[service]!, more);
}

describe("what no delivery takes", () => {
  it.each<[string, (facts: Facts) => void, RegExp]>([
    [
      "a published database",
      ({ full }) => (full.services.db!.ports = [port("5432", 5432)]),
      /^dc\.prod\.yml: services\.db\.ports: 5432:5432: publishes a database's port; take it out/,
    ],
    [
      "a database that is published on the loopback interface",
      ({ full }) => (full.services.db!.ports = [port("6000", 6000, { host_ip: "127.0.0.1" })]),
      /services\.db\.ports: 127\.0\.0\.1:6000:6000: publishes a database's port/,
    ],
    [
      "a database's port of another image",
      ({ full }) => (full.services.web!.ports = [port("3306", 3306)]),
      /services\.web\.ports: 3306:3306: publishes a database's port/,
    ],
    [
      "a second port",
      ({ full }) => (full.services.web!.ports = [port("9000", 9000)]),
      /services\.web\.ports: 9000:9000: publishes a second port to all/,
    ],
    [
      "two ports of which none is the web's",
      ({ full }) => {
        full.services.nginx!.ports = [port("8080", 80)];
        full.services.web!.ports = [port("9000", 9000)];
      },
      /the web port cannot be told among web 9000:9000, nginx 8080:80|among .*nginx 8080:80/,
    ],
    [
      "no port at all",
      ({ full }) => delete full.services.nginx!.ports,
      /no service publishes a port, so the web port cannot be told/,
    ],
    [
      "a service that is not there and shall overlap",
      (facts) => (facts.overlap = ["app"]),
      /^overlap: app: is no service of the project; it has .*db.*web/,
    ],
    [
      "a database that shall overlap",
      (facts) => overlap(facts, "db", { healthcheck }),
      /^services\.db: is a database, which never shares its data directory/,
    ],
    [
      "a published port that shall overlap",
      (facts) => overlap(facts, "nginx", { healthcheck }),
      /^services\.nginx: publishes a port, which one container alone can have/,
    ],
    [
      "a service by a name of its own that shall overlap",
      (facts) => overlap(facts, "web", { container_name: "one", healthcheck }),
      /^services\.web: container_name: one: one container alone can have the name/,
    ],
    [
      "a service that says nothing of its health and shall overlap",
      (facts) => overlap(facts, "web", { healthcheck: { test: ["NONE"] } }),
      /^services\.web: has no healthcheck, by which the new one is judged/,
    ],
    [
      "a directory of the checkout that shall overlap",
      (facts) => {
        const volumes = [{ type: "bind", source: `${facts.tree}/media`, target: "/media" }];
        facts.base.services.web!.volumes = volumes;
        overlap(facts, "web", { healthcheck, volumes });
      },
      /^services\.web\.volumes: \/media: is of the checkout, which holds one version alone/,
    ],
    [
      "a worker that is not there",
      (facts) => (facts.workers = ["beat"]),
      /^workers: beat: is no service of the project; it has .*db.*web/,
    ],
    [
      "a database as a worker",
      (facts) => (facts.workers = ["db"]),
      /^workers: db: is a database, which acts for others/,
    ],
    [
      "a worker that visitors are answered by",
      (facts) => (facts.workers = ["web"]),
      /^workers: web: nginx answers visitors and needs it \(depends_on\), so it cannot wait/,
    ],
    [
      "the machine's own network",
      ({ full }) => (full.services.web!.network_mode = "host"),
      /services\.web\.network_mode: host/,
    ],
    [
      "an override that exchanges an image",
      ({ full }) => (full.services.db!.image = "postgres:17"),
      /^dc\.prod\.yml: services\.db\.image: postgres:17: docker-compose\.yml has postgres:16/,
    ],
    [
      "an override that exchanges a volume",
      ({ full }) => (full.services.db!.volumes = [volume("other")]),
      /^dc\.prod\.yml: services\.db\.volumes: mounts other at \/var\/lib\/postgresql\/data\/?, where docker-compose\.yml has/,
    ],
    [
      "an override that names a volume",
      ({ full }) => (full.volumes = { ...full.volumes, postgres_data: { name: "shared" } }),
      /^dc\.prod\.yml: volumes\.postgres_data: is shared/,
    ],
    [
      "an override that names the project",
      ({ texts }) => (texts["dc.prod.yml"] = `name: other\n${texts["dc.prod.yml"]}`),
      /^dc\.prod\.yml: name: /,
    ],
    [
      "a renamed volume",
      (facts) => {
        facts.kept = kept("django-postgres", "django-postgres_olddata", "/var/lib/postgresql/data");
        facts.volumes = { "django-postgres_olddata": "django-postgres" };
      },
      /django-postgres_olddata, which holds .* of db, is not mounted any more/,
    ],
    [
      "a volume of an earlier run that nobody mounts",
      (facts) => (facts.volumes = { "django-postgres_old": "django-postgres" }),
      /this machine has django-postgres_old, a volume of django-postgres, which no service mounts/,
    ],
    [
      "a renamed project",
      (facts) => (facts.kept = { project: "shop", mounts: [] }),
      /^docker-compose\.yml: name: django-postgres: until now the project is shop/,
    ],
    [
      "a volume that is mounted elsewhere",
      (facts) =>
        (facts.kept = kept(
          "django-postgres",
          "django-postgres_postgres_data",
          "/var/lib/postgresql",
        )),
      /is mounted at \/var\/lib\/postgresql\/data\/?, and was at \/var\/lib\/postgresql:/,
    ],
    [
      "data in a tracked file",
      (facts) => {
        facts.tracked = ["db.sqlite3"];
        facts.full.services.worker = {
          volumes: [
            { type: "bind", source: `${facts.tree}/db.sqlite3`, target: "/app/db.sqlite3" },
          ],
        };
      },
      /\.\/db\.sqlite3:\/app\/db\.sqlite3: a file that is tracked and written to/,
    ],
    [
      "a way out of the checkout",
      (facts) => {
        facts.full.services.worker = {
          volumes: [
            { type: "bind", source: `${join(facts.tree, "..", "data")}`, target: "/app/data" },
          ],
        };
      },
      /\.\.\/data leads out of the checkout/,
    ],
    [
      "an external volume that is not there",
      (facts) => {
        facts.base.volumes = facts.full.volumes = {
          postgres_data: { name: "agency", external: true },
        };
        facts.volumes = {};
      },
      /agency is external, and this machine has no such volume/,
    ],
    [
      "a tracked override",
      (facts) => (facts.tracked = ["docker-compose.override.yml"]),
      /^docker-compose\.override\.yml: is tracked/,
    ],
    [
      "tracked secrets",
      (facts) => {
        facts.tracked = [".env"];
        facts.declared = facts.given = ["DB_PASSWORD"];
      },
      /^\.env: is tracked/,
    ],
    [
      "a secret that was not given",
      (facts) => {
        facts.declared = ["DB_PASSWORD"];
        facts.given = [];
      },
      /^secrets: DB_PASSWORD: is declared, and no value/,
    ],
    [
      "a secret that nobody declared",
      (facts) => {
        facts.declared = [];
        facts.given = ["DB_PASSWORD"];
      },
      /^secrets: DB_PASSWORD: was given, and is not declared/,
    ],
    [
      "a secret that nothing uses",
      (facts) => {
        facts.declared = facts.given = ["STRIPE"];
      },
      /^secrets: STRIPE: is declared and given, and nothing in the Compose files uses it/,
    ],
    [
      "a secret that Docker reads itself",
      (facts) => {
        facts.declared = facts.given = ["DOCKER_HOST"];
        facts.texts["docker-compose.yml"] += "# DOCKER_HOST\n";
      },
      /^secrets: DOCKER_HOST: the system reads this name itself/,
    ],
    [
      "a Compose that cannot rebind a port",
      (facts) => (facts.compose = [2, 24, 3]),
      /Compose 2\.24\.3 cannot rebind a published port; install 2\.24\.4 or newer/,
    ],
  ])("%s", (_, change, message) => {
    const facts = base();
    change(facts);
    const said = judge(facts);
    const refused = lines(said, "refused");
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatch(message);
    expect(said.code).toBe(65);
  });

  it("is told all at once", () => {
    const facts = base();
    facts.full.services.db!.ports = [port("5432", 5432)];
    facts.full.services.db!.image = "postgres:17";
    facts.kept = { project: "shop", mounts: [] };
    expect(lines(judge(facts), "refused")).toHaveLength(3);
  });
});
