import { beforeEach, describe, expect, it } from "vitest";

import { DigitalOceanBench, publicKey, types, web } from "./digitalocean-bench";

const open = (port: string) => ({
  protocol: "tcp",
  portRange: port,
  sourceAddresses: ["0.0.0.0/0", "::/0"],
});

let bench: DigitalOceanBench;
beforeEach(() => {
  bench = new DigitalOceanBench();
});

describe("a firewall", () => {
  it("is put into force on the machines it names and gives them up again", async () => {
    const held = await bench.create(types.droplet, web);
    const machine = `digitalocean-${held.id}`;
    const rules = { dropletIds: [Number(held.id)], inboundRules: [open("22"), open("8000-9000")] };
    const wall = await bench.create(types.firewall, rules);
    const sources = ["0.0.0.0/0", "::/0"];
    expect(bench.openings.get(machine)).toEqual([
      { protocol: "tcp", ports: [22, 22], sources },
      { protocol: "tcp", ports: [8000, 9000], sources },
    ]);
    const closed = await bench.update(wall, { ...rules, inboundRules: [open("443")] });
    expect(bench.openings.get(machine)).toEqual([{ protocol: "tcp", ports: [443, 443], sources }]);
    await bench.delete(closed);
    expect(bench.openings.get(machine)).toBeUndefined();
  });

  it("reaches droplets by tag, also those made later", async () => {
    await bench.create(types.firewall, { tags: ["berth"], inboundRules: [open("22")] });
    const held = await bench.create(types.droplet, { ...web, tags: ["berth"] });
    expect(bench.openings.get(`digitalocean-${held.id}`)).toHaveLength(1);
    await bench.update(held, { ...web, tags: [] });
    expect(bench.openings.get(`digitalocean-${held.id}`)).toBeUndefined();
  });

  it("refuses a protocol at Check, a missing port at plan, a missing droplet in the API", async () => {
    const bogus = { inboundRules: [{ ...open("22"), protocol: "bogus" }] };
    expect(bench.refusals(types.firewall, bogus)).toEqual([
      `expected inbound_rule.0.protocol to be one of ["tcp" "udp" "icmp"], got bogus. Examine values at 'web.inboundRules'.`,
    ]);
    const bare = { inboundRules: [{ protocol: "tcp", sourceAddresses: ["0.0.0.0/0"] }] };
    await expect(bench.preview(types.firewall, bare)).rejects.toThrow(
      "`port_range` of inbound rules is required if protocol is `tcp` or `udp`",
    );
    await expect(bench.preview(types.firewall, {})).rejects.toThrow("At least one rule");
    const nowhere = { dropletIds: [7], inboundRules: [open("22")] };
    expect(await bench.refused(types.firewall, nowhere)).toContain("422 droplet 7 was not found");
    const range = { inboundRules: [{ ...open("22"), sourceAddresses: ["300.0.0.0/0"] }] };
    expect(await bench.refused(types.firewall, range)).toContain("422 invalid address");
  });

  it("takes rules in any order for the same, and loses droplets that are gone", async () => {
    const held = await bench.create(types.droplet, web);
    const rules = { dropletIds: [Number(held.id)], inboundRules: [open("22"), open("443")] };
    const wall = await bench.create(types.firewall, rules);
    const turned = { ...rules, inboundRules: [open("443"), open("22")] };
    expect(bench.diff(wall, turned).changes).toBe(false);
    bench.world.remove("digitalocean/droplet", held.id);
    expect((await bench.read(wall))?.outputs["dropletIds"]).toEqual([]);
  });
});

