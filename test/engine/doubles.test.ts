import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { fleetOf, project } from "./agency";
import { savedOnce } from "../../packages/local-cloud/cloud/environment";
import type { Ended } from "../../engine/program";
import { ScratchCloud } from "../../rehearsal/scratch";

const projects = {
  shop: project("shop.example"),
  club: project("club.example", { residency: "canada" }),
  portal: project("portal.acme.dev", { needs: ["cognito"] }),
};
const at = [
  ["shop", "scaleway", "scaleway/server"],
  ["club", "digitalocean", "digitalocean/droplet"],
  ["portal", "aws", "aws/instance"],
] as const;

describe("a machine that its stack's state does not know", () => {
  let cloud: ScratchCloud;
  let ids: Record<string, string>;
  let inventory: string[];
  const file = (name: string) => path.join(path.dirname(cloud.project), `${name}.json`);
  const said = ({ stdout, stderr }: Ended) => stdout + stderr;
  const run = (...words: string[]) => cloud.pulumi(...words, "--stack", "prod");
  const bring = (name: string) =>
    cloud.succeed("stack", "import", "--stack", "prod", "--file", file(name));
  function expectRefused(ended: Ended, names: readonly string[] = Object.keys(projects)): void {
    expect(ended.code, said(ended)).not.toBe(0);
    for (const [name, provider] of at.filter(([each]) => names.includes(each))) {
      expect(said(ended)).toMatch(
        new RegExp(
          `berth:nodes\\.${name}: is not in the state of this stack, but ${provider} has a machine that stack prod made for it \\([^)]*${ids[name]}\\)`,
        ),
      );
    }
  }

  beforeAll(async () => {
    cloud = await ScratchCloud.start(fleetOf("prod", projects));
    Object.assign(cloud.env, savedOnce);
    await cloud.succeed("stack", "export", "--stack", "prod", "--file", file("older"));
    await cloud.up("prod");
    await cloud.succeed("stack", "export", "--stack", "prod", "--file", file("whole"));
    const found = await Promise.all(
      at.map(async ([name, , kind]) => [name, (await cloud.objects(kind))[0]!.id] as const),
    );
    ids = Object.fromEntries(found);
    inventory = await cloud.inventory();
  });
  afterAll(() => cloud.stop());

  it("gets no second one beside it from a state that is older", async () => {
    await bring("older");
    // The state of a run tells what is this stack's own from its first save on.
    delete cloud.env["PULUMI_SKIP_CHECKPOINTS"];
    expectRefused(await run("up", "--yes", "--skip-preview"));
    Object.assign(cloud.env, savedOnce);
    expect(await cloud.inventory()).toEqual(inventory);
  });

  it("gets none, and no preview of one, where a refresh or a person took it out of the state", async () => {
    await bring("whole");
    const servers = (await cloud.state("prod")).resources.filter(({ urn }) =>
      /::(shop|club)-server$/.test(urn),
    );
    for (const { urn } of servers) {
      await cloud.succeed(
        ...["state", "delete", urn, "--target-dependents", "--force", "--yes", "--stack", "prod"],
      );
    }
    expectRefused(await run("preview"), ["shop", "club"]);
    expectRefused(await run("up", "--yes", "--skip-preview"), ["shop", "club"]);
    expect(await cloud.inventory()).toEqual(inventory);
  });

  it("gets none under another name either, and is known again by the state that had it", async () => {
    const { shop, ...others } = projects;
    cloud.stack("prod", { projects: { ...others, store: { ...shop, formerly: "shop" } } });
    const ended = await run("preview");
    expect(ended.code, said(ended)).not.toBe(0);
    expect(said(ended)).toContain("berth:nodes.store: is not in the state of this stack");
    expect(said(ended)).toContain(ids["shop"]);
    cloud.stack("prod", { projects });
    await bring("whole");
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
    expect(await cloud.inventory()).toEqual(inventory);
  });
});
