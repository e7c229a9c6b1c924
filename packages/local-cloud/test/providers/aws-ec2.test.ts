import { beforeEach, describe, expect, it } from "vitest";

import { UNKNOWN } from "../../emulator/values";
import { AwsBench, types } from "./aws-bench";

const ami = "ami-026040000000000a1";
const server = { ami, instanceType: "t3.small", userData: "#cloud-config\n" };

let bench: AwsBench;
beforeEach(() => {
  bench = new AwsBench();
});

describe("an instance", () => {
  it("shows in a preview what is known, and nothing of what AWS decides", async () => {
    const outputs = await bench.preview(types.instance, server);
    expect(outputs).toMatchObject({
      ami,
      instanceType: "t3.small",
      region: "us-east-1",
      userData: "#cloud-config\n",
      publicIp: UNKNOWN,
      arn: UNKNOWN,
      tagsAll: {},
    });
    expect(bench.machineCalls).toEqual([]);
  });

  it("gets the defaults of the recorded provider and the region of version 7", () => {
    expect(bench.check(types.instance, { ami, instanceType: "t2.micro" }).inputs).toMatchObject({
      getPasswordData: false,
      sourceDestCheck: true,
      userDataReplaceOnChange: false,
      region: "us-east-1",
    });
  });

  it("has an id, an ARN and names in AWS's formats", async () => {
    const { id, outputs } = await bench.make(types.instance, server);
    expect(id).toMatch(/^i-0[0-9a-f]{16}$/);
    expect(outputs["arn"]).toBe(`arn:aws:ec2:us-east-1:413528927365:instance/${id}`);
    expect(outputs["publicDns"]).toMatch(/^ec2-[\d-]+\.compute-1\.amazonaws\.com$/);
    expect(outputs["rootBlockDevice"]).toMatchObject({ volumeSize: 8, deviceName: "/dev/sda1" });
  });

  it("boots a machine that logs in as ubuntu with decoded user data", async () => {
    const userDataBase64 = Buffer.from("#!/bin/sh\n").toString("base64");
    const { id } = await bench.make(types.instance, {
      ami,
      instanceType: "t3.small",
      userDataBase64,
    });
    expect(bench.machineCalls[0]).toEqual([
      "create",
      expect.objectContaining({ id: `aws-${id}`, login: "ubuntu", userData: "#!/bin/sh\n" }),
    ]);
  });

  it.each([
    ["ami", { ami: "ami-024040000000000a1" }],
    ["keyName", { keyName: "other" }],
    ["availabilityZone", { availabilityZone: "us-east-1c" }],
    ["associatePublicIpAddress", { associatePublicIpAddress: false }],
    ["subnetId", { subnetId: "subnet-0123456789abcdef0" }],
    ["region", { region: "ca-central-1" }],
  ])("is replaced when %s changes", async (key, change) => {
    const made = await bench.make(types.instance, server);
    expect(bench.diff(made, { ...server, ...change }).replaces).toEqual([key]);
  });

  it.each([
    ["instanceType", { instanceType: "t3.medium" }],
    ["userData", { userData: "#cloud-config\n#2\n" }],
  ])(
    "is stopped and started when %s changes, and then has another address",
    async (key, change) => {
      const made = await bench.make(types.instance, server);
      const diff = bench.diff(made, { ...server, ...change });
      expect(diff).toMatchObject({ changes: true, diffs: [key], replaces: [] });
      const after = await bench.update(made, { ...server, ...change });
      expect(bench.machineCalls.map(([operation]) => operation)).toContain("stop");
      expect(after.outputs["publicIp"]).not.toBe(made.outputs["publicIp"]);
    },
  );

  it("is replaced for new user data only where the program asks for it", async () => {
    const asked = { ...server, userDataReplaceOnChange: true };
    const made = await bench.make(types.instance, asked);
    expect(bench.diff(made, { ...asked, userData: "x" }).replaces).toEqual(["userData"]);
  });

  it("grows its disk in place", async () => {
    const sized = (volumeSize: number) => ({ ...server, rootBlockDevice: { volumeSize } });
    const made = await bench.make(types.instance, sized(50));
    const diff = bench.diff(made, sized(80));
    expect(diff).toMatchObject({ changes: true, replaces: [] });
    const after = await bench.update(made, sized(80));
    expect(after.outputs["rootBlockDevice"]).toMatchObject({ volumeSize: 80, volumeType: "gp3" });
  });

  it.each([
    [
      { ami: "ami-0123456789abcdef0" },
      "InvalidAMIID.NotFound: The image id '[ami-0123456789abcdef0]' does not exist",
    ],
    [{ instanceType: "huge" }, "InvalidParameterValue: Invalid value 'huge' for InstanceType."],
    [{ keyName: "nobody" }, "InvalidKeyPair.NotFound: The key pair 'nobody' does not exist"],
    [
      { vpcSecurityGroupIds: ["sg-0"] },
      "InvalidGroup.NotFound: The security group 'sg-0' does not exist",
    ],
  ])("is refused with AWS's words for %j", async (change, text) => {
    await expect(bench.make(types.instance, { ...server, ...change })).rejects.toThrow(text);
    expect(bench.world.list("aws/instance")).toEqual([]);
  });

  it("needs an image and a type", () => {
    expect(bench.failures(types.instance, {})).toHaveLength(2);
  });

  it("starts as a copy of the instance whose image it is made of", async () => {
    const source = await bench.make(types.instance, server);
    const image = await bench.make(types.image, { sourceInstanceId: source.id, name: "copy" });
    await bench.make(types.instance, { ...server, ami: image.id });
    const starts = bench.machineCalls.filter(([operation]) => operation === "create");
    expect(starts.map(([, spec]) => (spec as { from?: string }).from)).toEqual([
      undefined,
      image.id,
    ]);
  });

  it("is imported by its id, without a difference", async () => {
    const { id } = await bench.make(types.instance, server);
    const read = await bench.read(types.instance, id);
    expect(read?.inputs).toMatchObject({ ami, instanceType: "t3.small" });
    expect(bench.diff({ ...read!, type: types.instance }, read!.inputs).changes).toBe(false);
  });

  it("is gone when somebody terminated it", async () => {
    const { id } = await bench.make(types.instance, server);
    bench.world.remove("aws/instance", id);
    expect(await bench.read(types.instance, id)).toBeUndefined();
  });
});

