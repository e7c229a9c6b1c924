import { describe, expect, it } from "vitest";

import { UNKNOWN, type Props } from "../../emulator/values";
import { elsewhere, fleet, network, plain, ScalewayBench, volumeOf } from "./scaleway-bench";

describe("a delete", () => {
  it("of a security group in use is refused, and works once its server is gone", async () => {
    const { bench, group, server } = await fleet();
    await expect(bench.delete(group)).rejects.toThrow(
      /deleting .*http error 409 Conflict: group is in use. you cannot delete it\./s,
    );
    await bench.delete(server);
    await bench.delete(group);
    expect(bench.world.list("scaleway/security-group")).toEqual([]);
  });

  it("of a server frees its IP, its volume and its machine, but not its snapshots", async () => {
    const { bench, ip, server } = await fleet();
    const snapshot = await bench.make("BlockSnapshot", { volumeId: volumeOf(server)["volumeId"] });
    expect((await bench.refresh(ip))?.outputs["serverId"]).toBe(server.id);
    bench.takeMachineCalls();
    await bench.delete(server);
    expect((await bench.refresh(ip))?.outputs["serverId"]).toBe("");
    expect(bench.takeMachineCalls()).toEqual(["stop", "delete"]);
    expect(await bench.refresh(snapshot)).toBeDefined();
    await expect(
      bench.make("BlockSnapshot", { volumeId: volumeOf(server)["volumeId"] }),
    ).rejects.toThrow(/resource volume with ID .* is not found/);
  });

  it("keeps a volume that shall stay, and another server can boot from it", async () => {
    const bench = new ScalewayBench();
    const rootVolume = { volumeType: "l_ssd", deleteOnTermination: false };
    const server = await bench.make("Server", { ...plain, rootVolume });
    const { volumeId } = volumeOf(server);
    await bench.delete(server);
    const next = await bench.make("Server", { type: "DEV1-S", rootVolume: { volumeId } });
    expect(volumeOf(next)).toMatchObject({ volumeId, sizeInGb: 20, volumeType: "l_ssd" });
  });

  it("of a protected server is refused until it is unprotected", async () => {
    const { bench, inputs, server } = await fleet({ ...network, protected: true });
    await expect(bench.delete(server)).rejects.toThrow(
      /precondition failed: , server is protected/,
    );
    const open = await bench.update(server, { ...inputs, protected: false });
    await expect(bench.delete(open)).resolves.toBeUndefined();
  });

  it("of an attached IP takes it from its server; what is gone is no error", async () => {
    const { bench, ip, server } = await fleet();
    await bench.delete(ip);
    expect((await bench.refresh(server))?.outputs).toMatchObject({ publicIps: [], ipIds: [] });
    await expect(bench.delete(ip)).resolves.toBeUndefined();
  });
});

describe("a refresh", () => {
  it("shows what was changed behind the program's back, as inputs too", async () => {
    const { bench, inputs, server } = await fleet({ ...network, tags: ["berth"] });
    bench.world.patch("scaleway/server", server.id, {
      name: "other",
      tags: ["drift"],
      rootVolume: { ...volumeOf(server), sizeInGb: 50 },
    });
    const found = (await bench.refresh(server))!;
    expect(found.inputs).toMatchObject({ name: "other", tags: ["drift"] });
    expect(found.inputs["__defaults"]).toEqual(["bootType"]);
    expect(found.inputs["rootVolume"]).toMatchObject({ volumeType: "sbs_volume", sizeInGb: 50 });
    expect(found.inputs["rootVolume"]).not.toHaveProperty("volumeId");
    expect(bench.diff(found, inputs).diffs).toEqual(["rootVolume", "tags"]);
  });

  it("finds nothing to do right after a create", async () => {
    const { bench, inputs, ip, group, server } = await fleet();
    for (const [resource, news] of [
      [server, inputs],
      [ip, { type: "routed_ipv4" }],
      [group, { inboundDefaultPolicy: "drop" }],
    ] as const) {
      const found = (await bench.refresh(resource))!;
      expect(bench.diff(found, news).changes, resource.class).toBe(false);
    }
  });

  it("keeps a rule as written while the cloud's says the same, and shows one that differs", async () => {
    const bench = new ScalewayBench();
    const rule = { action: "accept", protocol: "TCP" };
    const inboundRules = [
      { ...rule, port: 22 },
      { ...rule, portRange: "80-90", ip: "192.0.2.1" },
    ];
    const group = await bench.make("SecurityGroup", { inboundRules });
    const found = (await bench.refresh(group))!;
    expect(found.outputs["inboundRules"]).toEqual(group.outputs["inboundRules"]);

    const world = bench.world.get("scaleway/security-group", group.id)!.data;
    const [first, second] = world["inboundRules"] as Props[];
    bench.world.patch("scaleway/security-group", group.id, {
      inboundRules: [{ ...first, port: 2222 }, second],
    });
    const changed = (await bench.refresh(group))!;
    expect(changed.outputs["inboundRules"]).toMatchObject([
      { port: 2222, ipRange: "0.0.0.0/0" },
      { portRange: "80-90", ip: "192.0.2.1" },
    ]);
    expect(bench.diff(changed, { inboundRules }).diffs).toEqual(["inboundRules"]);
  });

  it("drops what is gone", async () => {
    const { bench, server } = await fleet();
    bench.world.remove("scaleway/server", server.id);
    expect(await bench.refresh(server)).toBeUndefined();
  });
});

