import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { dayLength } from "../../components/fleet/formats";
import type { Context } from "../../operations/ground/context";
import { publishedBy } from "../../operations/ground/published";
import { retire } from "../../operations/retire/retire";
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

  it("keeps its project, as Berth's own do: an edit that places either elsewhere is refused first", async () => {
    const before = await cloud.inventory();
    cloud.stack("prod", {
      projects: { ...projects, shop: project("shop.example", { residency: "canada" }) },
    });
    // Neither the engine's protection nor its preview is in the way.
    for (const words of [
      ["preview", "--ignore-protect"],
      ["up", "--yes", "--skip-preview"],
    ]) {
      const { code, stdout, stderr } = await cloud.pulumi(...words, "--stack", "prod");
      expect(code).not.toBe(0);
      expect(stdout + stderr).toMatch(
        /berth:nodes\.shop: would go to digitalocean, tor1 \(.*its machine runs in production \(scaleway, fr-par-1\)/,
      );
      expect(stdout + stderr).toContain(
        "berth:nodes.club.adopt: is gone, but the node's machine is 7001",
      );
    }
    expect(await cloud.inventory()).toEqual(before);
    declare(handmade.first);
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

  /** What `berth retire` says of the project on it, whose archive was proven. */
  async function retired(now = new Date()): Promise<string> {
    let said = "";
    const { project: directory, env } = cloud;
    const tell = (text: string) => void (said += text);
    const context: Context = {
      ...{ directory, env, now, out: tell, say: tell, keys: (fleet) => fleet },
      published: publishedBy(directory, env),
    };
    const argv = ["club", "--handover", "--to", path.join(directory, "papers")];
    const archive = { place: "s3://b/club/", key: "k", problems: [], isYoung: true };
    await retire(context, argv, () => ({
      archive: () => Promise.resolve(archive),
      backUp: () => Promise.resolve(false),
      drill: () => Promise.resolve(false),
      zone: () => Promise.resolve(""),
    }));
    return said;
  }

  it("stays where it is when it leaves the stack, which it does when it is said", async () => {
    cloud.stack("prod", { projects: { shop: projects.shop } });
    const dropped = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
    expect(dropped.code).not.toBe(0);
    expect(dropped.stdout + dropped.stderr).toContain("berth:nodes.club: is not declared any more");
    declare(handmade.first);
    expect(await retired()).toContain("next, yours: pulumi up --stack prod: its names go");
    await cloud.up("prod");
    expect(await retired()).toContain("nothing is let go before");
    const later = new Date(Date.now() + 8 * dayLength);
    cloud.env["BERTH_NOW"] = later.toISOString();
    expect(await retired(later)).toContain("twice: club leaves the stack and stays where it is");
    await cloud.up("prod");
    await cloud.up("prod");
    expect(await droplets()).toEqual(["7001", "7002"]);
    expect((await cloud.outputs("prod"))["nodes"]).not.toHaveProperty("club");
    expect(await retired(later)).toContain("take club out of Pulumi.prod.yaml, its node too");
    cloud.stack("prod", { projects: { shop: projects.shop } });
    await cloud.up("prod");
  });
});
