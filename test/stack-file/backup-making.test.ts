import { describe, it } from "vitest";
import { changed, expectProblem, prod, type BadInput } from "./fixture";

const rds = {
  ...{ host: "db.abc.us-east-1.rds.amazonaws.com", user: "keeper", password: "DB_PASSWORD" },
  image: "postgres:17",
};

const table: readonly BadInput[] = [
  [
    "a time of day that is none",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "backup", "at"], ["25:00"]],
    ],
    {
      path: "berth:projects.cryptsend.backup.at[0]",
      message: "is not a time of day",
      received: '"25:00"',
      allowed: '"00:00" to "23:59", in UTC',
      fix: "write hours and minutes in quotes",
    },
  ],
  [
    "a server over the network of another kind than PostgreSQL",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "secrets"], ["DB_PASSWORD"]],
      [["secrets"], { cryptsend: { DB_PASSWORD: { secure: "AAABAOSlYypQrvfD" } } }],
      [["projects", "cryptsend", "backup"], { database: "mongodb", rds }],
    ],
    {
      path: "berth:projects.cryptsend.backup.rds",
      message: "is a server of PostgreSQL, and backup.database says otherwise",
      received: '"mongodb"',
      allowed: "postgres, postgis",
      fix: "say database: postgres",
    },
  ],
  [
    "a server over the network whose password is no secret of the project",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "backup", "rds"], rds],
    ],
    {
      path: "berth:projects.cryptsend.backup.rds.password",
      message: "names no secret of the project",
      fix: "declare it in the project's secrets",
    },
  ],
  [
    "authorities of a server over the network that lie outside of the repository",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "secrets"], ["DB_PASSWORD"]],
      [["secrets"], { cryptsend: { DB_PASSWORD: { secure: "AAABAOSlYypQrvfD" } } }],
      [["projects", "cryptsend", "backup", "rds"], { ...rds, authorities: "/etc/ssl/rds.pem" }],
    ],
    {
      path: "berth:projects.cryptsend.backup.rds.authorities",
      message: "is not a path in the project's repository",
      received: '"/etc/ssl/rds.pem"',
      allowed: "a path such as ops/rds.pem",
      fix: "write it from the repository's top",
    },
  ],
  [
    "an address and a port as the endpoint of a server over the network",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "secrets"], ["DB_PASSWORD"]],
      [["secrets"], { cryptsend: { DB_PASSWORD: { secure: "AAABAOSlYypQrvfD" } } }],
      [["projects", "cryptsend", "backup", "rds"], { ...rds, host: "db.example.org:5432" }],
    ],
    {
      path: "berth:projects.cryptsend.backup.rds.host",
      message: "is not the name of a server",
      received: '"db.example.org:5432"',
      allowed: "without port",
      fix: "copy the endpoint",
    },
  ],
  [
    "no time of day at all",
    [[["projects", "cryptsend", "backup", "at"], []]],
    { path: "berth:projects.cryptsend.backup.at", message: "", fix: "" },
  ],
  [
    "one time of day twice",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [
        ["projects", "cryptsend", "backup", "at"],
        ["03:00", "03:00"],
      ],
    ],
    {
      path: "berth:projects.cryptsend.backup.at[1]",
      message: "is said twice",
      received: '"03:00"',
      fix: "keep one of the two",
    },
  ],
  [
    "what only a node's archives have, of a project that its node does not deliver",
    [[["projects", "cryptsend", "backup", "exclude"], { cache: "made anew" }]],
    {
      path: "berth:projects.cryptsend.backup.exclude",
      message: "a project without a repository is not backed up by its node",
      fix: "give the project its repository",
    },
  ],
  [
    "something left out without a reason",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "backup", "exclude"], { cache: " " }],
    ],
    {
      path: "berth:projects.cryptsend.backup.exclude.cache",
      message: "is not a reason",
      received: '" "',
      allowed: "a sentence",
      fix: "say why nobody needs it back",
    },
  ],
  [
    "a snapshot of MongoDB",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "backup"], { database: "mongodb", consistency: "snapshot" }],
    ],
    {
      path: "berth:projects.cryptsend.backup.consistency",
      message: "a server that is alone gives no snapshot (R39)",
      received: '"snapshot"',
      allowed: "pause, stop",
      fix: "remove the line",
    },
  ],
  [
    "one key that all archives depend on",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "backup", "recipients"], [`age1${"q".repeat(58)}`]],
    ],
    {
      path: "berth:projects.cryptsend.backup.recipients",
      message: "is one key alone",
      allowed: "two keys or more",
      fix: "make a second key",
    },
  ],
  [
    "what people brought up beside a repository",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [["projects", "cryptsend", "backup", "compose"], "sentry"],
    ],
    {
      path: "berth:projects.cryptsend.backup.compose",
      message: "is delivered from its repository",
      fix: "remove the line",
    },
  ],
  [
    "no name of a Compose project",
    [[["projects", "cryptsend", "backup", "compose"], "Sentry!"]],
    {
      path: "berth:projects.cryptsend.backup.compose",
      message: "is not the name of a Compose project",
      received: '"Sentry!"',
      fix: "copy it from `docker compose ls`",
    },
  ],
  [
    "one key that copies of the state depend on",
    [[["agency", "backups"], { state: { recipients: [`age1${"q".repeat(58)}`] } }]],
    {
      path: "berth:agency.backups.state.recipients",
      message: "is one key alone",
      allowed: "two keys or more",
      fix: "make a second key",
    },
  ],
  [
    "a project of the name that copies of the state have",
    [
      [
        ["agency", "backups"],
        { state: { recipients: ["q", "p"].map((each) => `age1${each.repeat(58)}`) } },
      ],
      [
        ["projects", "berth-state"],
        { domain: "state.countable.ca", access: ["clark"], backup: { database: "none" } },
      ],
    ],
    {
      path: "berth:projects.berth-state",
      message: "the name below which copies of Berth's own state lie",
      fix: "choose another slug",
    },
  ],
  [
    "what is no key of age",
    [
      [["projects", "cryptsend", "repository"], "git@git.example:cryptsend.git"],
      [
        ["projects", "cryptsend", "backup", "recipients"],
        [...["q", "p"].map((each) => `age1${each.repeat(58)}`), "age1"],
      ],
    ],
    {
      path: "berth:projects.cryptsend.backup.recipients[2]",
      message: "is not a public key of age",
      received: '"age1"',
      fix: "write what `age-keygen -y FILE` prints",
    },
  ],
  [
    "a share above the whole",
    [[["projects", "cryptsend", "backup", "mayShrinkTo"], 2]],
    {
      path: "berth:projects.cryptsend.backup.mayShrinkTo",
      message: "",
      received: "2",
      allowed: "a number from 0 to 1",
      fix: "write 0.5 for a half",
    },
  ],
  [
    "a kind of database that nobody knows",
    [[["projects", "cryptsend", "backup", "database"], "oracle"]],
    {
      path: "berth:projects.cryptsend.backup.database",
      message: "is not a kind of database",
      received: '"oracle"',
      allowed: "postgres, postgis, mongodb, none",
      fix: "choose the kind",
    },
  ],
];

describe("how a node makes archives", () => {
  it.each(table)("refuses %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });
});