describe("what is gone already", () => {
  it("cannot be deleted: a firewall, droplet, snapshot, reserved IP or key; a refresh drops it", async () => {
    const droplet = await bench.create(types.droplet, web);
    const rules = { dropletIds: [Number(droplet.id)], inboundRules: [open("22")] };
    const gone = {
      firewall: await bench.create(types.firewall, rules),
      snapshot: await bench.create(types.snapshot, { dropletId: droplet.id, name: "last" }),
      reservedIp: await bench.create(types.reservedIp, { region: "tor1" }),
      sshKey: await bench.create(types.sshKey, { publicKey }),
      droplet,
    };
    const kinds = { ...types, snapshot: "digitalocean:index/dropletSnapshot:DropletSnapshot" };
    for (const [what, held] of Object.entries(gone)) {
      const kind = kinds[what as keyof typeof gone].replace(/:index\/(\w+):\w+$/, "/$1");
      expect(bench.world.remove(kind, held.id), kind).toBe(true);
      await expect(bench.delete(held)).rejects.toThrow(
        what === "droplet"
          ? `Error waiting for droplet to be unlocked for destroy (${held.id}): unexpected state 'Not Found'`
          : "404 The resource you were accessing could not be found.",
      );
      expect(await bench.read(held)).toBeUndefined();
    }
  });

  it("is let go where it is the assignment of an address that is still there", async () => {
    const droplet = await bench.create(types.droplet, web);
    const ip = await bench.create(types.reservedIp, { region: "tor1" });
    const given = { ipAddress: ip.id, dropletId: Number(droplet.id) };
    const held = await bench.create(types.assignment, given);
    bench.world.remove("digitalocean/reservedIpAssignment", held.id);
    await bench.delete(held);
    bench.world.remove("digitalocean/reservedIp", ip.id);
    await expect(bench.delete(held)).rejects.toThrow("Error retrieving reserved IP");
  });
});

describe("a firewall's rules", () => {
  it("are a set: one more is one addition, wherever it stands", async () => {
    const rules = { inboundRules: [open("22"), open("80"), open("443")] };
    const wall = await bench.create(types.firewall, rules);
    const more = { inboundRules: [open("22"), open("8080"), open("80"), open("443")] };
    expect(bench.diff(wall, more).detailed).toEqual({ "inboundRules[1]": "ADD" });
    const less = { inboundRules: [open("443"), open("22")] };
    expect(bench.diff(wall, less).detailed).toEqual({ "inboundRules[2]": "DELETE" });
  });

  it("are told apart in numbers and keys as Terraform takes them", () => {
    const rule = { ...open("22"), sourceAdresses: [] };
    expect(bench.refusals(types.firewall, { inboundRules: [rule] })).toEqual([
      "Invalid or unknown key. Examine values at 'web.inboundRules'.",
    ]);
    const text = { dropletIds: ["abc"], inboundRules: [open("22")] };
    expect(() => bench.refusals(types.firewall, text)).toThrow(
      'droplet_ids[0]: strconv.ParseInt: parsing "abc": invalid syntax',
    );
  });

  it("come from a refresh no more in number and kind than they were given", async () => {
    const wall = await bench.create(types.firewall, { inboundRules: [open("22")] });
    const there = { ...wall.outputs, inboundRules: [open("1"), open("2")], tags: ["by-hand"] };
    bench.world.put("digitalocean/firewall", wall.id, there);
    const found = await bench.read(wall);
    expect(found!.inputs["inboundRules"]).toEqual([open("1")]);
    expect(found!.inputs).not.toHaveProperty("tags");
    const change = bench.diff({ ...wall, ...found! }, { inboundRules: [open("22")] });
    expect(change.detailed).toMatchObject({ "inboundRules[1]": "DELETE", tags: "DELETE" });
  });
});

describe("an SSH key", () => {
  it("exists once in an account, whatever its comment", async () => {
    const key = await bench.create(types.sshKey, { publicKey });
    expect(key.outputs["fingerprint"]).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    const again = { publicKey: `${publicKey} at home` };
    expect(await bench.refused(types.sshKey, again)).toContain(
      "422 SSH Key is already in use on your account",
    );
    expect(bench.diff(key, { publicKey: `${publicKey}\n` }).changes).toBe(false);
  });

  it("must be a key", async () => {
    expect(await bench.refused(types.sshKey, { publicKey: "garbage" })).toContain(
      "422 Key invalid",
    );
  });
});

