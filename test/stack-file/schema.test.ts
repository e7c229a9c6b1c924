import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { schemaFolder, schemaTexts } from "../../tools/schema";
import { hostStack, nodes, projects, shared } from "./fixture";

let texts: ReadonlyMap<string, string>;

beforeAll(async () => {
  texts = await schemaTexts();
});

/** A validator made from the generated file: a second reading, independent of the parser's. */
function accepts(file: string, value: unknown): boolean {
  const schema: unknown = JSON.parse(texts.get(file) ?? "null");
  return z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(value).success;
}

const stack = (config: Record<string, unknown>) => ({
  config: Object.fromEntries(Object.entries(config).map(([key, value]) => [`berth:${key}`, value])),
});

describe("the editors' schemas", () => {
  it.each(["project.json", "environment.json", "host.json"])(
    "%s in the repository is current; if not, run `npm run schema`",
    (file) => {
      expect(readFileSync(join(schemaFolder, file), "utf8")).toBe(texts.get(file));
    },
  );

  it("accept what the parser accepts", () => {
    expect(accepts("environment.json", stack({ projects: projects(), nodes: nodes() }))).toBe(true);
    expect(accepts("environment.json", stack({ ...shared(), projects: projects() }))).toBe(true);
    const { agency, team, ...host } = hostStack().config;
    expect(accepts("host.json", stack(host))).toBe(true);
    expect(
      accepts("project.json", {
        name: "berth",
        runtime: { name: "nodejs" },
        config: { "berth:agency": { value: agency }, "berth:team": { value: team } },
      }),
    ).toBe(true);
    expect(accepts("environment.json", { config: { "aws:region": "us-east-1" } })).toBe(true);
  });

  it.each([
    ["an unknown key of Berth", { project: {} }],
    ["an unknown key of a project", { projects: { kmc: { domian: "x", access: [] } } }],
    [
      "a boolean as a text",
      { projects: { kmc: { domain: "a.org", access: [], heavyCompute: "true" } } },
    ],
    [
      "a residency without a rule",
      { projects: { kmc: { domain: "a.org", access: [], residency: "us" } } },
    ],
    ["too little memory", { nodes: { kmc: { memoryGb: 1 } } }],
    ["a bad domain", { projects: { kmc: { domain: "https://a.org", access: [] } } }],
  ])("mark %s", (_title, config) => {
    expect(accepts("environment.json", stack(config))).toBe(false);
  });

  it("carry descriptions for the editor to show", () => {
    expect(texts.get("environment.json")).toContain("Where the data may live (R3).");
    expect(texts.get("environment.json")).not.toContain("9007199254740991");
  });
});
