import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Ground } from "./ground";

let ground: Ground;
beforeEach(async () => {
  ground = new Ground();
  await ground.start();
});
afterEach(() => ground.stop());

describe("berth sentry, cut off at any request", () => {
  it.each([
    "createTeamProject",
    "createOrganizationProjectDetector",
    "createOrganizationMonitor",
    "createOrganizationWorkflow",
    "listProjectKeys",
  ])("goes on the next time after %s failed, and makes nothing twice", async (operation) => {
    const { sentry } = ground;
    sentry.fails = operation;
    expect(await ground.run()).toBe(1);
    expect(ground.out).toContain("502");
    expect(await ground.run(), ground.out).toBe(0);
    expect(sentry.projects.map(({ slug }) => slug).sort()).toEqual(["berth-fleet", "kmc-prod"]);
    expect(ground.marked(sentry.detectors)).toHaveLength(1);
    expect(sentry.monitors).toHaveLength(3);
    expect(sentry.workflows).toHaveLength(2);
    expect(ground.engineSaw("stdin").split("\n")).toHaveLength(1);
  });
});

describe("a watch that is not Berth's", () => {
  it("is left as it is, and none is made beside it", async () => {
    const { sentry } = ground;
    const project = sentry.addProject("kmc-prod", "berth");
    const queryObj = { url: "https://kmc.countable.ca" };
    const body = { name: "Uptime of kmc", enabled: true, data_sources: [queryObj] };
    const type = "uptime_domain_failure";
    sentry.detectors.push({ id: "77", projectId: project.id, type, body });
    expect(await ground.run(), ground.out).toBe(0);
    expect(ground.out).toContain('"Uptime of kmc" watches kmc.countable.ca already');
    expect(ground.marked(sentry.detectors)).toEqual([]);
    expect(await ground.run("--check")).toBe(0);
    body.enabled = false;
    expect(await ground.run(), ground.out).toBe(0);
    expect(ground.marked(sentry.detectors)).toHaveLength(1);
  });
});
