import { describe, expect, it } from "vitest";

import { InitializationError } from "../../emulator/handler";
import { elsewhere, fleet, local, plain, ScalewayBench, volumeOf } from "./scaleway-bench";

describe("a server's references", () => {
  it.each([
    ["ipIds", [elsewhere], "instance_ip"],
    ["securityGroupId", elsewhere, "instance_security_group"],
    ["image", elsewhere, "instance_image"],
  ])("must exist: %s", async (key, value, resource) => {
    const bench = new ScalewayBench();
    await expect(bench.make("Server", { ...plain, [key]: value })).rejects.toThrow(
      `1 error occurred:\n\t* scaleway-sdk-go: resource ${resource} with ID 11111111-1111-4111-8111-111111111111 is not found\n\n`,
    );
    expect(bench.world.list("scaleway/server")).toEqual([]);
  });

  it("must be in its zone, which a preview already refuses", async () => {
    const bench = new ScalewayBench();
    const ip = await bench.make("Ip", { zone: "nl-ams-1" });
    await expect(
      bench.preview("Server", { ...plain, zone: "fr-par-2", ipIds: [ip.id] }),
    ).rejects.toThrow(
      /^diffing .*given ip_ids\.0 nl-ams-1\/.* locality than the resource "fr-par-2"/s,
    );
  });

  it("may leave the zone out without a difference", async () => {
    const { bench, ip, inputs, server } = await fleet();
    const bare = ip.id.split("/")[1]!;
    expect(bench.diff(server, { ...inputs, ipIds: [bare] }).changes).toBe(false);
  });

  it("are in force from the start when none are named: the project's own open group", async () => {
    const bench = new ScalewayBench();
    const { outputs } = await bench.make("Server", plain);
    const group = await bench.import("SecurityGroup", String(outputs["securityGroupId"]));
    expect(group?.outputs).toMatchObject({ inboundDefaultPolicy: "accept", inboundRules: [] });
  });
});

describe("what the cloud sells", () => {
  it.each([
    [{ type: "DEV1-S", zone: "fr-par-3" }, /could not find a server type associated with DEV1-S/],
    [{ image: "ubuntu_gutsy" }, /could not get image 'fr-par-1\/ubuntu_gutsy'/],
    [{ type: "PLAY2-NANO", rootVolume: { volumeType: "l_ssd" } }, /find a local image/],
  ])("is checked at create, not in a preview: %o", async (more, text) => {
    const bench = new ScalewayBench();
    await expect(bench.preview("Server", { ...plain, ...more })).resolves.toBeDefined();
    await expect(bench.make("Server", { ...plain, ...more })).rejects.toThrow(text);
  });

  it("runs out when a shortage is rehearsed", async () => {
    const bench = new ScalewayBench();
    bench.world.put("scaleway/shortage", "fr-par-1/DEV1-S", { at: "create" });
    await expect(bench.make("Server", plain)).rejects.toThrow(
      "1 error occurred:\n\t* scaleway-sdk-go: resource instance_server is out of stock\n\n",
    );
    await expect(bench.make("Server", { ...plain, zone: "fr-par-2" })).resolves.toBeDefined();
  });

  it("ends at a quota when one is rehearsed", async () => {
    const bench = new ScalewayBench();
    bench.world.put("scaleway/quota", "DEV1-S", { limit: 1 });
    await bench.make("Server", plain);
    await expect(bench.make("Server", plain)).rejects.toThrow(
      "quota exceeded(s): InstanceServersTypeDEV1S has reached its quota (1/1)",
    );
  });
});

describe("a refused start", () => {
  it("leaves the server in the state, stopped, and the next update does not start it", async () => {
    const bench = new ScalewayBench();
    bench.world.put("scaleway/shortage", "fr-par-1/DEV1-S", { at: "start" });
    const inputs = { ...plain, zone: "fr-par-1" };
    const failure: unknown = await bench.make("Server", inputs).catch((error: unknown) => error);
    if (!(failure instanceof InitializationError)) throw new Error("no initialization error");
    expect(failure.message).toMatch(
      /^creating urn:.*resource instance_server is out of stock\n\n$/s,
    );
    expect(failure.outputs).toMatchObject({ state: null, rootVolume: null, userData: null });

    bench.world.remove("scaleway/shortage", "fr-par-1/DEV1-S");
    const { id, outputs } = failure;
    const half = {
      class: "Server",
      urn: urnOf(failure),
      id,
      inputs: failure.inputs,
      outputs,
    } as const;
    expect(bench.diff(half, inputs)).toMatchObject({ diffs: ["userData"], replaces: [] });
    const whole = await bench.update(half, inputs);
    expect(whole.outputs).toMatchObject({ state: "stopped", userData: {}, zone: "fr-par-1" });
    expect(bench.takeMachineCalls()).toEqual([]);
  });
});

function urnOf({ message }: Error): string {
  return /creating (\S+): /.exec(message)![1]!;
}

