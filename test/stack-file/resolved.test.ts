import { describe, expect, it } from "vitest";

import { place } from "../../components/placement/placement";
import { changed, hostStack, parse, prod } from "./fixture";

describe("what follows from a stack's declarations", () => {
  it("is found once: each node's place and residents", () => {
    const { nodes, projects } = parse(prod());
    for (const node of nodes) {
      expect(node.placement).toEqual(place(node));
      expect(node.residents.map(({ slug }) => slug)).toEqual(node.projects);
      // The very same values: nobody makes them a second time.
      for (const resident of node.residents) expect(projects).toContain(resident);
    }
  });

  it("is found once: each project's names and the place of its archives", () => {
    const kmc = parse(prod()).projects.find(({ slug }) => slug === "kmc");
    expect(kmc).toMatchObject({
      names: {
        primary: "kmc.countable.ca",
        origin: "kmc-origin.countable.ca",
        direct: "kmc-direct.countable.ca",
      },
      archives: {
        bucket: { name: "countable-prod-backups-ca-central-1", region: "ca-central-1" },
        prefix: "backups/kmc/",
      },
    });
  });

  it("has a host stack's own origin, and no archives where nothing is backed up", () => {
    const [project] = parse(hostStack()).projects;
    expect(project?.names.origin).toBe("origin-prod-b.cryptsend.io");
    const stage = changed({ ...prod(), stack: "stage" }, [
      [["projects", "kmc", "backup"], undefined],
    ]);
    expect(parse(stage).projects.find(({ slug }) => slug === "kmc")).not.toHaveProperty("archives");
  });
});
