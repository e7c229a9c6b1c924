import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, it } from "vitest";

import { cloudPathsIn } from "../packages/local-cloud/cloud/paths";
import { ensureRepositories } from "../rehearsal/repositories";

const directory = mkdtempSync(join(tmpdir(), "repositories-"));
afterAll(() => rmSync(directory, { recursive: true }));

const stack = (repository: string, branch = "") => `config:
  berth:projects:
    shop:
      domain: shop.example.org
      ${branch && `branch: ${branch}`}
      repository: ${repository}
    silent: { domain: silent.example.org }
`;

it("a rehearsal has a repository for every one that is declared, with the branches that are asked of it", async () => {
  const address = "git@github.com:them/shop.git";
  writeFileSync(join(directory, "Pulumi.yaml"), "name: berth\nruntime: nodejs\n");
  writeFileSync(join(directory, "Pulumi.stage.yaml"), stack(address, "next"));
  writeFileSync(join(directory, "Pulumi.prod.yaml"), stack(address));
  const paths = cloudPathsIn(join(directory, "cloud"), "berth");
  const told: string[] = [];
  const said = (line: string) => void told.push(line);
  expect(await ensureRepositories(paths, directory, said)).toBe(true);
  expect(told).toEqual([]);
  const bare = join(paths.repositories, "github.com/them/shop.git");
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", bare, ...args], { encoding: "utf8" }).trim();
  const branches = git("for-each-ref", "--format=%(refname:short)", "refs/heads");
  expect(branches.split("\n")).toEqual(["develop", "master", "next"]);
  expect(git("show", "master:docker-compose.yml")).toContain("name: shop");
  // The script that brings it up stays one that can be run.
  expect(git("ls-tree", "master", "dev")).toMatch(/^100755 /);
});