describe("a change of a server", () => {
  it("of type stops and starts its machine on the same address", async () => {
    const { bench, inputs, server } = await fleet();
    bench.takeMachineCalls();
    const bigger = { ...inputs, type: "PLAY2-NANO" };
    expect(bench.diff(server, bigger)).toMatchObject({ diffs: ["type"], replaces: [] });
    const { outputs } = await bench.update(server, bigger);
    expect(outputs).toMatchObject({ type: "PLAY2-NANO", state: "started" });
    expect(bench.takeMachineCalls()).toEqual(["stop", "start"]);
  });

  it("of type is refused in the plan when local disks do not fit", async () => {
    const { bench, inputs, server } = await fleet(local);
    expect(() => bench.diff(server, { ...inputs, type: "STARDUST1-S" })).toThrow(
      /cannot change server type: local volume .* expected beteween \(0GB, 10GB\), got 20GB/,
    );
  });

  it("of the volume's size grows a network volume, never shrinks it, replaces a local one", async () => {
    const { bench, inputs, server } = await fleet();
    const sized = (sizeInGb: number) => ({
      ...inputs,
      rootVolume: { volumeType: "sbs_volume", sizeInGb },
    });
    const grown = await bench.update(server, sized(40));
    expect(volumeOf(grown)).toMatchObject({ sizeInGb: 40, volumeId: volumeOf(server)["volumeId"] });
    await expect(bench.update(grown, sized(20))).rejects.toThrow(
      /size must be greater than current/,
    );

    const on = await fleet(local);
    const smaller = { ...on.inputs, rootVolume: { volumeType: "l_ssd", sizeInGb: 10 } };
    expect(on.bench.diff(on.server, smaller).replaces).toEqual(["__meta"]);
  });

  it("of the image replaces, unless the uuid means the same image", async () => {
    const { bench, inputs, server } = await fleet();
    expect(bench.diff(server, { ...inputs, image: "ubuntu_noble" }).replaces).toEqual(["__meta"]);
    expect(bench.diff(server, { ...inputs, image: "ubuntu-resolute" }).replaces).toEqual([
      "__meta",
    ]);
    const imported = await bench.import("Server", server.id);
    const uuid = imported!.outputs["image"];
    expect(bench.diff(server, { ...inputs, image: uuid })).toMatchObject({
      diffs: ["image"],
      replaces: [],
    });
  });

  it("of cloudInit reaches the state alone; of userData it erases a cloud-init", async () => {
    const bench = new ScalewayBench();
    const inputs = { ...plain, cloudInit: "#one", userData: { a: "b" } };
    const server = await bench.make("Server", inputs);
    expect(server.outputs["userData"]).toEqual({ a: "b", "cloud-init": "#one" });

    const same = { ...inputs, cloudInit: "#two", userData: { a: "b", "cloud-init": "#one" } };
    const told = await bench.update(server, same);
    expect(told.outputs).toMatchObject({ cloudInit: "#two", userData: { "cloud-init": "#one" } });

    const erased = await bench.update(told, { ...inputs, cloudInit: "#two", userData: { a: "c" } });
    expect(erased.outputs["userData"]).toEqual({ a: "c" });
    expect(bench.diff(erased, { ...inputs, cloudInit: "#two", userData: { a: "c" } }).changes).toBe(
      false,
    );
  });

  it("is refused once the server is gone", async () => {
    const { bench, inputs, server } = await fleet();
    bench.world.remove("scaleway/server", server.id);
    await expect(bench.update(server, { ...inputs, tags: ["x"] })).rejects.toThrow(
      /updating .*waiting for server failed: scaleway-sdk-go: resource instance_server with ID/s,
    );
    expect(() => bench.diff(server, { ...inputs, image: "ubuntu_noble" })).toThrow(/is not found/);
  });
});

describe("machines", () => {
  it("boot as root with the user data, on the IP's address, behind the group's rules", async () => {
    const { bench, ip, group } = await fleet();
    const [create, firewall] = bench.machineCalls;
    expect(create).toMatchObject([
      "create",
      {
        cloud: "scaleway",
        login: "root",
        address: ip.outputs["address"],
        userData: "#cloud-config\n",
      },
    ]);
    expect(firewall).toEqual(["firewall", expect.stringMatching(/^scaleway-[0-9a-f]{8}$/), []]);

    const inboundRules = [
      { action: "accept", port: 22, ipRange: "192.0.2.0/24" },
      { action: "drop", protocol: "ANY", ipRange: "0.0.0.0/0", portRange: "8000-9000" },
      { action: "accept", portRange: "7999-8001" },
    ];
    await bench.update(group, { inboundDefaultPolicy: "drop", inboundRules });
    expect(bench.machineCalls.at(-1)?.at(-1)).toEqual([
      { protocol: "tcp", ports: [22, 22], sources: ["192.0.2.0/24"] },
      { protocol: "tcp", ports: [7999, 7999], sources: ["0.0.0.0/0"] },
    ]);
  });

  it("exist only while somebody could reach them, and hand an IP over without sharing it", async () => {
    const { bench, ip, inputs, server } = await fleet();
    bench.takeMachineCalls();
    const next = await bench.make("Server", { ...inputs, ipIds: [ip.id] }, "next");
    expect(bench.takeMachineCalls()).toEqual(["stop", "create", "firewall"]);
    await bench.delete(server);
    expect((await bench.refresh(next))?.outputs["ipIds"]).toEqual([ip.id]);

    await bench.make("Server", plain, "unreachable");
    expect(bench.takeMachineCalls()).toEqual(["delete"]);
  });

  it("follow the server's state", async () => {
    const { bench, inputs, server } = await fleet();
    bench.takeMachineCalls();
    const stopped = await bench.update(server, { ...inputs, state: "stopped" });
    await bench.update(stopped, { ...inputs, state: "started" });
    expect(bench.takeMachineCalls()).toEqual(["stop", "start", "firewall"]);
  });
});
