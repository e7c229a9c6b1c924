import { describe, expect, it } from "vitest";

import { reviewOf } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import { bootstrapLine, dropletLine, logText, nodeLine, urn, type Line } from "./event-log";

const review = (lines: readonly Line[]) =>
  reviewOf(readCleaned(logText({ lines }), "test"), { approved: [], today: "2026-11-21" });

const from = (name: string) => name.replace("store", "shop");

/** A line about `store`, which was `shop` before. */
function renamed(line: Line): Line {
  const { before, type, name } = line;
  const parent = before?.parent === undefined ? {} : { parent: from(before.parent) };
  return { ...line, before: { ...before, ...parent, urn: urn(type, from(name)) } };
}

const names = (op: string, name: string): Line => ({
  op,
  type: "berth:index:ProjectNames",
  name,
  ...(op === "create" ? {} : { before: { inputs: { primary: "shop.example" } } }),
  ...(op === "delete" ? {} : { after: { inputs: { primary: "shop.example" } } }),
});

const stack = (before: string, after: string): Line => ({
  op: "same",
  type: "pulumi:pulumi:Stack",
  name: "berth-prod",
  before: { outputs: { projects: { [before]: { primary: "shop.example", servedBy: "prod" } } } },
  after: { outputs: { projects: { [after]: { primary: "shop.example", servedBy: "prod" } } } },
});

const credential = (before: string, after: string): Line => ({
  op: "update",
  type: "berth:backups:BackupCredential",
  name: "store-store-backup",
  before: {
    inputs: { project: before, bucket: "b" },
    parent: urn("berth:index:ProjectNode", "store"),
  },
  after: {
    inputs: { project: after, bucket: "b" },
    parent: urn("berth:index:ProjectNode", "store"),
  },
});

describe("a project under another slug", () => {
  const people = { people: { ana: ["SHA256:a"] }, deployers: {} };
  const machine = [
    nodeLine("update", "store", { before: { node: "shop", projects: ["shop"] } }),
    dropletLine("update", "store", { inputs: { name: "shop" } }),
    bootstrapLine("same", "store", people, people),
  ].map(renamed);

  it("that was declared keeps its machine, its people, its names and its cost", () => {
    const found = review([stack("shop", "store"), ...machine, renamed(names("same", "store"))]);
    expect(found).toMatchObject({
      interruptions: [],
      data: [],
      access: [],
      names: [],
      clashes: [],
    });
    expect(found.cost).toMatchObject({ before: { USD: 12 }, after: { USD: 12 }, nodes: [] });
    expect(found.projects).toEqual([
      { project: "store", text: "is shop under a new name: what it has stays" },
      { project: "store", text: "its node shop is called store from now on" },
    ]);
  });

  it("is known by what it publishes where its client runs DNS", () => {
    const { projects } = review([stack("shop", "store"), ...machine]);
    expect(projects[0]!.text).toBe("is shop under a new name: what it has stays");
  });

  it("shows what is off when its machine restarts in the same change", () => {
    const bigger = renamed(dropletLine("update", "store", { size: "s-2vcpu-4gb" }));
    const [node, , bootstrap] = machine;
    const found = review([stack("shop", "store"), node!, bigger, bootstrap!]);
    expect(found.interruptions).toMatchObject([
      { node: "store", kind: "restart", projects: ["store"] },
    ]);
    expect(found.cost.nodes).toEqual([{ node: "store", before: { USD: 12 }, after: { USD: 24 } }]);
  });

  it("says that its machine writes archives elsewhere from now on", () => {
    const { access, projects } = review([
      stack("shop", "store"),
      ...machine,
      renamed(names("same", "store")),
      renamed(credential("shop", "store")),
    ]);
    const what = "writing the archives of store instead of those of shop";
    expect(access).toEqual([{ kind: "changes", who: "the machine", where: "store", what }]);
    expect(projects.map(({ text }) => text).join()).not.toContain("backed up");
  });

  it("that was not declared is another project, and loses what the first had", () => {
    const found = review([
      stack("shop", "store"),
      nodeLine("delete", "shop"),
      dropletLine("delete", "shop", { protect: false }),
      names("delete", "shop"),
      nodeLine("create", "store"),
      dropletLine("create", "store"),
      names("create", "store"),
    ]);
    expect(found.projects).toMatchObject([
      {
        project: "store",
        text: expect.stringMatching(/^is shop under a new name; to Berth it is/) as string,
      },
    ]);
    expect(found.data).toMatchObject([{ kind: "destroys", name: "shop-server" }]);
  });
});
