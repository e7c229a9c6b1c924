import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forEmulators, type Machines } from "../../hosts";
import { hostNameOf } from "../../hosts/for-emulators";
import { Ground, userData } from "./boot-ground";

describe("machines of emulated clouds, booted", () => {
  const ground = new Ground();
  const mine = ground.key("mine");
  const hostKey = ground.key("host", "ecdsa");
  const id = "aws-i-0123456789abcdef0";
  let machines: Machines;
  let emulated: ReturnType<typeof forEmulators>;
  let address: string;

  const ssh = (command: string) =>
    ground.ssh("ubuntu", address, { pinned: hostKey, mine }, command);

  beforeAll(async () => {
    machines = await ground.open();
    emulated = forEmulators(machines);
    address = machines.addressAt(0);
    await emulated.create({
      id,
      name: "KMC / node 1",
      cloud: "aws",
      address,
      login: "ubuntu",
      userData: userData("ubuntu", hostKey, mine),
    });
    await machines.ready(id, "booted");
  });

  afterAll(() => ground.clear());

  it("have a name and an id as their cloud would give them", async () => {
    expect((await ssh("hostname")).stdout).toBe("KMC-node-1\n");
    const service = "http://169.254.169.254/latest";
    const token = `$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${service}/api/token)`;
    const asked = `curl -sf -H "X-aws-ec2-metadata-token: ${token}" ${service}/meta-data/instance-id`;
    expect((await ssh(asked)).stdout).toBe("i-0123456789abcdef0");
  });

  it("open what the cloud's rules open, from where they do", async () => {
    const port = [22, 22] as const;
    await emulated.firewall(id, [{ protocol: "tcp", ports: port, sources: ["192.0.2.200/32"] }]);
    await expect(machines.ready(id, "ssh", 1_500)).rejects.toThrow("has not come to ssh in 2 s");
    const { gateway } = ground.layout;
    await emulated.firewall(id, [{ protocol: "tcp", ports: port, sources: [`${gateway}/32`] }]);
    expect((await ssh("true")).code).toBe(0);
    await emulated.firewall(id, undefined);
  });

  it("answer over IPv6 where they have an address of it, to whom the cloud's rules say", async () => {
    const six = "2001:db8::b00:7";
    const created = { id: "aws-i-six", name: "six", cloud: "aws", login: "ubuntu" } as const;
    await emulated.create({
      ...created,
      address: machines.addressAt(4),
      address6: six,
      userData: userData("ubuntu", hostKey, mine),
    });
    const shell = () => ground.ssh("ubuntu", six, { pinned: hostKey, mine }, "hostname");
    // An sshd that says hello may be made anew once more, with the keys that cloud-init brings.
    await machines.ready("aws-i-six", "booted");
    expect((await shell()).stdout).toBe("six\n");
    const opened = async (...sources: string[]) => {
      const rule = { protocol: "tcp", ports: [22, 22], sources } as const;
      await emulated.firewall("aws-i-six", [rule]);
    };
    await opened("0.0.0.0/0", "2001:db8:1::/64");
    expect((await shell()).code).toBe(255);
    await opened(`${ground.layout.gateway6}/128`);
    expect((await shell()).stdout).toBe("six\n");
    await emulated.delete("aws-i-six");
  });

  it("move to another address running, and start with another", async () => {
    address = machines.addressAt(1);
    await emulated.address?.(id, address);
    expect((await ssh("true")).code).toBe(0);
    await emulated.stop(id);
    address = machines.addressAt(2);
    await emulated.start(id, address);
    await machines.ready(id);
    expect((await ssh("true")).code).toBe(0);
  });

  it("are copied from an image, with what was on them and a first boot of their own", async () => {
    await ssh("echo kept > note");
    await emulated.snapshot(id, "ami-1");
    const copy = { id: "aws-i-copy", name: "copy", cloud: "aws", login: "ubuntu" } as const;
    const copyKey = ground.key("copy", "ecdsa");
    const copyAddress = machines.addressAt(3);
    await emulated.create({
      ...copy,
      address: copyAddress,
      userData: userData("ubuntu", copyKey, mine),
      from: "ami-1",
    });
    await machines.ready("aws-i-copy", "booted");
    const pinned = { pinned: copyKey, mine };
    const seen = await ground.ssh("ubuntu", copyAddress, pinned, "cat note; hostname");
    expect(seen.stdout).toBe("kept\ncopy\n");
    await emulated.delete("aws-i-copy");
    await emulated.delete(id);
    expect(await machines.list()).toEqual([]);
  });

  it("never have a name that no host may have", () => {
    expect(hostNameOf("kmc.prod-1")).toBe("kmc.prod-1");
    expect(hostNameOf("_kmc_ prod!")).toBe("kmc-prod");
    expect(hostNameOf("///")).toBe("host");
    expect(hostNameOf("x".repeat(80))).toHaveLength(63);
  });
});
