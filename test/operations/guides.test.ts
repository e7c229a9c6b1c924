import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { edited, guideNames, guides, stepsOf } from "./guide";

describe.each(guideNames())("the guide %s", (name) => {
  const text = readFileSync(join(guides, `${name}.md`), "utf8");

  it("is short", () => {
    expect(text.split("\n").length).toBeLessThan(110);
  });

  it("links to what exists", () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(join(guides, link)))).toEqual([]);
  });

  it("consists of edits and commands that a test can run, or says why not", () => {
    for (const step of stepsOf(name)) {
      if (step.kind === "untested") expect(step.why).toMatch(/^(needs a real account|not tested)/);
    }
  });
});

describe("an edit of a guide", () => {
  const team =
    "config:\n  team:\n    members:\n      sam:\n        keys: [a]\n    all: [ana, sam]\n";
  const edit = (how: "add" | "remove", yaml: string) =>
    edited(team, { kind: "edit", file: "Pulumi.yaml", how, yaml });

  it("adds to mappings and lists", () => {
    const yaml = "config: { team: { members: { bo: { keys: [b] } }, all: [bo] } }";
    expect(parse(edit("add", yaml))).toEqual({
      config: {
        team: { members: { sam: { keys: ["a"] }, bo: { keys: ["b"] } }, all: ["ana", "sam", "bo"] },
      },
    });
  });

  it("removes from them", () => {
    const yaml = "config: { team: { members: { sam: }, all: [sam] } }";
    expect(parse(edit("remove", yaml))).toEqual({
      config: { team: { members: {}, all: ["ana"] } },
    });
  });
});
