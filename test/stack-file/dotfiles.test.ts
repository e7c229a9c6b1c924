import { describe, expect, it } from "vitest";
import { changed, expectProblem, parse, prod, type BadInput } from "./fixture";

const commit = "0123456789abcdef0123456789abcdef01234567";
const repository = "https://github.com/countable-web/dotfiles.git";
const dotfiles = (value: unknown): BadInput[1] => [[["team", "dotfiles"], value]];

const table: readonly BadInput[] = [
  ...["main", "v1.0", commit.slice(0, 12)].map((value): BadInput => [
    `at ${value}`,
    dotfiles({ repository, commit: value }),
    {
      path: "berth:team.dotfiles.commit",
      message: "is not the full hash of a commit",
      received: JSON.stringify(value),
      allowed: "40 hex digits, lower case",
      fix: "git rev-parse HEAD",
    },
  ]),
  ...[commit.toUpperCase(), `${commit}0`, ` ${commit}`].map((value): BadInput => [
    `at ${JSON.stringify(value)}, which could be a token and is not repeated`,
    dotfiles({ repository, commit: value }),
    {
      path: "berth:team.dotfiles.commit",
      message: "is not the full hash of a commit",
      allowed: "40 hex digits, lower case",
      fix: "git rev-parse HEAD",
    },
  ]),
  [
    "at a commit of digits alone without quotes",
    dotfiles({ repository, commit: 1e39 }),
    {
      path: "berth:team.dotfiles.commit",
      message: "must be the full hash of a commit, not a number",
      received: "1e+39",
      fix: "put the value in quotes",
    },
  ],
  [
    "without a commit",
    dotfiles({ repository }),
    {
      path: "berth:team.dotfiles.commit",
      message: "is missing: the full hash of a commit is needed",
      fix: "git rev-parse HEAD",
    },
  ],
  [
    "without a repository",
    dotfiles({ commit }),
    {
      path: "berth:team.dotfiles.repository",
      message: "is missing: the address of a repository",
      fix: "copy the clone address",
    },
  ],
  [
    "at an address that is a path of one machine",
    dotfiles({ repository: "/srv/dotfiles", commit }),
    {
      path: "berth:team.dotfiles.repository",
      message: "is not the address of a repository",
      received: '"/srv/dotfiles"',
      allowed: "git@host:owner/name.git or https://host/owner/name.git",
      fix: "copy the clone address",
    },
  ],
  [
    "with a password, which is not repeated",
    dotfiles({ repository: "https://clark:hunter2@github.com/countable-web/dotfiles.git", commit }),
    {
      path: "berth:team.dotfiles.repository",
      message: "is not the address of a repository without a password in it",
      fix: "keep tokens out of it",
    },
  ],
  [
    "on a branch",
    dotfiles({ repository, commit, branch: "main" }),
    {
      path: "berth:team.dotfiles.branch",
      message: "is not a key that Berth knows",
      allowed: "repository, commit",
      fix: "remove it",
    },
  ],
];

describe("dotfiles", () => {
  it.each(table)("are refused %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("are a repository at a full commit, or absent (R19)", () => {
    const { team } = parse(changed(prod(), dotfiles({ repository, commit })));
    expect(team.dotfiles).toEqual({ repository, commit });
    expect(parse(prod()).team).not.toHaveProperty("dotfiles");
  });
});
