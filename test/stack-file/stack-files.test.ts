import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { differencesOf } from "../../components/stack-file/one-reading";
import { ConfigError } from "../../components/fleet/problem";
import { ownConfig, projectName, readStackFiles } from "../../components/stack-file/stack-files";

const project = "name: berth\nruntime: nodejs\n";
let directory: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-files-"));
  write("Pulumi.yaml", project);
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

function write(file: string, text: string | Uint8Array): void {
  fs.writeFileSync(path.join(directory, file), text);
}

/** What stands under `berth:nodes` of a file. */
function nodes(text: string): unknown {
  write("Pulumi.prod.yaml", text);
  const { stacks, unreadable } = readStackFiles(directory);
  expect(unreadable).toEqual({});
  return stacks["prod"]?.["nodes"];
}

/** The one thing wrong with a stack file. */
function wrong(text: string | Uint8Array): string {
  write("Pulumi.prod.yaml", text);
  const { stacks, unreadable } = readStackFiles(directory);
  expect(stacks).toEqual({});
  const problems = unreadable["prod"] ?? [];
  expect(problems).toHaveLength(1);
  return `${problems[0]!.path}: ${problems[0]!.message}`;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("a stack file is read as the engine reads it", () => {
  it("carries out merge keys: what is there stays, and the first of several wins", () => {
    const text = `
x: &x { a: 1, b: 1 }
y: &y { <<: *x, c: { d: 2 } }
config:
  berth:nodes:
    one: { <<: *x, b: 3 }
    two: { <<: [*y, { c: 4, e: 5 }] }`;
    expect(nodes(text)).toEqual({ one: { a: 1, b: 3 }, two: { a: 1, b: 1, c: { d: 2 }, e: 5 } });
  });

  it("takes words of YAML 1.1 for texts, also where a directive says otherwise", () => {
    expect(nodes("%YAML 1.1\n---\nconfig: { berth:nodes: [yes, off, 12:30, '017'] }\n")).toEqual([
      "yes",
      "off",
      "12:30",
      "017",
    ]);
  });

  it("takes a date for what the engine makes of it", () => {
    expect(nodes("config: { berth:nodes: [2026-11-01, '2026-11-01', 2026-02-30] }")).toEqual([
      "2026-11-01 00:00:00 +0000 UTC",
      "2026-11-01",
      "2026-02-30",
    ]);
  });

  it("gives a key without a namespace the project's name", () => {
    expect(nodes("config: { nodes: { a: 1 } }")).toEqual({ a: 1 });
    expect(nodes("config: { berth:config:nodes: { a: 1 } }")).toEqual({ a: 1 });
    write("Pulumi.yaml", "name: acme\n");
    expect(nodes("config: { nodes: { a: 1 } }")).toBeUndefined();
    expect(projectName(directory)).toBe("acme");
  });

  it("takes nothing, an empty text and a text that holds JSON at the first level as handed over", () => {
    const text = "config: { berth:nodes: , berth:waivers: '', berth:projects: '{\"a\": 1}' }";
    write("Pulumi.prod.yaml", text);
    expect(readStackFiles(directory).stacks["prod"]).toEqual({
      nodes: null,
      waivers: null,
      projects: { a: 1 },
    });
    expect(
      ownConfig({ "berth:nodes": "", "berth:waivers": "", "berth:projects": '{"a": 1}' }),
    ).toEqual({ nodes: null, waivers: null, projects: { a: 1 } });
  });

  it("takes line breaks of Windows and a byte order mark for nothing", () => {
    expect(
      nodes("\ufeffconfig:\r\n  berth:nodes:\r\n    a: |\r\n      one\r\n      two\r\n"),
    ).toEqual({ a: "one\ntwo\n" });
  });
});

describe("what the two read differently is refused, by file and key", () => {
  it.each([
    ["an octal number", "017", "berth:nodes.a: is an octal number to some and decimal to others"],
    ["an octal number of YAML 1.2", "0o17", "berth:nodes.a: is a number to some"],
    ["a hexadecimal number", "0x1F", "berth:nodes.a: is a number to some"],
    ["a binary number", "0b11", "berth:nodes.a: is a number to some"],
    ["a grouped number", "1_000", "berth:nodes.a: is a number to some"],
    ["a number beyond 2^53", "9007199254740993", "berth:nodes.a: is a number with more digits"],
    ["infinity", "-.inf", "berth:nodes.a: is no finite number"],
    ["a time", "2026-11-01T10:00:00Z", "berth:nodes.a: is a time to some"],
    ["a tag", "!!binary aGk=", "berth:nodes.a: has a tag"],
    ["an alias of itself", "&x [*x]", "berth:nodes.a[0]: contains itself"],
    ["a secret", "{ secure: v1:abc= }", "berth:nodes.a: is a secret"],
    ["a key that is a number", "{ 1: x }", "config.berth:nodes.a.1: is a key that is no text"],
    ["a key that stands twice", "{ b: 1, 'b': 2 }", "berth:nodes.a.b: stands twice"],
    ["a merge of no mapping", "{ <<: 5 }", "berth:nodes.a: merges what is no mapping"],
  ])("%s", (_, value, expected) => {
    const said = wrong(`config: { berth:nodes: { a: ${value} } }`);
    expect(said).toContain(expected.replace(/^config\./, ""));
    expect(said).toMatch(/^Pulumi\.prod\.yaml: /);
  });

  it.each([
    ["several documents", "config: {}\n---\nconfig: {}\n", "holds several documents"],
    ["what is no YAML", "config: [", "the file cannot be read: "],
    ["no mapping", "- config\n", "no mapping with a config section"],
    ["another line break", "config: { berth:nodes: a\u2028b }", "the character U+2028 in line 1"],
    ["a byte order mark inside", "config:\n  berth:nodes: \ufeffa", "U+FEFF in line 2"],
    ["a control character", "config:\n  berth:nodes: a\fb", "U+000C in line 2"],
    ["an anchor that ends elsewhere", "config: { berth:nodes: &a:b c }", 'the anchor "a:b"'],
    ["one key in two forms", "config: { berth:nodes: {}, nodes: {} }", "is berth:nodes once more"],
  ])("%s", (_, text, expected) => {
    expect(wrong(text)).toContain(expected);
  });

  it("a file that is not UTF-8", () => {
    expect(wrong(Buffer.from("config: {}", "utf16le"))).toContain("U+0000");
    expect(wrong(Buffer.from([0xff, 0xfe, 0x41, 0x00]))).toContain("is not UTF-8");
  });

  it("never by showing a value that may be a secret", () => {
    expect(wrong("config: { berth:nodes: { a: { secure: v1:c2VjcmV0= } } }")).not.toContain("c2Vj");
  });

  it("a stack file that the engine does not look for", () => {
    write("Pulumi.prod.yml", "config: {}");
    write("Pulumi.prod.yaml", "config: {}");
    const { stacks, unreadable } = readStackFiles(directory);
    expect(stacks).toEqual({});
    expect(unreadable["prod"]).toMatchObject([{ path: "Pulumi.prod.yml" }]);
  });

  it("one stack's file alone: the others are read", () => {
    write("Pulumi.sandbox.yaml", "config: [");
    write("Pulumi.prod.yaml", "config: { berth:nodes: {} }");
    const { stacks, unreadable } = readStackFiles(directory);
    expect(Object.keys(stacks)).toEqual(["prod"]);
    expect(Object.keys(unreadable)).toEqual(["sandbox"]);
  });
});

describe("Pulumi.yaml", () => {
  it("gives every stack its values, under value or default or directly", () => {
    write(
      "Pulumi.yaml",
      `${project}config: { berth:team: { value: { a: 1 } }, agency: { default: { b: 2 } }, berth:environment: stage }`,
    );
    write("Pulumi.prod.yaml", "config: { berth:team: { c: 3 } }");
    const { stacks, fileOf } = readStackFiles(directory);
    expect(stacks["prod"]).toEqual({ team: { c: 3 }, agency: { b: 2 }, environment: "stage" });
    expect(fileOf("prod")("team")).toBe("Pulumi.prod.yaml");
    expect(fileOf("prod")("agency")).toBe("Pulumi.yaml");
    expect(fileOf("prod")("projects")).toBe("Pulumi.prod.yaml");
  });

  it.each([
    ["stackConfigDir", "stackConfigDir: stacks", "Pulumi.yaml: stackConfigDir: sends the engine"],
    ["its former form", "config: stacks", "Pulumi.yaml: config: sends the engine"],
    [
      "a value that stands directly",
      "config: { berth:team: { members: {} } }",
      "berth:team: holds",
    ],
    [
      "a path for a key",
      "config: { 'berth:team.members': { value: {} } }",
      "is a path to the engine",
    ],
    [
      "value and default",
      "config: { berth:team: { value: {}, default: {} } }",
      "a value and a def",
    ],
    ["a secret", "config: { berth:team: { value: { a: { secure: x } } } }", "team.a: is a secret"],
  ])("is refused with %s", (_, line, expected) => {
    write("Pulumi.yaml", `${project}${line}\n`);
    expect(refusal(() => readStackFiles(directory))).toContain(expected);
  });

  it("is refused where the engine reads another file in its place", () => {
    write("Pulumi.json", "{}");
    expect(refusal(() => readStackFiles(directory))).toContain("Pulumi.json: is what the engine");
    fs.rmSync(path.join(directory, "Pulumi.json"));
    fs.renameSync(path.join(directory, "Pulumi.yaml"), path.join(directory, "Pulumi.yml"));
    expect(refusal(() => readStackFiles(directory))).toContain("Pulumi.yml: is what the engine");
  });

  it("is refused where it is not", () => {
    fs.rmSync(path.join(directory, "Pulumi.yaml"));
    expect(refusal(() => readStackFiles(directory))).toContain("Pulumi.yaml: there is none");
  });
});

it("names every place at which the engine was given something else, without its value", () => {
  const engine = { nodes: { a: { size: "big" }, b: [1, 2] }, environment: "prod" };
  const file = { nodes: { a: { size: "small" }, b: [1, 3] }, environment: "prod", waivers: null };
  const found = differencesOf("prod", engine, file);
  expect(found.map((problem) => problem.path)).toEqual([
    "Pulumi.prod.yaml: berth:nodes.a.size",
    "Pulumi.prod.yaml: berth:nodes.b[1]",
    "Pulumi.prod.yaml: berth:waivers",
  ]);
  expect(JSON.stringify(found)).not.toMatch(/big|small/);
  expect(differencesOf("prod", engine, structuredClone(engine))).toEqual([]);
});

describe("berth:secrets", () => {
  const values = (text: string) => {
    write("Pulumi.prod.yaml", text);
    const { stacks, unreadable } = readStackFiles(directory);
    expect(unreadable).toEqual({});
    return stacks["prod"]?.["secrets"];
  };

  it("tells the names alone, the same from the file and from the engine", () => {
    const file = values(`
config:
  berth:secrets: { kmc: { KEY: { secure: v1:c2VjcmV0= }, OTHER: { secure: "AAAB" } }, none: {} }`);
    const resolved = JSON.stringify({ kmc: { KEY: "hush", OTHER: "hush" }, none: {} });
    const engine = ownConfig({ "berth:secrets": resolved });
    expect(engine).toEqual({ secrets: file });
    expect(Object.keys((file as { kmc: object }).kmc)).toEqual(["KEY", "OTHER"]);
    expect(JSON.stringify([file, engine])).not.toMatch(/hush|c2Vj|AAAB/);
  });

  it("differs where the engine was given another name", () => {
    const file = values("config: { berth:secrets: { kmc: { KEY: { secure: v1:c2VjcmV0= } } } }");
    const engine = ownConfig({ "berth:secrets": JSON.stringify({ kmc: { OTHER: "hush" } }) });
    const paths = differencesOf("prod", engine, { secrets: file }).map((each) => each.path);
    expect(paths).toEqual([
      "Pulumi.prod.yaml: berth:secrets.kmc.KEY",
      "Pulumi.prod.yaml: berth:secrets.kmc.OTHER",
    ]);
  });

  it.each([
    ["a plain text", "{ kmc: { KEY: hunter2 } }", "berth:secrets.kmc.KEY: is not encrypted"],
    ["a quoted text", "{ kmc: { KEY: 'hunter2' } }", "berth:secrets.kmc.KEY: is not encrypted"],
    ["a number", "{ kmc: { KEY: 5 } }", "berth:secrets.kmc.KEY: is not encrypted"],
    ["a group", "{ kmc: { KEY: { a: hunter2 } } }", "berth:secrets.kmc.KEY: is not encrypted"],
    ["a group beside", "{ kmc: { KEY: { secure: a, b: hunter2 } } }", "KEY: is not encrypted"],
    ["a number encrypted", "{ kmc: { KEY: { secure: 5 } } }", "KEY: is not encrypted"],
    ["a list", "{ kmc: [hunter2] }", "berth:secrets.kmc: is no map of secrets"],
    [
      "a project as a whole",
      "{ kmc: { secure: v1:x } }",
      "berth:secrets.kmc: is encrypted as a whole",
    ],
    ["all as a whole", "{ secure: v1:x }", "berth:secrets: is encrypted as a whole"],
    ["a text", "'{}'", "berth:secrets: is no map of projects"],
  ])("is refused: %s", (_title, value, expected) => {
    const said = wrong(`config: { berth:secrets: ${value} }`);
    expect(said).toContain(expected);
    expect(said).not.toMatch(/hunter2|v1:/);
  });

  it("is refused in the file of all stacks", () => {
    write("Pulumi.yaml", `${project}config: { berth:secrets: { value: { kmc: {} } } }\n`);
    expect(refusal(() => readStackFiles(directory))).toContain("belongs to one stack");
  });
});
