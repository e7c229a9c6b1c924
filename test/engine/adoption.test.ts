import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { fleetOf, hostKey, project } from "./agency";
import { ScratchCloud } from "../../rehearsal/scratch";

const projects = { club: project("club.example"), shop: project("shop.example") };

/** Two droplets that somebody made by hand before Berth. */
const handmade = { first: "7001", second: "7002" };

function nodes(id: string, more: Record<string, unknown> = {}) {
  const adopt = {
    provider: "digitalocean",
    id,
    region: "nyc3",
    size: "s-2vcpu-4gb",
    login: "root",
  };
  return { club: { adopt: { ...adopt, hostKey }, ...more } };
}

describe("a machine made by hand", () => {
  let cloud: ScratchCloud;
  const declare = (id: string, more?: Record<string, unknown>) =>
    cloud.stack("prod", { projects, nodes: nodes(id, more) });
  const droplets = async () => (await cloud.objects("digitalocean/droplet")).map(({ id }) => id);

  beforeAll(async () => {
    const machines = Object.values(handmade).map((id) => ({
      ...{ provider: "digitalocean" as const, id, name: `handmade-${id}` },
      ...{ region: "nyc3", size: "s-2vcpu-4gb" },
    }));
    cloud = await ScratchCloud.start(fleetOf("prod", projects), { machines });
    declare("9999");
  });
  afterAll(() => cloud.stop());

  it("is not found under a mistyped id: the run fails and nothing is deleted", async () => {
    const outcome = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain("9999");
    expect(await droplets()).toEqual(["7001", "7002"]);
  });

  it("is imported as it is: no replacement, no update, no firewall", async () => {
    declare(handmade.first);
    const before = await cloud.objects("digitalocean/droplet");
    await cloud.up("prod");
    expect(await cloud.objects("digitalocean/droplet")).toEqual(before);
    expect(await cloud.objects("digitalocean/firewall")).toEqual([]);
    const { nodes: published } = await cloud.outputs("prod");
    expect(published!["club"]).toMatchObject({
      provider: "digitalocean",
      rule: { name: "already-there", number: 11 },
      address: before.find(({ id }) => id === handmade.first)!.data["ipv4Address"],
      hostKey,
    });
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
  });

  it("is not exchanged for another when its id is changed afterwards", async () => {
    declare(handmade.second);
    const outcome = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain("this node was adopted as 7001");
    expect(await droplets()).toEqual(["7001", "7002"]);
    declare(handmade.first);
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
  });

  it("keeps its size: another in the stack file is refused until the machine has it", async () => {
    const resized = (size: string) => {
      const { club } = nodes(handmade.first);
      cloud.stack("prod", { projects, nodes: { club: { adopt: { ...club.adopt, size } } } });
    };
    resized("s-4vcpu-8gb");
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const outcome = await cloud.pulumi(...command, "--stack", "prod");
      expect(outcome.code).not.toBe(0);
      expect(outcome.stdout + outcome.stderr).toContain(
        'berth:nodes.club.adopt.size: is not what the machine 7001 has: s-2vcpu-4gb. Berth does not change a machine that it did not make. Received: "s-4vcpu-8gb". Fix: write s-2vcpu-4gb; to resize the machine, do it at digitalocean and write its new size here',
      );
    }
    await cloud.tamper("digitalocean/droplet", handmade.first, { size: "s-4vcpu-8gb" });
    await cloud.up("prod");
    expect((await cloud.outputs("prod"))["nodes"]!["club"]).toMatchObject({ size: "s-4vcpu-8gb" });
    await cloud.tamper("digitalocean/droplet", handmade.first, { size: "s-2vcpu-4gb" });
    declare(handmade.first);
    await cloud.up("prod");
  });

  it("gets a firewall when that step of the take-over is switched on: the cloud's, and one of its own", async () => {
    declare(handmade.first, { manage: ["firewall"] });
    const steps = await cloud.plan("prod");
    const resources = steps.filter(({ urn }) => !/(::|\$)berth:\w+:\w+::/.test(urn));
    expect(resources.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)!}`).sort()).toEqual([
      "create club-converge",
      "create club-enter",
      "create club-firewall",
      "create club-script",
      "delete club-observe",
    ]);
  });

  it("stays where it is when it leaves the stack, which it does when it is said", async () => {
    cloud.stack("prod", { projects: { shop: projects.shop } });
    const dropped = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(dropped.code).not.toBe(0);
    expect(dropped.stdout + dropped.stderr).toContain("berth:nodes.club: is not declared any more");
    const retired = { since: "2020-01-01", snapshot: "of nobody", remove: true };
    cloud.stack("prod", {
      projects: { ...projects, club: { ...projects.club, servedBy: "none" } },
      nodes: nodes(handmade.first, { retired }),
    });
    await cloud.up("prod");
    await cloud.up("prod");
    expect(await droplets()).toEqual(["7001", "7002"]);
    expect((await cloud.outputs("prod"))["nodes"]).not.toHaveProperty("club");
    cloud.stack("prod", { projects: { shop: projects.shop } });
    await cloud.up("prod");
  });
});
