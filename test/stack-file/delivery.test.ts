import { describe, expect, it } from "vitest";

import type { Problem } from "../../components/fleet/problem";
import {
  changed,
  hostStack,
  parse,
  problemsOf,
  prod,
  publicKey,
  put,
  shared,
  type BadInput,
} from "./fixture";

type Refused = Partial<Problem> & Pick<Problem, "path">;

const repository = "git@github.com:countable-web/kmc.git";
const kmc = (facts: Record<string, unknown>): BadInput[1] =>
  Object.entries(facts).map(([key, value]) => [["projects", "kmc", key], value]);
const place = (key: string) => `berth:projects.kmc.${key}`;
const secure = { secure: "encrypted" };

const table: readonly (readonly [string, BadInput[1], Refused])[] = [
  ...["branch", "health", "secrets", "jobs", "files", "overlap", "workers"].map(
    (key): [string, BadInput[1], Refused] => [
      `${key} without a repository`,
      kmc({
        [key]: { branch: "main", health: {}, jobs: {} }[key] ?? [],
      }),
      { path: place(key), message: "a project without a repository is not delivered" },
    ],
  ),
  ...["--upload-pack=x", "-b", "a..b", "a b", "refs/heads/x.lock", "", "a/", "a\nb"].map(
    (branch): [string, BadInput[1], Refused] => [
      `${JSON.stringify(branch)} as a branch`,
      kmc({ repository, branch }),
      { path: place("branch") },
    ],
  ),
  ...["healthz", "/a b", "/a#b", '/"'].map((path): [string, BadInput[1], Refused] => [
    `${JSON.stringify(path)} as the path of a health check`,
    kmc({ repository, health: { path } }),
    { path: place("health.path"), message: "is not a path" },
  ]),
  ...[4, 601, 5.5, "60"].map((seconds): [string, BadInput[1], Refused] => [
    `${JSON.stringify(seconds)} seconds to be healthy`,
    kmc({ repository, health: { seconds } }),
    { path: place("health.seconds"), allowed: "a whole number from 5 to 600" },
  ]),
  ...["media", "/", "/app/../etc", "/a b", "/./x"].map((path): [string, BadInput[1], Refused] => [
    `${path} as a place of files`,
    kmc({ repository, files: [path] }),
    { path: place("files[0]"), message: "is not an absolute path in a container" },
  ]),
  ...["-v", "a b", "", "web;id"].map((service): [string, BadInput[1], Refused] => [
    `${JSON.stringify(service)} as a service that may overlap`,
    kmc({ repository, overlap: [service] }),
    { path: place("overlap[0]"), message: "is not the name of a service" },
  ]),
  [
    "one service twice",
    kmc({ repository, overlap: ["web", "web"] }),
    { path: place("overlap[1]"), message: "is declared twice" },
  ],
  [
    "one worker twice",
    kmc({ repository, workers: ["beat", "beat"] }),
    { path: place("workers[1]"), message: "is declared twice" },
  ],
  [
    "one place of files twice",
    kmc({ repository, files: ["/app/media", "/app/media/"] }),
    { path: place("files[1]"), message: "is declared twice" },
  ],
  [
    "two places of files that have one name in archives",
    kmc({ repository, files: ["/app/media", "/app-media"] }),
    {
      path: place("files[1]"),
      message: "would have the name of /app/media in archives, app-media",
    },
  ],
  [
    "a job with a member's key",
    kmc({ repository, jobs: { ci: publicKey(2, "other comment") } }),
    { path: place("jobs.ci"), message: "is the same key as that of the member dana" },
  ],
  [
    "a job with a deployer's key",
    kmc({ repository, jobs: { ci: publicKey(4) } }),
    { path: place("jobs.ci"), message: "is the same key as that of the deployer jenkins" },
  ],
  [
    "a job with two keys of one",
    kmc({ repository, jobs: { ci: publicKey(20), night: publicKey(20) } }),
    {
      path: place("jobs.night"),
      message: `is the same key as that of the job at ${place("jobs.ci")}`,
    },
  ],
  [
    "a job's key with options before it",
    kmc({ repository, jobs: { ci: `command="sh" ${publicKey(20)}` } }),
    { path: place("jobs.ci"), message: "is not an OpenSSH public key" },
  ],
  [
    "a job whose name is none",
    kmc({ repository, jobs: { "CI job": publicKey(20) } }),
    { path: 'berth:projects.kmc.jobs["CI job"]', message: "is no name of a job" },
  ],
  [
    "a secret that is declared and not given",
    kmc({ repository, secrets: ["API_KEY"] }),
    {
      path: "berth:secrets.kmc.API_KEY",
      message: "the project kmc is given no value for its secret API_KEY",
      fix: "--secret --path 'berth:secrets.kmc.API_KEY'",
    },
  ],
  [
    "a secret that is given and not declared",
    [...kmc({ repository, secrets: [] }), [["secrets", "kmc", "API_KEY"], secure]],
    { path: "berth:secrets.kmc.API_KEY", message: "does not declare it" },
  ],
  [
    "secrets of a project that is not there",
    [[["secrets", "kmd", "API_KEY"], secure]],
    { path: "berth:secrets.kmd", message: "which is no project of this stack" },
  ],
  [
    "secrets under the former name of a project",
    [
      [["secrets", "kmd", "API_KEY"], secure],
      [["projects", "kmc", "formerly"], "kmd"],
    ],
    {
      path: "berth:secrets.kmd",
      message: "holds secrets of kmd, which is called kmc now",
      fix: "write kmc for kmd there, and leave the encrypted values as they are",
    },
  ],
  [
    "a secret's value in the place of its name",
    kmc({ repository, secrets: ["hunter2-is-my-password"] }),
    { path: place("secrets[0]"), message: "is not the name of an environment variable" },
  ],
  [
    "a name that the delivery itself goes by",
    [
      ...kmc({ repository, secrets: ["COMPOSE_FILE"] }),
      [["secrets", "kmc", "COMPOSE_FILE"], secure],
    ],
    { path: place("secrets[0]"), message: "is COMPOSE_FILE, by which" },
  ],
];

