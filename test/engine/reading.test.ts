import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ownConfig, readStackFiles } from "../../components/stack-file/stack-files";

/**
 * The engine itself is asked what it reads. No program runs and no provider: `pulumi config` prints
 * what a program of the stack would be given.
 */
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-reading-"));
afterAll(() => fs.rmSync(directory, { recursive: true }));

const scalars = [
  "0 -0 +5 007 1.50 1e3 .5 5. -0.0 true True FALSE ~ null Null",
  "yes no on off y n 12:30 190:20:30 10.0.0.1 1.2.3 0x 0xg - +",
  "2026-11-01 2026-1-1 2026-13-01 2026-02-30 '2026-11-01' \"17\" ''",
].flatMap((line) => line.split(" "));

const stack = `\ufeffx: &x { k: 1, l: { m: 2 }, date: 2026-11-01 }
y: &y { <<: *x, k: 2, n: }
config:
  berth:scalars: [${scalars.filter((each) => each !== "007" && each !== "-").join(", ")}]
  berth:words: [ssh-ed25519 AAAA x, "a\\tb\\u0041", 'it''s', a#b, "a: b", !!str 5]
  berth:merged:
    one: { <<: *x, k: 3 }
    two: { <<: [*y, { o: 4, k: 5 }], l: }
    three: *x
  berth:blocks:
    - |
      one
        two
    - >-
      one
      two

      three
    - plain
      over lines
  short: [1, 2]
  berth:config:long: text
  berth:nothing:
  berth:empty: ''
  berth:json: '{"a": [1]}'
  berth:number: "5"
  berth:day: 2026-11-01
  other:key: 017
`;
const project = `name: berth
runtime: nodejs
config:
  berth:agency: { value: { a: [2026-11-01, 1.0, yes], b: ~ } }
  team: { default: [1, x] }
  berth:word: yes
  berth:day: { value: 2026-1-1 }
`;

describe.each([
  ["as they are", (text: string) => text],
  ["with the line breaks of Windows", (text: string) => text.replaceAll("\n", "\r\n")],
])("stack files %s", (_, change) => {
  let engine: Record<string, unknown>;

  beforeAll(() => {
    fs.writeFileSync(path.join(directory, "Pulumi.yaml"), change(project));
    fs.rmSync(path.join(directory, "Pulumi.prod.yaml"), { force: true });
    const state = path.join(directory, "state");
    fs.mkdirSync(state, { recursive: true });
    const env = {
      ...process.env,
      PULUMI_HOME: path.join(directory, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(state).href,
      PULUMI_CONFIG_PASSPHRASE: "x",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const pulumi = (...args: string[]) =>
      execFileSync("pulumi", [...args, "--non-interactive"], {
        cwd: directory,
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    if (fs.readdirSync(state).length === 0) pulumi("stack", "init", "prod");
    fs.writeFileSync(path.join(directory, "Pulumi.prod.yaml"), change(stack));
    const said = JSON.parse(pulumi("config", "--json", "--stack", "prod")) as Said;
    engine = ownConfig(
      Object.fromEntries(Object.entries(said).map(([key, { value }]) => [key, value])),
    );
  });

  it("are read as the engine reads them", () => {
    const { stacks, unreadable } = readStackFiles(directory);
    expect(unreadable).toEqual({});
    expect(stacks["prod"]).toEqual(engine);
    expect(Object.keys(engine)).toHaveLength(14);
  });
});

type Said = Readonly<Record<string, { readonly value: string }>>;
