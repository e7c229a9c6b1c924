import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { berth } from "../../operations/berth";
import type { Context } from "../../operations/ground/context";
import { scratchDirectory } from "./builder";
import { hostKeys, twoStacks } from "./fixture";
import { today } from "../stack-file/fixture";

let clone: string;
let out: string;
let said: string;
let deployed: readonly string[];

const named = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));
const write = (name: string, content: unknown) =>
  fs.writeFileSync(path.join(clone, name), stringify(content));

const run = async (...argv: string[]) => {
  [out, said] = ["", ""];
  const published = (stack: string) => {
    if (!deployed.includes(stack)) return Promise.resolve(undefined);
    const prod = stack === "prod";
    const node = { address: prod ? "192.0.2.1" : "192.0.2.2", projects: ["kmc"] };
    const hostKey = prod ? hostKeys.prod : hostKeys.stage;
    return Promise.resolve({ nodes: { kmc: { ...node, hostKey } }, interrupted: [] });
  };
  const context = {
    ...{ directory: clone, env: {}, now: today, published, keys: (fleet: unknown) => fleet },
    out: (text: string) => void (out += text),
    say: (text: string) => void (said += text),
  } as unknown as Context;
  return berth(context, ["jobs", ...argv]);
};

beforeEach(() => {
  clone = scratchDirectory();
  deployed = ["stage", "prod"];
  const { stage, prod } = twoStacks();
  const { agency, team, ...production } = prod.config;
  const { agency: _, team: __, ...staging } = stage.config;
  const config = named({ agency: { value: agency }, team: { value: team } });
  write("Pulumi.yaml", { name: "berth", runtime: "nodejs", config });
  write("Pulumi.prod.yaml", { config: named(production) });
  write("Pulumi.stage.yaml", { config: named(staging) });
});
afterEach(() => fs.rmSync(clone, { recursive: true }));

describe("berth jobs", () => {
  it("lists the jobs of all stacks, what they deliver to and who may start them", async () => {
    expect(await run(), said).toBe(0);
    expect(out).toMatch(/^kmc-prod +master +192\.0\.2\.1 +dana vera@client$/m);
    expect(out).toMatch(/^kmc-stage +develop +192\.0\.2\.2 +clark dana$/m);
    expect(await run("--json")).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { name: "kmc-prod", kind: "prod", disabled: false },
      { name: "kmc-release" },
      { name: "kmc-stage" },
      { name: "kmc-test" },
    ]);
  });

  it("writes them, finds them as declared, and tells what changed since", async () => {
    const files = path.join(clone, "jenkins");
    expect(await run("--write", files), said).toBe(0);
    expect(out).toBe(`written: ${path.join(files, "kmc.yaml")}\n`);
    expect(await run("--check", files)).toBe(0);
    deployed = ["prod"];
    expect(await run("--check", files)).toBe(2);
    expect(out).toBe(
      "kmc-stage: is not as the stack files have it; load it anew, which disables it\n",
    );
    expect(await run("--check", files, "--json")).toBe(2);
    expect(JSON.parse(out)).toMatchObject([{ name: "kmc-stage", kind: "differs" }]);
  });

  it("fails where a name is taken by hand, and writes over nothing", async () => {
    const exported = path.join(clone, "exported");
    fs.mkdirSync(exported);
    fs.writeFileSync(path.join(exported, "kmc-prod.xml"), "<project/>");
    expect(await run("--check", exported)).toBe(1);
    expect(out).toContain("kmc-prod: was made by hand");
    fs.mkdirSync(path.join(clone, "jenkins"));
    fs.writeFileSync(path.join(clone, "jenkins", "kmc.yaml"), "- job: {name: kmc}\n");
    expect(await run("--write", path.join(clone, "jenkins"))).toBe(1);
    expect(said).toContain("kmc.yaml: is not as berth jobs wrote it");
  });

  it("tells no jobs where a stack file cannot be read, and writes none", async () => {
    const files = path.join(clone, "jenkins");
    fs.writeFileSync(path.join(clone, "Pulumi.stage.yaml"), "config: [");
    expect(await run("--write", files)).toBe(1);
    expect(said).toContain("stage could not be read");
    expect(fs.existsSync(files)).toBe(false);
  });
});
