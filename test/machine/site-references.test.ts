import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { clone } from "./clone";
import { program } from "./judged";

const script = `${clone}import types
site = types.SimpleNamespace(repository="git@git.example:shop.git")
try: print(Clone(sys.argv[2], site).resolve(sys.argv[3]))
except ground.Refused as problem: print(problem)
`;

describe("a reference that is to be delivered", () => {
  const place = mkdtempSync(join(tmpdir(), "references-"));
  const bare = join(place, "bare.git");
  let commit = "";

  const git = (...words: string[]) =>
    execFileSync("git", ["-C", bare, ...words], { encoding: "utf8", stdio: "pipe" }).trim();
  const resolved = (ref: string) => {
    const argv = ["-I", "-B", "-c", script, program, bare, ref];
    const done = spawnSync("python3", argv, { encoding: "utf8" });
    expect(done.stderr).toBe("");
    return done.stdout.trim();
  };

  beforeAll(() => {
    execFileSync("git", ["init", "-q", "--bare", bare]);
    const who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
    const empty = git("mktree", "--missing");
    commit = git(...who, "commit-tree", "-m", "One", empty);
    // As a fetch lays down what the forge has.
    for (const branch of ["master", "release/2"])
      git("update-ref", `refs/remotes/origin/${branch}`, commit);
    git("tag", "v1.4", commit);
  });
  afterAll(() => rmSync(place, { recursive: true }));

  it("is a branch, a tag or the beginning of a commit", () => {
    const refs = ["master", "release/2", "v1.4", commit, commit.slice(0, 7)];
    expect(refs.map(resolved)).toEqual(refs.map(() => commit));
  });

  it.each([
    "--upload-pack=x",
    "-b",
    "../master",
    "a..b",
    "master^{tree}",
    "a b",
    "a;b",
    "@{-1}",
    "fix/#12",
  ])("is refused as none where it is %s", (ref) => {
    expect(resolved(ref)).toMatch(
      / is no branch, tag or commit: one has letters, digits, \. _ - and \/ alone, /,
    );
  });

  it("is told what is there instead of one that is not", () => {
    expect(resolved("main")).toBe(
      "main: is no branch, tag or commit of git@git.example:shop.git; its branches: master, release/2",
    );
  });
});
