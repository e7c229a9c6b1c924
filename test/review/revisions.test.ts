import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { changesBetween, notesOn } from "../../operations/review/run/changes";
import { writeRevision, writeWorking } from "../../operations/review/run/revisions";

let clone: string;
beforeEach(() => {
  clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-revisions-"));
  git("init", "-q", "-b", "master");
});
afterEach(() => fs.rmSync(clone, { recursive: true }));

const person = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
function git(...argv: string[]): string {
  return execFileSync("git", [...person, ...argv], { cwd: clone, encoding: "utf8" }).trim();
}
function put(files: Readonly<Record<string, string>>, directory = clone): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
}
function commit(files: Readonly<Record<string, string>>): string {
  put(files);
  git("add", "-A", "-f");
  git("commit", "-q", "--allow-empty", "-m", "x");
  return git("rev-parse", "HEAD");
}
const out = (name: string) => path.join(clone, ".git", "out", name);
const written = (revision: string) =>
  writeRevision(clone, revision, out(`${revision}-${fs.readdirSync(clone).length}-${Date.now()}`));

const base = {
  "Pulumi.yaml": "name: berth\nruntime: nodejs\nconfig:\n  berth:team: { value: { a: 1 } }\n",
  "Pulumi.prod.yaml": "config:\n  berth:projects: { kmc: {} }\n",
  "index.ts": "1\n",
  "components/clouds.ts": "1\n",
};

/** The change that these files on top of the base are. */
function changed(files: Readonly<Record<string, string>>) {
  const [was, will] = [base, { ...base, ...files }].map((all, index) => {
    const directory = path.join(clone, String(index));
    put(all, directory);
    return { directory, called: String(index), submodules: {} };
  });
  return changesBetween(was!, will!);
}

describe("a revision that is written out", () => {
  it("is byte for byte what is committed, whatever its attributes say", async () => {
    fs.symlinkSync("index.ts", path.join(clone, "link"));
    const head = commit({
      ".gitattributes": "* export-subst eol=crlf\n*.ts export-ignore\nlocal/ export-ignore\n",
      "index.ts": "$Format:%H$\n",
      "local/a.ts": "a\r\n",
      "bin/run": "#!/bin/sh\n",
    });
    git("update-index", "--chmod=+x", "bin/run");
    git("commit", "-q", "-m", "x");
    const { directory, called } = await written("HEAD");
    expect(called).toMatch(/^[0-9a-f]{8}$/);
    expect(head).toBe(git("rev-parse", "HEAD~1"));
    const read = (name: string) => fs.readFileSync(path.join(directory, name), "utf8");
    expect([read("index.ts"), read("local/a.ts")]).toEqual(["$Format:%H$\n", "a\n"]);
    expect(fs.readlinkSync(path.join(directory, "link"))).toBe("index.ts");
    const mode = (name: string) => fs.statSync(path.join(directory, name)).mode & 0o111;
    expect([mode("bin/run") !== 0, mode("index.ts")]).toEqual([true, 0]);
  });

  it("shows the commit and not what somebody put in its place", async () => {
    const [was, other] = [commit(base), commit({ "index.ts": "2\n" })];
    git("replace", was, other);
    const { directory } = await written(was);
    expect(fs.readFileSync(path.join(directory, "index.ts"), "utf8")).toBe("1\n");
  });

  it.each([
    ["a file below a link", ["120000 blob %\ta", "100644 blob %\ta/b"]],
    ["one name twice", ["100644 blob %\ta", "100755 blob %\ta"]],
    ["git's own directory", ["100644 blob %\t.GIT/config"]],
    ["a way out", ["100644 blob %\t../a"]],
  ])("is refused with %s", async (_, entries) => {
    const blob = execFileSync("git", ["hash-object", "-w", "--stdin"], { cwd: clone, input: "x" });
    const commitHash = treeOf(entries, blob.toString().trim());
    await expect(written(commitHash)).rejects.toThrow(/which no checkout would write/);
    expect(fs.existsSync(path.join(clone, ".git", "out"))).toBe(false);
  });

  it("leaves a submodule empty, as a deployment does, and sees when it moves", async () => {
    const [one, two] = ["1", "2"].map((digit) => digit.repeat(40));
    const at = async (hash: string) => {
      git("update-index", "--add", "--cacheinfo", `160000,${hash},vendor`);
      git("commit", "-q", "-m", "x");
      return written("HEAD");
    };
    commit(base);
    const [was, will] = [await at(one!), await at(two!)];
    expect(fs.readdirSync(path.join(was.directory, "vendor"))).toEqual([]);
    expect(changesBetween(was, will).program).toEqual(["vendor"]);
    const working = await writeWorking(clone, out("working"));
    expect(changesBetween(will, working).program).toEqual([]);
  });

  /** Writes a tree that git's own commands would not. */
  function treeOf(entries: readonly string[], blob: string): string {
    const object = Buffer.concat(
      entries.map((entry) => {
        const [, mode = "", name = ""] = /^(\d+) \w+ %\t(.*)$/.exec(entry)!;
        return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(blob, "hex")]);
      }),
    );
    const args = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
    const tree = execFileSync("git", args, { cwd: clone, input: object }).toString().trim();
    return git("commit-tree", "-m", "x", tree);
  }
});