describe("a reserved IP", () => {
  it("leads to one droplet, which keeps it from being released", async () => {
    const held = await bench.create(types.droplet, web);
    const ip = await bench.create(types.reservedIp, { region: "tor1" });
    const link = { dropletId: Number(held.id), ipAddress: ip.id };
    const assigned = await bench.create(types.assignment, link);
    expect(assigned.id).toMatch(new RegExp(`^${held.id}-${ip.id}-\\d+`));
    await expect(bench.delete(ip)).rejects.toThrow("assigned FLIP cannot be released");
    await bench.delete(assigned);
    await bench.delete(ip);
    expect(bench.world.get("local/address", ip.id)).toBeUndefined();
  });

  it("cannot be assigned to a droplet that is not there or elsewhere", async () => {
    const ip = await bench.create(types.reservedIp, { region: "tor1" });
    const far = await bench.create(types.droplet, { ...web, region: "nyc3" });
    const to = (dropletId: number) => ({ dropletId, ipAddress: ip.id });
    expect(await bench.refused(types.assignment, to(7))).toContain("404");
    expect(await bench.refused(types.assignment, to(Number(far.id)))).toContain("422");
  });

  it("loses its assignment with the droplet", async () => {
    const held = await bench.create(types.droplet, web);
    const ip = await bench.create(types.reservedIp, { region: "tor1" });
    const link = { dropletId: Number(held.id), ipAddress: ip.id };
    const assigned = await bench.create(types.assignment, link);
    expect(await bench.import(types.assignment, `${ip.id},${held.id}`)).toBeDefined();
    bench.world.remove("digitalocean/droplet", held.id);
    expect(await bench.read(assigned)).toBeUndefined();
  });
});

describe("a project", () => {
  it("takes resources from others and leaves them to the default project", async () => {
    const held = await bench.create(types.droplet, web);
    const resources = [String(held.outputs["dropletUrn"])];
    const first = await bench.create(types.project, { name: "first", resources });
    const second = await bench.create(types.project, { name: "second", resources }, "second");
    expect((await bench.read(first))?.outputs["resources"]).toEqual([]);
    await bench.delete(second);
    const fallback = bench.world.find("digitalocean/project", (data) => data["isDefault"] === true);
    expect(fallback?.data["resources"]).toEqual(resources);
  });

  it("refuses a taken name, a resource that is not there, an unknown environment", async () => {
    await bench.create(types.project, { name: "agency" });
    expect(await bench.refused(types.project, { name: "agency" })).toContain("same name");
    const lost = { name: "lost", resources: ["do:droplet:7"] };
    expect(await bench.refused(types.project, lost)).toContain("Error assigning resources");
    expect(bench.refusals(types.project, { name: "x", environment: "test" })).toHaveLength(1);
    expect(bench.refusals(types.project, { name: "x", environment: "Staging" })).toEqual([]);
  });

  it("is not deleted over the head of what it holds", async () => {
    const empty = await bench.create(types.project, { name: "agency", resources: [] });
    const held = await bench.create(types.droplet, web);
    const resources = [held.outputs["dropletUrn"]];
    bench.world.patch("digitalocean/project", empty.id, { resources });
    await expect(bench.delete(empty)).rejects.toThrow("cannot delete a project with resources");
  });
});

describe("look-ups", () => {
  it("find images, sizes and regions by what they say", async () => {
    const image = await bench.session.invoke("digitalocean:index/getImage:getImage", {
      slug: "ubuntu-26-04-x64",
    });
    expect(image).toMatchObject({ distribution: "Ubuntu", slug: "ubuntu-26-04-x64" });
    const filters = [{ key: "memory", values: ["4096"] }];
    const sorts = [{ key: "price_monthly", direction: "asc" }];
    const { sizes } = await bench.session.invoke("digitalocean:index/getSizes:getSizes", {
      filters,
      sorts,
    });
    expect((sizes as { slug: string }[])[0]?.slug).toBe("s-2vcpu-4gb");
    const region = { slug: "mars1" };
    await expect(
      bench.session.invoke("digitalocean:index/getRegion:getRegion", region),
    ).rejects.toThrow("mars1");
  });
});
