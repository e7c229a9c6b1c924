import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Ground } from "./ground";

let ground: Ground;
beforeEach(async () => {
  ground = new Ground();
  await ground.start();
});
afterEach(() => ground.stop());

describe("what is Berth's own at Sentry", () => {
  it("makes names of before its own where they are wanted, and leaves those of other Berth projects (R52)", async () => {
    const { sentry } = ground;
    expect(await ground.run(), ground.out).toBe(0);
    const all = () => [...sentry.detectors, ...sentry.monitors, ...sentry.workflows];
    const ours = ground.marked(all());
    for (const { body } of all()) {
      const named = body as Record<string, unknown>;
      named["name"] = String(named["name"]).replace("[countable/berth]", "[berth]");
    }
    const cron = sentry.monitors[0]!;
    const beside = (slug: string, name: string) =>
      sentry.monitors.push({
        ...cron,
        id: slug,
        slug,
        body: { ...cron.body, slug, name },
      } as never);
    beside("zoo-backup", "[other/berth] backup of zoo");
    beside("old-backup", "[berth] backup of old");
    expect(await ground.run(), ground.out).toBe(0);
    expect(ground.out).toContain('"[berth] backup of old" is of nothing that is declared here');
    expect(ground.out).not.toContain("zoo");
    const left = ["[other/berth] backup of zoo", "[berth] backup of old"];
    expect(ground.marked(all()).sort()).toEqual([...ours, ...left].sort());
    expect(await ground.run("--check")).toBe(0);
  });

  it("is taken away by the update that finds it declared no more: its own, and of a state of before what it made then", async () => {
    const { sentry } = ground;
    const own = "countable/berth";
    expect(await ground.called(own), ground.out).toBe(0);
    expect(sentry.monitors).toHaveLength(3);
    expect(await ground.called("other/berth", "--end"), ground.out).toBe(0);
    expect(sentry.monitors).toHaveLength(3);
    expect(await ground.called(own, "--end"), ground.out).toBe(0);
    expect([sentry.monitors, ground.marked(sentry.workflows)]).toEqual([[], []]);
    expect(sentry.projects.map(({ slug }) => slug).sort()).toEqual(["berth-fleet", "kmc-prod"]);
    expect(await ground.called(own), ground.out).toBe(0);
    for (const { body } of sentry.monitors) {
      const named = body as Record<string, unknown>;
      named["name"] = String(named["name"]).replace(`[${own}]`, "[berth]");
    }
    expect(await ground.called(undefined, "--end"), ground.out).toBe(0);
    expect(sentry.monitors).toEqual([]);
  });
});
