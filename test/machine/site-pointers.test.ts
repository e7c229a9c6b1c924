import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { clone } from "./clone";
import { program } from "./judged";

const pointer = (bytes: number) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d7a".repeat(16)}\nsize ${bytes}\n`;

const script = `${clone}import pointers
for problem in pointers.judge(Clone(sys.argv[2]), sys.argv[3], sys.argv[4]): print(problem)
`;

const places: string[] = [];
afterEach(() => places.splice(0).forEach((each) => rmSync(each, { recursive: true })));

interface Commit {
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly submodules?: readonly string[];
  /** What lies in the checkout in the place of what was committed. */
  readonly brought?: Readonly<Record<string, string>>;
}

/** What is refused of a commit with these files, line by line. */
function judged({ files = {}, links = {}, submodules = [], brought = {} }: Commit): string[] {
  const place = mkdtempSync(join(tmpdir(), "elsewhere-"));
  places.push(place);
  const [work, bare] = [join(place, "work"), join(place, "bare.git")];
  const who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
  const git = (...words: string[]) =>
    execFileSync("git", ["-C", work, ...who, ...words], { encoding: "utf8", stdio: "pipe" }).trim();
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    writeFileSync(join(work, name), text);
  };
  mkdirSync(work);
  git("init", "-q");
  for (const [name, text] of Object.entries(files)) put(name, text);
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(work, name));
  git("add", "-A");
  for (const name of submodules)
    git("update-index", "--add", "--cacheinfo", `160000,${"ab12".repeat(10)},${name}`);
  git("commit", "-q", "--allow-empty", "-m", "One");
  execFileSync("git", ["clone", "-q", "--bare", work, bare]);
  // As git lays them out.
  for (const name of submodules) mkdirSync(join(work, name), { recursive: true });
  for (const [name, text] of Object.entries(brought)) put(name, text);
  const argv = ["-I", "-B", "-c", script, program, bare, git("rev-parse", "HEAD"), work];
  const done = spawnSync("python3", argv, { encoding: "utf8" });
  expect(done.stderr).toBe("");
  return done.stdout.split("\n").slice(0, -1);
}

const lfs = { ".gitattributes": "*.mp4 filter=lfs diff=lfs merge=lfs -text\n" };

describe("a commit that only points to a part of the project", () => {
  it("is refused by the names of its submodules", () => {
    expect(judged({ submodules: ["lib/payments", "themes/base"] })).toEqual([
      expect.stringMatching(
        /^refused: lib\/payments, themes\/base: submodules, which a delivery does not fetch; take each out/,
      ),
    ]);
  });

  it("is refused by the names of the first five files that Git LFS keeps, and their number", () => {
    const names = Array.from({ length: 7 }, (_, n) => `media/tour ${n}.mp4`);
    const files = Object.fromEntries(names.map((name, n) => [name, pointer(n + 1)]));
    expect(judged({ files: { ...lfs, ...files } })).toEqual([
      expect.stringMatching(
        /^refused: media\/tour 0\.mp4, .*media\/tour 4\.mp4 and 2 more: kept by Git LFS, .*or to S3/,
      ),
    ]);
  });

  it("is refused for both at once", () => {
    const files = { ...lfs, "tour.mp4": pointer(1) };
    expect(judged({ files, submodules: ["theme"] })).toHaveLength(2);
  });

  it.each<[string, Commit]>([
    ["has nothing of the kind", { files: { "app.py": "print()\n", "empty.txt": "" } }],
    ["says how Git LFS is used and has no file there", { files: lfs }],
    ["holds such a file whole", { files: { ...lfs, "tour.mp4": "ftypisom" } }],
    [
      "holds a pointer as a sample, which no attribute gives to LFS",
      { files: { "a.txt": pointer(9) } },
    ],
    ["names submodules that it does not have", { files: { ".gitmodules": '[submodule "a"]\n' } }],
    [
      "begins like a pointer and is larger than one can be",
      { files: { ...lfs, "tour.mp4": pointer(9) + "x".repeat(1024) } },
    ],
    [
      "has a file that the machine's own LFS brought",
      { files: { ...lfs, "tour.mp4": pointer(8) }, brought: { "tour.mp4": "ftypisom" } },
    ],
    [
      "has a link to a pointer that is no file of LFS",
      { files: { ...lfs, "sample.txt": pointer(9) }, links: { "tour.mp4": "sample.txt" } },
    ],
  ])("is whole where it %s", (_, commit) => {
    expect(judged(commit)).toEqual([]);
  });
});