describe("an import", () => {
  it("takes the server as it stands; its zone is part of the id", async () => {
    const { bench, ip, server } = await fleet();
    const found = await bench.import("Server", server.id);
    expect(found?.inputs).toMatchObject({ ipId: ip.id, type: "DEV1-S", zone: "fr-par-1" });
    expect(found?.outputs["cloudInit"]).toBeNull();
    await expect(bench.import("Server", server.id.split("/")[1]!)).rejects.toThrow(
      /refreshing .*cant parse localized id: /s,
    );
    expect(await bench.import("Server", elsewhere)).toBeUndefined();
  });
});

describe("an imported server", () => {
  it("keeps image and IP in the form the import gave them when something else changes", async () => {
    const { bench, server } = await fleet();
    const found = (await bench.import("Server", server.id))!;
    const imported = { ...server, ...found };
    const group = await bench.make("SecurityGroup", {}, "other");
    const { rootVolume: _, ...rest } = found.inputs;
    const changed = await bench.update(imported, { ...rest, securityGroupId: group.id });
    expect(changed.outputs).toMatchObject({
      securityGroupId: group.id,
      image: found.outputs["image"],
      ipId: found.outputs["ipId"],
      ipIds: found.outputs["ipIds"],
    });
  });

  it("cannot be declared with both its image and its root volume", async () => {
    const { bench, server } = await fleet();
    const found = (await bench.import("Server", server.id))!;
    expect(bench.failures("Server", found.inputs)).toHaveLength(2);
    const { rootVolume: _, ...rest } = found.inputs;
    expect(bench.failures("Server", rest)).toEqual([]);
  });
});

describe("the provider", () => {
  it("refuses every call without a key, except a preview", async () => {
    const bench = new ScalewayBench({});
    expect((await bench.preview("Ip", {}))["address"]).toBe(UNKNOWN);
    await expect(bench.make("Ip")).rejects.toThrow(
      "scaleway-sdk-go: denied authentication: invalid API key format or empty value",
    );
  });

  it("shows faults on request and works again when they are spent", async () => {
    const bench = new ScalewayBench();
    const message = "1 error occurred:\n\t* scaleway-sdk-go: http error 500: internal error\n\n";
    const type = "scaleway:instance/ip:Ip";
    bench.faults.add({ type, operation: "create", kind: "error", message, times: 1 });
    await expect(bench.make("Ip")).rejects.toThrow(message);
    await expect(bench.make("Ip")).resolves.toBeDefined();
  });

  it("keeps a generated name over updates and gives a replacement a new one", async () => {
    const bench = new ScalewayBench();
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICJEoOOgQBLJPs4g/XcPTKT82NywNPpxeuA20FlOPlpO";
    const made = await bench.make("SshKey", { publicKey: `${key} me@host` });
    expect(made.inputs["name"]).toMatch(/^it-[0-9a-f]{7}$/);
    expect(made.outputs["publicKey"]).toBe(key);
    expect(bench.diff(made, { publicKey: `${key} another@host` }).changes).toBe(false);
    const again = await bench.make("SshKey", { publicKey: key });
    expect(again.inputs["name"]).not.toBe(made.inputs["name"]);
  });

  it.each([
    [{ ...plain, rootVolume: { volumeType: "lSsd" } }, /expected volume_type to be one of/],
    [{ ...plain, rootVolume: { size: 5 } }, /Invalid or unknown key.*rootVolume\.size/],
    [{ type: "DEV1-S" }, /"image": one of `image,root_volume\.0\.volume_id` must be specified/],
    [{ ...plain, ipId: "a", ipIds: ["b"] }, /conflicts with ip_ids/],
  ])("refuses bad input at Check: %o", (news, text) => {
    expect(new ScalewayBench().failures("Server", news).join("\n")).toMatch(text);
  });
});
