import * as fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { berth } from "../../operations/berth";
import type { Context } from "../../operations/ground/context";
import { publishedBy } from "../../operations/ground/published";
import { Kept } from "../../operations/fold/states";
import { ScratchCloud } from "../../rehearsal/scratch";
import { agency, project } from "./agency";

const shop = project("shop.example", { repository: "git@github.com:acme/shop.git" });
const retired = { since: "2020-01-01", snapshot: "x", remove: true };

describe("folding a host stack into its environment", () => {
  let cloud: ScratchCloud;
  let machines: string[];

  beforeAll(async () => {
    cloud = await ScratchCloud.start({
      shared: agency,
      stacks: {
        stage: {
          projects: { shop: { ...shop, servedBy: "stage-b" } },
          nodes: { shop: { retired } },
        },
        "stage-b": { environment: "stage", projects: { shop: {} } },
      },
    });
    // As after a move whose old machine went.
    await cloud.up("stage-b");
    await cloud.up("stage");
    machines = await inventory();
  });
  afterAll(() => cloud.stop());

  const inventory = async () =>
    (await cloud.objects("scaleway/server")).map(
      ({ id, data }) => `${id} ${JSON.stringify(data["tags"])}`,
    );
  const urns = async (stack: string) =>
    (await cloud.state(stack)).resources.map(({ urn }) => urn).sort();
  const declare = (node: object, more: object = {}) =>
    cloud.stack("stage", { projects: { shop: { ...shop, ...more } }, nodes: { shop: node } });

  async function fold(...argv: string[]) {
    const { project: directory, env } = cloud;
    let said = "";
    const tell = (text: string) => void (said += `${text}\n`);
    const context: Context = {
      ...{ directory, env, now: new Date(), out: tell, say: tell, keys: (fleet) => fleet },
      published: publishedBy(directory, env),
    };
    return { code: await berth(context, ["fold", "stage-b", ...argv]), said };
  }

  it("is refused until it is declared alike, with all that differs", async () => {
    declare({ memoryGb: 4 }, { servedBy: "stage-b" });
    const { code, said } = await fold();
    expect(code).toBe(1);
    expect(said).toContain("shop says servedBy: stage-b; take it out");
    expect(said).toContain("berth:nodes.shop lacks madeBy: stage-b");
    expect(said).toContain("shop: memoryGb is 4 in stage and 2 in stage-b");
  });

  it("puts both states back where the environment would change what was moved", async () => {
    const before = [await urns("stage"), await urns("stage-b")];
    declare({ madeBy: "stage-b", sshFrom: ["192.0.2.0/24"] });
    const { code, said } = await fold();
    expect(code).toBe(1);
    expect(said).toMatch(/would change what was moved[^]*update shop-firewall/);
    expect(said).toContain("Both states are as they were.");
    expect([await urns("stage"), await urns("stage-b")]).toEqual(before);
    await cloud.succeed("preview", "--expect-no-changes", "--stack", "stage-b");
  });

  it("moves the machine and all of it, also after a run that was killed between the two states", async () => {
    declare({ madeBy: "stage-b" });
    const texts = Object.fromEntries(
      await Promise.all(
        ["stage", "stage-b"].map(async (stack) => {
          const { stdout } = await cloud.succeed("stack", "export", "--stack", stack);
          return [stack, stdout] as const;
        }),
      ),
    );
    const kept = new Kept(cloud.project, "stage-b", "stage");
    kept.keep(texts);
    const root = (await urns("stage-b")).find((urn) =>
      urn.endsWith("berth:index:ProjectNode::shop"),
    )!;
    await cloud.succeed(
      ...["state", "move", "--yes", "--source", "stage-b", "--dest", "stage", root],
    );
    // The engine writes the state that gains first: killed then, both have it.
    await cloud.succeed("stack", "import", "--stack", "stage-b", "--file", kept.file("stage-b"));
    const { code, said } = await fold();
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContain("an earlier run was cut off; both states are as they were before it");
    expect(fs.existsSync(kept.directory)).toBe(false);
    expect((await urns("stage-b")).filter((urn) => urn.includes("ProjectNode"))).toEqual([]);
    await cloud.up("stage");
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "stage");
    const again = await cloud.pulumi("preview", "--stack", "stage-b");
    expect(again.code).not.toBe(0);
    expect(again.stdout + again.stderr).toContain("has a machine that stack stage-b made for it");
    await cloud.succeed("destroy", "--yes", "--skip-preview", "--stack", "stage-b");
    expect(await inventory()).toEqual(machines);
    expect((await cloud.outputs("stage"))["projects"]!["shop"]).toMatchObject({
      servedBy: "stage",
    });
  });
});