describe("what changes beside the plans", () => {
  it("is nothing when only declarations do", () => {
    const found = changed({
      "Pulumi.prod.yaml": "config:\n  berth:projects: {}\n",
      "Pulumi.stage.yaml": "config:\n  berth:projects: {}\n",
      "Pulumi.yaml": base["Pulumi.yaml"].replace("a: 1", "a: 2"),
    });
    expect(found).toEqual({ program: [], control: [], waivers: [] });
    expect(notesOn(found)).toEqual([]);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "another main",
      { "Pulumi.yaml": `${base["Pulumi.yaml"]}main: other/\n` },
      "Pulumi.yaml (main)",
    ],
    [
      "another runtime",
      {
        "Pulumi.yaml": base["Pulumi.yaml"].replace(
          "nodejs",
          "{ name: nodejs, options: { nodeargs: x } }",
        ),
      },
      "Pulumi.yaml (runtime)",
    ],
    ["plugins", { "Pulumi.yaml": `${base["Pulumi.yaml"]}plugins: {}\n` }, "Pulumi.yaml (plugins)"],
    [
      "a provider's address",
      {
        "Pulumi.prod.yaml":
          "config:\n  digitalocean:apiEndpoint: x\n  berth:projects: { kmc: {} }\n",
      },
      "Pulumi.prod.yaml (digitalocean:apiEndpoint)",
    ],
    [
      "who is shown the agency's tokens",
      {
        "Pulumi.yaml":
          "name: berth\nruntime: nodejs\nconfig:\n  berth:team: { value: { a: 1 } }\n" +
          "  berth:agency: { value: { name: acme, sentry: { address: https://evil.example } } }\n",
      },
      "Pulumi.yaml (berth:agency.sentry)",
    ],
    [
      "the same, by another form of the key and as text",
      {
        "Pulumi.prod.yaml":
          "config:\n  berth:projects: { kmc: {} }\n" +
          '  berth:config:agency: \'{ "jenkins": { "address": "https://evil.example" } }\'\n',
      },
      "Pulumi.prod.yaml (berth:agency.jenkins)",
    ],
    [
      "an environment",
      { "Pulumi.prod.yaml": "environment: [x]\n" },
      "Pulumi.prod.yaml (environment)",
    ],
    ["a stack file that is no YAML", { "Pulumi.prod.yaml": "config: [\n" }, "Pulumi.prod.yaml"],
    ["another engine's stack file", { "Pulumi.prod.json": "{}" }, "Pulumi.prod.json"],
    ["JavaScript beside TypeScript", { "components/clouds.js": "x" }, "components/clouds.js"],
    ["packages of its own", { "node_modules/zod/index.js": "x" }, "node_modules/zod/index.js"],
    ["npm's settings", { ".npmrc": "git=./x" }, ".npmrc"],
    ["attributes", { "components/.gitattributes": "* eol=crlf" }, "components/.gitattributes"],
    ["paths of TypeScript", { "tsconfig.json": "{}" }, "tsconfig.json"],
    ["a workflow", { ".github/workflows/x.yml": "x" }, ".github/workflows/x.yml"],
    ["the pipeline", { Jenkinsfile: "x" }, "Jenkinsfile"],
    ["a policy", { "policies/x.ts": "x" }, "policies/x.ts"],
    ["any other file", { "docs/x.md": "x" }, "docs/x.md"],
  ])("names %s", (_, files, name) => {
    const found = changed(files);
    expect(found.program).toEqual([name]);
    const [first = ""] = notesOn(found);
    const isControl = !/^(components\/clouds|docs)/.test(name);
    expect(found.control).toEqual(isControl ? [name] : []);
    expect(first).toContain(isControl ? "What runs, judges or deploys" : "The program changes");
    expect(first).toContain(name);
  });

  it("names a file that only becomes another kind, and a stack file that becomes a link", async () => {
    const was = await written(commit(base));
    git("update-index", "--chmod=+x", "index.ts");
    fs.rmSync(path.join(clone, "Pulumi.prod.yaml"));
    fs.symlinkSync("Pulumi.yaml", path.join(clone, "Pulumi.prod.yaml"));
    git("add", "Pulumi.prod.yaml");
    git("commit", "-q", "-m", "x");
    expect(changesBetween(was, await written("HEAD")).program).toEqual([
      "Pulumi.prod.yaml",
      "index.ts",
    ]);
  });

  it.each([
    [
      "as text",
      `berth:waivers: '[{ "policy": "p", "node": "n", "owner": "ana", "until": "2027-02-01" }]'`,
    ],
    [
      "by the engine's long key",
      "berth:config:waivers: [{ policy: p, node: n, owner: ana, until: 2027-02-01 }]",
    ],
    ["without a namespace", "waivers: [{ policy: p, node: n, owner: ana, until: 2027-02-01 }]"],
  ])("names a waiver that is written %s", (_, entry) => {
    const file = `config:\n  berth:projects: { kmc: {} }\n  ${entry}\n`;
    expect(changed({ "Pulumi.prod.yaml": file }).waivers).toEqual([
      "p for n until 2027-02-01 (ana, Pulumi.prod.yaml)",
    ]);
  });

  it("names waivers that the base does not have, and a day that is later", async () => {
    const waiver = (day: string) =>
      `config:\n  berth:waivers: [{ policy: p, resource: r, reason: x, owner: ana, until: "${day}" }]\n`;
    const was = await written(commit({ ...base, "Pulumi.prod.yaml": waiver("2026-12-01") }));
    const will = await written(commit({ "Pulumi.prod.yaml": waiver("2027-02-01") }));
    const found = changesBetween(was, will);
    expect(found.waivers).toEqual(["p for r until 2027-02-01 (ana, Pulumi.prod.yaml)"]);
    expect(notesOn(found)[0]).toContain("asked for by this change");
  });
});
