import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { berth } from "../../operations/berth";
import { aPerson } from "./a-person";

const place = mkdtempSync(join(tmpdir(), "dev-"));
afterAll(() => rmSync(place, { recursive: true }));

/** A repository as agencies have them. */
const usual = {
  "docker-compose.yml": `
services:
  proxy: { image: "nginx:1" }
  app:
    build: .
    depends_on: [postgres]
  postgres:
    image: registry.example:5000/library/postgres:17@sha256:${"0".repeat(64)}
  exporter: { image: "prometheuscommunity/postgres-exporter:v1" }
`,
  "dc.dev.yml": `
services:
  proxy: { ports: ["127.0.0.1:\${PORT:-8080}:80"] }
  postgres: { ports: !override [{ target: 5432, published: "5432" }] }
  mail: { image: mailhog, ports: ["8025", "1025:1025/udp", "3000-3005:3000-3005"] }
`,
  "dc.prod.yml": `services: { proxy: { ports: ["80:80"] }, app: { restart: unless-stopped } }\n`,
};

let made = 0;
function repository(files: Readonly<Record<string, string>> = usual): string {
  const directory = join(place, String(made++));
  mkdirSync(directory);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

/** In this clone, whose stack files declare the projects. */
async function ask(...argv: string[]) {
  const person = aPerson();
  const code = await berth(person, ["dev", ...argv]);
  return { code, told: person.told() };
}

const topOf = (directory: string): string[] =>
  readFileSync(join(directory, "dev"), "utf8")
    .split("\n")
    .flatMap(
      (line) => /^(?:published|database|archives|stays|scrub)=(?:'[^']*'|\S*)/.exec(line) ?? [],
    );

describe("berth dev", () => {
  it("writes ./dev for a repository that was there before, with what is declared (R54)", async () => {
    const directory = repository();
    const { code, told } = await ask("kmc", "--directory", directory);
    expect(code, told).toBe(0);
    expect(topOf(directory)).toEqual([
      "published='proxy:80 postgres:5432 mail:8025 mail:1025/udp'",
      "database=postgres",
      expect.stringMatching(/^archives=s3:\/\/[a-z0-9-]+\/backups\/kmc\/$/) as unknown,
      "stays=canada",
      "scrub=",
    ]);
    expect(statSync(join(directory, "dev")).mode & 0o777).toBe(0o755);
    expect(told).toContain("backup.scrub names the SQL that runs over copies");
    expect(told).toContain('mail: "3000-3005:3000-3005": not published by ./dev');
    // Once more it is the same; one that somebody changed is theirs.
    expect((await ask("kmc", "--directory", directory)).told).toContain(
      "is as it would be written",
    );
    writeFileSync(join(directory, "dev"), "mine");
    const again = await ask("kmc", "--directory", directory);
    expect(again).toMatchObject({ code: 1 });
    expect(again.told).toContain("nothing is written over; take it away first: git rm dev");
    expect(readFileSync(join(directory, "dev"), "utf8")).toBe("mine");
  });

  it("leaves data that it cannot load to berth restore, and says so", async () => {
    const directory = repository();
    const { told } = await ask("clinic", "--directory", directory);
    expect(topOf(directory)).toContain("database=");
    expect(told).toContain("its data comes by berth restore clinic --to dev");
  });

  it.each([
    [
      "no dc.dev.yml",
      { "docker-compose.yml": "services: {}" },
      [],
      /dc\.dev\.yml is not there.*\(R44\)/,
    ],
    ["a file that is no YAML", { ...usual, "dc.dev.yml": "a: [" }, [], /dc\.dev\.yml: /],
    [
      "nothing that is published",
      { ...usual, "dc.prod.yml": "" },
      [],
      /publish no port: .*--web nginx:80/,
    ],
    [
      "two that are",
      {
        ...usual,
        "dc.prod.yml": 'services: { proxy: { ports: ["80:80"] }, app: { ports: [8000] } }',
      },
      [],
      /publish proxy:80 and app:8000: say/,
    ],
    [
      "two databases",
      { ...usual, "dc.dev.yml": 'services: { other: { image: "postgis/postgis:17-3.5" } }' },
      [],
      /postgres and other are PostgreSQL: .*--database postgres/,
    ],
    [
      "a web that is no service with a port",
      usual,
      ["--web", "proxy"],
      /--web proxy: a service with/,
    ],
    [
      "an environment that there is not",
      usual,
      ["--environment", "live"],
      /no environment is called "live"/,
    ],
  ])("refuses %s, and writes nothing", async (_, files, options, why) => {
    const directory = repository(files);
    const { code, told } = await ask("kmc", "--directory", directory, ...options);
    expect(code).not.toBe(0);
    expect(told).toMatch(why);
    expect(existsSync(join(directory, "dev"))).toBe(false);
  });

  it("refuses a project that nobody declares, by the name that is near", async () => {
    const { code, told } = await ask("kmcc", "--directory", repository());
    expect(code).toBe(1);
    expect(told).toMatch(/no project of prod is called "kmcc"\. Did you mean kmc\?/);
  });

  it("takes what a person says in the place of what the files do not", async () => {
    const directory = repository({ ...usual, "dc.prod.yml": "" });
    const said = ["--web", "app:8000", "--database", "exporter"];
    expect((await ask("kmc", "--directory", directory, ...said)).code).toBe(0);
    expect(topOf(directory).slice(0, 2)).toEqual([
      "published='app:8000 proxy:80 postgres:5432 mail:8025 mail:1025/udp'",
      "database=exporter",
    ]);
  });
});