describe("an Elastic IP", () => {
  it("survives the stop of its instance, whose own address does not", async () => {
    const made = await bench.make(types.instance, server);
    const ip = await bench.make(types.eip, { domain: "vpc" });
    const held = { allocationId: ip.id, instanceId: made.id };
    const association = await bench.make(types.association, held);
    expect(association.id).toMatch(/^eipassoc-0[0-9a-f]{16}$/);
    expect(bench.machineCalls).toContainEqual([
      "address",
      `aws-${made.id}`,
      ip.outputs["publicIp"],
    ]);
    const after = await bench.update(made, { ...server, instanceType: "t3.medium" });
    expect(after.outputs["publicIp"]).toBe(ip.outputs["publicIp"]);
  });

  it("cannot be released while it is in use", async () => {
    const made = await bench.make(types.instance, server);
    const ip = await bench.make(types.eip, {});
    const association = await bench.make(types.association, {
      allocationId: ip.id,
      instanceId: made.id,
    });
    await expect(bench.delete(ip)).rejects.toThrow("InvalidIPAddress.InUse");
    await bench.delete(association);
    await bench.delete(ip);
    expect(bench.world.get("aws/instance", made.id)?.data["publicIp"]).not.toBe(
      ip.outputs["publicIp"],
    );
  });

  it("is one of five", async () => {
    for (let count = 0; count < 5; count += 1) await bench.make(types.eip, {});
    await expect(bench.make(types.eip, {})).rejects.toThrow("AddressLimitExceeded");
  });
});

describe("a security group", () => {
  const ssh = { ipProtocol: "tcp", fromPort: 22, toPort: 22, cidrIpv4: "0.0.0.0/0" };

  it("is named after the resource, described as Pulumi's, and replaced for another name", async () => {
    const group = await bench.make(types.group, {});
    expect(group.outputs["name"]).toMatch(/^it-[0-9a-f]{7}$/);
    expect(group.outputs["description"]).toBe("Managed by Pulumi");
    expect(bench.diff(group, { name: "else" }).replaces).toEqual(["name"]);
  });

  it("opens what its rules say on the machines behind it, and closes it again", async () => {
    const group = await bench.make(types.group, {});
    await bench.make(types.instance, { ...server, vpcSecurityGroupIds: [group.id] });
    expect(bench.machineCalls.at(-1)?.[2]).toEqual([]);
    const rule = await bench.make(types.ingress, { ...ssh, securityGroupId: group.id });
    expect(bench.machineCalls.at(-1)?.[2]).toEqual([
      { protocol: "tcp", ports: [22, 22], sources: ["0.0.0.0/0"] },
    ]);
    await bench.delete(rule);
    expect(bench.machineCalls.at(-1)?.[2]).toEqual([]);
  });

  it("has each rule once", async () => {
    const group = await bench.make(types.group, {});
    await bench.make(types.ingress, { ...ssh, securityGroupId: group.id });
    await expect(
      bench.make(types.ingress, { ...ssh, ipProtocol: "6", securityGroupId: group.id }),
    ).rejects.toThrow(
      'InvalidPermission.Duplicate: the specified rule "peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW" already exists',
    );
  });

  it("refuses a rule of two sources, or of none", () => {
    const rule = { securityGroupId: "sg-0", ipProtocol: "tcp" };
    expect(bench.failures(types.ingress, rule)[0]).toContain("Exactly one of these attributes");
    const two = { ...rule, cidrIpv4: "0.0.0.0/0", cidrIpv6: "::/0" };
    expect(bench.failures(types.ingress, two)[0]).toContain("2 attributes specified");
  });

  it("cannot go while an instance uses it", async () => {
    const group = await bench.make(types.group, {});
    const made = await bench.make(types.instance, { ...server, vpcSecurityGroupIds: [group.id] });
    await expect(bench.delete(group)).rejects.toThrow(
      `DependencyViolation: resource ${group.id} has a dependent object`,
    );
    await bench.delete(made);
    await bench.delete(group);
    expect(bench.world.list("aws/security-group")).toEqual([]);
  });
});

describe("a key pair", () => {
  const publicKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMDgZWqIi/wq1ea4iiYLeBlaZ4KjOBC01l/oL8nck4eA ana";

  it("ignores space around the key and refuses kinds that EC2 does not take", async () => {
    const made = await bench.make(types.keyPair, { keyName: "k", publicKey });
    expect(bench.diff(made, { keyName: "k", publicKey: `${publicKey}\n` }).changes).toBe(false);
    await expect(
      bench.make(types.keyPair, { keyName: "e", publicKey: "ecdsa-sha2-nistp256 AAAA" }),
    ).rejects.toThrow("InvalidKey.Format");
    await expect(bench.make(types.keyPair, { keyName: "k", publicKey })).rejects.toThrow(
      "InvalidKeyPair.Duplicate",
    );
  });
});
