import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, project } from "./agency";
import { savedOnce } from "../../packages/local-cloud/cloud/environment";
import { runProgram, type Ended } from "../../engine/program";
import { ScratchCloud } from "../../rehearsal/scratch";

const day = 24 * 60 * 60 * 1000;
const names = ["club", "portal", "shop"] as const;
type Name = (typeof names)[number];
const projects = {
  shop: project("shop.example"),
  club: project("club.example", { residency: "canada" }),
  portal: project("portal.acme.dev", { needs: ["cognito"] }),
};
/** Where each node's machine is, how its state is called, and what a snapshot of it is made from. */
const at = {
  shop: ["scaleway/server", { state: "stopped" }, "scaleway:block/snapshot:Snapshot"],
  club: [
    "digitalocean/droplet",
    { status: "off" },
    "digitalocean:index/dropletSnapshot:DropletSnapshot",
  ],
  portal: ["aws/instance", { instanceState: "stopped" }, "aws:ebs/snapshot:Snapshot"],
} as const;

describe("a machine whose projects moved to another host", () => {
  let cloud: ScratchCloud;
  let old: Record<Name, { id: string; data: Record<string, unknown> }>;
  let snapshots: Record<Name, string>;
  let ordered = 0;

  /** The environment's file with every project served by `servedBy` and `retired` for every node. */
  function prod(servedBy: string | undefined, retired?: (name: Name) => object | undefined) {
    cloud.stack("prod", {
      projects: each((name) => ({ ...projects[name], ...(servedBy ? { servedBy } : {}) })),
      ...(retired
        ? { nodes: each((name) => ({ retired: { since: "2020-01-01", ...retired(name) } })) }
        : {}),
    });
  }
  const machines = async () => {
    const all = await Promise.all(names.map((name) => cloud.objects(at[name][0])));
    return all.flat().length;
  };
  const up = (...args: string[]) => cloud.pulumi("up", "--yes", "--skip-preview", ...args);
  const said = ({ stdout, stderr }: Ended) => stdout + stderr;
  async function refused(outcome: Ended | Promise<Ended>, ...texts: string[]) {
    const there = await machines();
    const ended = await outcome;
    expect(ended.code, said(ended)).not.toBe(0);
    for (const text of texts) expect(said(ended)).toContain(text);
    expect(await machines()).toBe(there);
  }
  const later = (days: number) => {
    cloud.env["BERTH_NOW"] = new Date(Date.now() + days * day).toISOString();
  };
  const nodes = async (stack = "prod") => (await cloud.outputs(stack))["nodes"]!;

  beforeAll(async () => {
    cloud = await ScratchCloud.start({
      shared: agency,
      stacks: { prod: { projects }, "prod-b": { environment: "prod", projects: each(() => ({})) } },
    });
    Object.assign(cloud.env, savedOnce);
    await cloud.up("prod");
    const found = await Promise.all(names.map((name) => cloud.objects(at[name][0])));
    old = each((name) => found[names.indexOf(name)]![0]!);
    await cloud.up("prod-b");
  });
  afterAll(() => cloud.stop());

  it("is recorded as serving nobody by the run that led its names away, whatever `since` says", async () => {
    prod("prod-b", () => ({ snapshot: "snap-1" }));
    // A run that leaves the records alone switches nothing, so it records nothing.
    await cloud.up("prod", "--target", "**backups-us-east-1");
    expect(Object.values(await nodes()).flatMap(({ idleSince }) => idleSince ?? [])).toEqual([]);
    const before = Math.floor(Date.now() / 1000) * 1000;
    await cloud.up("prod", "--policy-pack", "policies/pack");
    for (const node of Object.values(await nodes())) {
      expect(new Date(String(node["idleSince"])).getTime()).toBeGreaterThanOrEqual(before);
    }
  });

  it("stays when its stanzas are dropped in one edit, and when its stack is destroyed", async () => {
    cloud.stack("prod", { projects: {} });
    const dropped =
      "is not declared any more, and no project lives on it, but its machine runs in production";
    await refused(up("--stack", "prod"), `berth:nodes.shop: ${dropped}`, "remove: true");
    await refused(cloud.pulumi("preview", "--stack", "prod"), `berth:nodes.portal: ${dropped}`);
    cloud.stack("prod", { projects: { store: project("store.acme.dev") } });
    await refused(up("--stack", "prod", "--target", "**store**"), `berth:nodes.shop: ${dropped}`);
    await refused(
      cloud.pulumi("destroy", "--yes", "--skip-preview", "--stack", "prod"),
      "protected",
    );
  });

  it("stays seven days from what was recorded, and nothing but the local cloud's clock shortens them", async () => {
    prod("prod-b", () => ({ snapshot: "snap-1", remove: true }));
    await refused(up("--stack", "prod"), "berth:nodes.club.retired.remove: comes too early");
    later(8);
    const { PULUMI_DEBUG_PROVIDERS: attached = "" } = cloud.env;
    // A real plugin in the place of an emulated one; the rest of a rehearsal is still there.
    const real = { PULUMI_DEBUG_PROVIDERS: attached.replace(/scaleway:\d+/, "scaleway:9") };
    const command = ["preview", "--stack", "prod", "--non-interactive"];
    const env = { ...cloud.env, ...real };
    await refused(
      runProgram("pulumi", command, { cwd: cloud.project, env }),
      "BERTH_NOW",
      "not the local cloud",
    );
  });

  it("stays without a snapshot that its provider has, of its own disk, complete, and taken since", async () => {
    await refused(
      up("--stack", "prod"),
      "berth:nodes.shop.retired.snapshot: is not a snapshot that scaleway has in this account",
      "berth:nodes.club.retired.snapshot: is not a snapshot that digitalocean has in this account",
      "berth:nodes.portal.retired.snapshot: is not a snapshot that aws has in this account",
      "aws finds the machine of portal not off but running",
    );
    for (const name of names) await cloud.tamper(at[name][0], old[name].id, at[name][1]);
    const wrong = await cloud.objects(at.shop[0]);
    const other = wrong.find(({ id }) => id !== old.shop.id)!;
    snapshots = {
      shop: await order("shop", other.data),
      club: await order("club", old.club.data),
      portal: await order("portal", old.portal.data),
    };
    await note(snapshots.club, { takenAt: "2026-01-01T00:00:00Z" });
    await cloud.control("PATCH", door("digitalocean/dropletSnapshot", snapshots.club), {
      createdAt: "2026-01-01T00:00:00Z",
    });
    await note(snapshots.portal, { state: "pending" });
    prod("prod-b", (name) => ({ snapshot: snapshots[name], remove: true }));
    await refused(
      up("--stack", "prod"),
      "berth:nodes.shop.retired.snapshot: is not of the disk of shop's machine",
      "berth:nodes.club.retired.snapshot: was taken at 2026-01-01T00:00:00.000Z, before the machine's service ended",
      "berth:nodes.portal.retired.snapshot: is not complete: it is pending",
    );
  });

  it("goes in two runs once all of it is so, and its new host stays", async () => {
    snapshots = { ...snapshots, shop: await order("shop", old.shop.data) };
    snapshots.club = await order("club", old.club.data);
    snapshots.portal = await byHand("aws:ec2/amiFromInstance:AmiFromInstance", "portal", {
      sourceInstanceId: old.portal.id,
      region: old.portal.data["region"],
    });
    prod("prod-b", (name) => ({ snapshot: snapshots[name], remove: true }));
    await cloud.up("prod", "--policy-pack", "policies/pack");
    expect(await machines()).toBe(6);
    expect(Object.values(await nodes()).map(({ released }) => released)).toEqual([
      true,
      true,
      true,
    ]);
    await cloud.up("prod");
    const left = await Promise.all(names.map((name) => cloud.objects(at[name][0])));
    expect(left.map((found) => found.length)).toEqual([1, 1, 1]);
    expect(left.flat().map(({ id }) => id)).not.toContain(old.shop.id);
    expect(await nodes()).toEqual({});
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
  });

  it("is not let go by a host stack that drops it, changes its environment, or serves still", async () => {
    prod("prod-b");
    cloud.stack("prod-b", { environment: "prod", projects: { shop: {}, club: {} } });
    await refused(up("--stack", "prod-b"), "berth:nodes.portal: is not declared any more");
    cloud.stack("prod-b", {
      environment: "prod",
      projects: each(() => ({})),
      nodes: { shop: { retired: { since: "2020-01-01", snapshot: "x", remove: true } } },
    });
    // The environment's file says so; its last run does not yet.
    prod("none");
    await refused(
      up("--stack", "prod-b"),
      "by the last run of prod this machine serves shop still",
    );
    cloud.stack("stage", {
      projects: each((name) => ({ ...projects[name], domain: `${name}-stage.acme.dev` })),
    });
    cloud.stack("prod-b", { environment: "stage", projects: each(() => ({})) });
    await refused(up("--stack", "prod-b"), "out of production");
    cloud.stack("prod", { projects: { shop: projects.shop } });
    await refused(
      up("--stack", "prod"),
      "berth:projects.club: is not declared any more, but stack prod-b serves it",
    );
  });

  it("counts from the day on which the service of a project ended for good", async () => {
    prod("none");
    await cloud.up("prod");
    expect(await cloud.objects("cloudflare/dns_record")).toHaveLength(3);
    cloud.stack("prod-b", {
      environment: "prod",
      projects: each(() => ({})),
      nodes: { shop: { retired: { since: "2020-01-01", snapshot: "x", remove: true } } },
    });
    await refused(
      up("--stack", "prod-b"),
      "berth:nodes.shop.retired.remove: comes too early",
      "recorded at",
    );
    later(17);
    await refused(up("--stack", "prod-b"), "berth:nodes.shop.retired.snapshot: is not a snapshot");
  });

  /** Takes a snapshot of the disk that a machine with these facts runs from, as a person does. */
  async function order(
    name: Name,
    { rootVolume, rootBlockDevice, region }: Record<string, unknown>,
  ) {
    const volumeId = ((rootVolume ?? rootBlockDevice) as { volumeId?: unknown } | undefined)
      ?.volumeId;
    const inputs = { volumeId, ...(name === "portal" ? { region } : {}) };
    return byHand(at[name][2], name, name === "club" ? { dropletId: old.club.id } : inputs);
  }
  /** Orders something at its provider's console; its id. */
  async function byHand(type: string, name: string, inputs: object) {
    const made = `/resources/${encodeURIComponent(type)}/${name}-by-hand-${(ordered += 1)}`;
    return ((await cloud.control("POST", made, inputs)) as { id: string }).id;
  }
  const door = (kind: string, id: string) =>
    `/objects/${encodeURIComponent(kind)}/${encodeURIComponent(id)}`;
  const note = (snapshot: string, changes: object) =>
    cloud.control("PATCH", door("local/snapshot", snapshot), changes);
});

function each<Value>(valueOf: (name: Name) => Value): Record<Name, Value> {
  return { club: valueOf("club"), portal: valueOf("portal"), shop: valueOf("shop") };
}