describe("what is said of a project's delivery", () => {
  it.each(table)("is refused: %s", (_title, changes, { path, ...parts }) => {
    const problems = problemsOf(changed(prod(), changes));
    const containing = Object.entries(parts).map(([key, text]) => [
      key,
      expect.stringContaining(text) as string,
    ]);
    expect(problems).toEqual([
      expect.objectContaining({ path, ...(Object.fromEntries(containing) as object) }),
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|AAAAC3/);
  });

  it("is taken as it stands", () => {
    const facts = {
      repository,
      branch: "release/2.x",
      health: { path: "/healthz?full=1", seconds: 600 },
      secrets: ["API_KEY", "db_url"],
      jobs: { "kmc-prod": publicKey(20) },
      files: ["/app/media"],
      overlap: ["web"],
      workers: ["beat"],
    };
    const fleet = parse(
      changed(prod(), [...kmc(facts), [["secrets", "kmc"], { API_KEY: secure, db_url: secure }]]),
    );
    expect(fleet.projects.find(({ slug }) => slug === "kmc")).toMatchObject(facts);
    expect(JSON.stringify(fleet)).not.toContain('encrypted"');
  });

  it("tells of both where a name was misspelled", () => {
    const problems = problemsOf(
      changed(prod(), [
        ...kmc({ repository, secrets: ["API_KEY"] }),
        [["secrets", "kmc", "API_KEYS"], secure],
      ]),
    );
    expect(problems.map(({ path }) => path)).toEqual([
      "berth:secrets.kmc.API_KEY",
      "berth:secrets.kmc.API_KEYS",
    ]);
    expect(problems[0]?.fix).toContain("did you mean it?");
  });

  it("lets one job deliver a project's stage and its production, and refuses it another project", () => {
    const with_ = (slug: string) => {
      const input = changed(prod(), kmc({ repository, jobs: { ci: publicKey(20) } }));
      const stage = {
        ...{ domain: `${slug}-stage.countable.ca`, access: ["everyone"], repository },
        jobs: { ci: publicKey(20) },
      };
      put(input.stackFiles, ["stage"], { ...shared(), projects: { [slug]: stage } });
      return input;
    };
    expect(problemsOf(with_("kmc"))).toEqual([]);
    expect(problemsOf(with_("portal"))).toEqual([
      expect.objectContaining({
        path: place("jobs.ci"),
        message: expect.stringContaining(
          "Pulumi.stage.yaml: berth:projects.portal.jobs.ci",
        ) as string,
      }),
    ]);
  });
});

describe("the secrets of a host stack", () => {
  const hosting = (own: Record<string, unknown> | undefined) => {
    const input = hostStack();
    const at = (key: string) => ["prod", "projects", "cryptsend", key] as const;
    put(input.stackFiles, at("repository"), repository);
    put(input.stackFiles, at("secrets"), ["API_KEY", "DB_URL"]);
    put(input.stackFiles, ["prod", "secrets", "cryptsend"], { API_KEY: secure, DB_URL: secure });
    if (own !== undefined) put(input.config, ["secrets", "cryptsend"], own);
    return problemsOf(input);
  };

  it("are refused by name where its own file lacks them, whatever its environment's holds", () => {
    expect(hosting({ API_KEY: secure })).toEqual([
      expect.objectContaining({
        path: "berth:secrets.cryptsend.DB_URL",
        message: expect.stringContaining("Pulumi.prod.yaml declares it") as string,
        fix: "run pulumi config set --stack prod-b --secret --path 'berth:secrets.cryptsend.DB_URL'",
      }),
    ]);
    expect(hosting(undefined)).toHaveLength(2);
  });

  it("are taken where each is there", () => {
    expect(hosting({ API_KEY: secure, DB_URL: secure })).toEqual([]);
  });
});
