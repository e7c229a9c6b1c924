import { beforeEach, describe, expect, it } from "vitest";

import { UNKNOWN } from "../../emulator/values";
import { DigitalOceanBench, publicKey, types, web } from "./digitalocean-bench";

let bench: DigitalOceanBench;
beforeEach(() => {
  bench = new DigitalOceanBench();
});

describe("a droplet", () => {
  it("has a numeric id, a machine behind it and an address of its own", async () => {
    const first = await bench.create(types.droplet, web);
    const second = await bench.create(types.droplet, { ...web, name: "web2" }, "web2");
    expect(first.id).toMatch(/^\d+$/);
    expect(first.outputs).toMatchObject({ status: "active", memory: 4096, disk: 80, vcpus: 2 });
    expect(bench.made.map(({ id, address }) => [id, address])).toEqual([
      [`digitalocean-${first.id}`, first.outputs["ipv4Address"]],
      [`digitalocean-${second.id}`, second.outputs["ipv4Address"]],
    ]);
    expect(first.outputs["ipv4Address"]).not.toBe(second.outputs["ipv4Address"]);
    expect(bench.made[0]).toMatchObject({ login: "root", userData: "#cloud-config\n" });
  });

  it("gives hundreds of droplets different addresses, and takes an address back", async () => {
    const all = await Promise.all(
      Array.from({ length: 300 }, (_, n) =>
        bench.create(types.droplet, { ...web, name: `web${n}` }, `web${n}`),
      ),
    );
    const addresses = all.map(({ outputs }) => String(outputs["ipv4Address"]));
    expect(new Set(addresses).size).toBe(300);
    await bench.delete(all[0]!);
    expect(bench.world.get("local/address", addresses[0]!)).toBeUndefined();
    expect(bench.calls).toEqual([`delete digitalocean-${all[0]!.id}`]);
  });

  it.each([
    ["an unknown size", { size: "huge" }, "422 You specified an invalid size"],
    ["an unknown region", { region: "mars1" }, "422 You specified an invalid region"],
    ["an unknown image", { image: "ubuntu-99" }, "422 You specified an invalid image"],
    ["a key that is not there", { sshKeys: ["12"] }, "422 12 are invalid key identifiers"],
    ["a name that is no host name", { name: "web_1 x" }, "422 Only valid hostname characters"],
    ["a network that is not there", { vpcUuid: "nowhere" }, "422 Failed to resolve VPC"],
  ])("with %s passes preview and fails in the API's words", async (_, wrong, text) => {
    expect(bench.refusals(types.droplet, { ...web, ...wrong })).toEqual([]);
    expect((await bench.preview(types.droplet, { ...web, ...wrong }))["id"]).toBe(UNKNOWN);
    const message = await bench.refused(types.droplet, { ...web, ...wrong });
    expect(message).toContain("1 error occurred:\n\t* Error creating droplet: POST ");
    expect(message).toContain(text);
    expect(bench.made).toEqual([]);
  });

  it("is refused without a token, and only when it is made", async () => {
    bench = new DigitalOceanBench("");
    expect((await bench.preview(types.droplet, web))["status"]).toBe(UNKNOWN);
    expect(await bench.refused(types.droplet, web)).toContain("401 Unable to authenticate you");
  });

  it("refuses empty texts and bad tags at Check", () => {
    expect(bench.refusals(types.droplet, { ...web, size: "" })).toEqual([
      "size must not be empty, got . Examine values at 'web.size'.",
    ]);
    expect(bench.refusals(types.droplet, { ...web, tags: ["a b"] })[0]).toContain(
      "tags may contain",
    );
  });

  it("takes keys by number and by fingerprint, in any order", async () => {
    const key = await bench.create(types.sshKey, { publicKey });
    const other = publicKey.replace("IMDg", "IMDh");
    const second = await bench.create(types.sshKey, { publicKey: other }, "other");
    const sshKeys = [String(key.outputs["fingerprint"]), second.id];
    const held = await bench.create(types.droplet, { ...web, sshKeys });
    expect(bench.diff(held, { ...web, sshKeys: [...sshKeys].reverse() }).changes).toBe(false);
  });

  it("grows in place with its machine off and on, and never loses disk", async () => {
    const held = await bench.create(types.droplet, web);
    expect(bench.diff(held, { ...web, size: "s-4vcpu-8gb" }).replaces).toEqual([]);
    const grown = await bench.update(held, { ...web, size: "s-4vcpu-8gb" });
    expect(grown.outputs).toMatchObject({ memory: 8192, disk: 160, priceMonthly: 48 });
    expect(bench.calls).toEqual([`stop digitalocean-${held.id}`, `start digitalocean-${held.id}`]);
    await expect(bench.update(grown, { ...web, size: "s-2vcpu-4gb" })).rejects.toThrow(
      `Error resizing droplet (${held.id})`,
    );
    await expect(bench.update(grown, { ...web, size: "s-2vcpu-4gb" })).rejects.toThrow(
      "422 Size can not decrease size of Droplet's disk image",
    );
  });

  it("keeps its disk without resizeDisk, so it can shrink again", async () => {
    const lean = { ...web, resizeDisk: false };
    const held = await bench.create(types.droplet, lean);
    const grown = await bench.update(held, { ...lean, size: "s-4vcpu-8gb" });
    expect(grown.outputs).toMatchObject({ memory: 8192, disk: 80 });
    const shrunk = await bench.update(grown, { ...lean, size: "s-2vcpu-4gb" });
    expect(shrunk.outputs).toMatchObject({ memory: 4096, disk: 80 });
  });

  it("gains IPv6 in place, with the address as a part of the change, and loses it never", async () => {
    const held = await bench.create(types.droplet, web);
    expect(bench.diff(held, { ...web, ipv6: true })).toMatchObject({
      diffs: ["ipv6", "ipv6Address"],
      replaces: [],
    });
    const six = await bench.update(held, { ...web, ipv6: true });
    expect(six.outputs["ipv6Address"]).toMatch(/^2001:db8:/);
    // The plan's private part replaces, not the property.
    for (const news of [{ ...web, ipv6: false }, web]) {
      expect(bench.diff(six, news)).toMatchObject({
        replaces: ["__meta"],
        detailed: { ipv6: "UPDATE" },
      });
    }
  });

  it("is dropped by refresh when it was deleted behind the program's back", async () => {
    const held = await bench.create(types.droplet, web);
    bench.world.remove("digitalocean/droplet", held.id);
    expect(await bench.read(held)).toBeUndefined();
    await expect(bench.update(held, { ...web, name: "other" })).rejects.toThrow("404");
    expect(bench.world.get("digitalocean/droplet", held.id)).toBeUndefined();
  });

  it("shows a change made by hand and plans it back", async () => {
    const held = await bench.create(types.droplet, web);
    bench.world.patch("digitalocean/droplet", held.id, { name: "tampered" });
    const found = await bench.read(held);
    expect(found).toMatchObject({ outputs: { name: "tampered" }, inputs: { name: "tampered" } });
    expect(bench.diff({ ...held, ...found! }, web).diffs).toEqual(["name"]);
  });

  it("is imported by number, without what the API does not tell", async () => {
    const held = await bench.create(types.droplet, web);
    const found = await bench.import(types.droplet, held.id);
    expect(found?.outputs).toMatchObject({ userData: null, sshKeys: null, resizeDisk: true });
    expect(found?.inputs).toMatchObject({ name: "web", image: web.image, gracefulShutdown: null });
    expect(bench.diff({ ...held, ...found! }, web).replaces).toEqual(["userData"]);
    expect(await bench.import(types.droplet, "999")).toBeUndefined();
    expect(await bench.import(types.droplet, "web")).toBeUndefined();
  });

  it("keeps what was set and is left out, once a refresh forgot what were defaults", async () => {
    const set = { ...web, monitoring: true, resizeDisk: false };
    const held = await bench.create(types.droplet, set);
    expect(bench.diff(held, web).replaces).toEqual(["monitoring"]);
    const found = await bench.read(held);
    expect(found!.inputs).not.toHaveProperty("__defaults");
    expect(bench.diff({ ...held, ...found! }, web).changes).toBe(false);
  });

  it("takes no backup policy without backups, nor together with its first backups", async () => {
    const backupPolicy = { plan: "daily", hour: 4 };
    expect(bench.refusals(types.droplet, { ...web, backupPolicy })).toEqual([
      `Missing required argument. "backup_policy": all of \`backup_policy,backups\` must be specified. Examine values at 'web.backupPolicy'.`,
    ]);
    const wrong = { ...web, backups: true, backupPolicy: { plan: "monthly", hour: 21 } };
    expect(bench.refusals(types.droplet, wrong)).toEqual([
      `expected backup_policy.0.plan to be one of ["daily" "weekly"], got monthly. Examine values at 'web.backupPolicy.plan'.`,
      `expected backup_policy.0.hour to be in the range (0 - 20), got 21. Examine values at 'web.backupPolicy.hour'.`,
    ]);
    const held = await bench.create(types.droplet, web);
    await expect(bench.update(held, { ...web, backups: true, backupPolicy })).rejects.toThrow(
      "backup_policy can only be set when backups are enabled",
    );
  });

  it("is made from a snapshot as a copy of its machine", async () => {
    const held = await bench.create(types.droplet, web);
    const snapshot = await bench.create(types.snapshot, { dropletId: held.id, name: "before" });
    expect(bench.calls).toEqual([
      `snapshot digitalocean-${held.id} digitalocean-snapshot-${snapshot.id}`,
    ]);
    expect(snapshot.outputs).toMatchObject({ minDiskSize: 80, regions: ["tor1"] });
    await bench.create(types.droplet, { ...web, image: snapshot.id }, "copy");
    expect(bench.made[1]?.from).toBe(`digitalocean-snapshot-${snapshot.id}`);
    const small = { ...web, image: snapshot.id, size: "s-1vcpu-2gb" };
    expect(await bench.refused(types.droplet, small)).toContain("larger disk");
    const far = { ...web, image: snapshot.id, region: "nyc3" };
    expect(await bench.refused(types.droplet, far)).toContain(
      "not available in the selected region",
    );
    expect(await bench.refused(types.snapshot, { dropletId: "1", name: "x" })).toContain("404");
  });
});
