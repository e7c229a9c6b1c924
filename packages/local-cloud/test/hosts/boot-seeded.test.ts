import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { machineSettings, type Machines } from "../../hosts";
import { Ground } from "./boot-ground";

describe("a machine that existed before Berth", () => {
  const ground = new Ground();
  const mine = ground.key("mine");
  const hostKey = ground.key("host");
  const address = "198.51.100.77";
  let machines: Machines;

  const ssh = (command: string) => ground.ssh("root", address, { pinned: hostKey, mine }, command);

  beforeAll(async () => {
    machines = await ground.open();
    await machines.create({
      id: "client-clinic",
      name: "clinic",
      address,
      cloud: "client",
      login: "root",
      authorizedKeys: [mine.public],
      seed: {
        hostKeys: { ed25519: { private: hostKey.private, public: hostKey.public } },
        script: "docker volume create ledger\nuseradd --create-home legacy\necho seeded\n",
      },
    });
    await machines.ready("client-clinic", "booted");
  });

  afterAll(() => ground.clear());

  it("has the address, the host key and the accounts that it is declared with", async () => {
    const seen = await ssh(
      "hostname; getent passwd legacy | cut -d: -f6; ls /etc/ssh/ssh_host_*key",
    );
    expect(seen.stdout).toBe("clinic\n/home/legacy\n/etc/ssh/ssh_host_ed25519_key\n");
  });

  it("runs what it was running", async () => {
    expect((await ssh("docker volume ls -q")).stdout).toBe("ledger\n");
  });

  it("has no metadata service, and reaches the internet's names", async () => {
    const asked = "curl -s -o /dev/null -w '%{http_code}' http://169.254.169.254/";
    expect((await ssh(asked)).stdout).toBe("404");
    expect((await ssh("apt-get -qq update && echo updated")).stdout).toBe("updated\n");
  });

  it("runs on a computer where nothing is left to be set for it", () => {
    expect(machineSettings()).toEqual([]);
  });

  it("does not do its first boot again after a reboot", async () => {
    await ssh("userdel legacy");
    await machines.reboot("client-clinic");
    await machines.ready("client-clinic", "booted");
    expect((await ssh("getent passwd legacy")).code).toBe(2);
  });

  it("keeps a second cloud from taking its address", async () => {
    const other = new Ground();
    try {
      const second = await other.open();
      const spec = { id: "x", name: "x", address, cloud: "client", login: "root" } as const;
      await expect(second.create(spec)).rejects.toThrow(
        `address ${address} is in use by the local cloud in ${ground.state}; take that one down`,
      );
      expect(await second.list()).toEqual([]);
    } finally {
      await other.clear();
    }
    expect((await ssh("true")).code).toBe(0);
  });
});

describe("a machine without Docker, as a cloud's image is", () => {
  const ground = new Ground();
  afterAll(() => ground.clear());

  it("has none until somebody installs it, and then it works", async () => {
    const machines = await ground.open();
    await machines.create({
      id: "bare",
      name: "bare",
      address: machines.addressAt(0),
      cloud: "scaleway",
      login: "root",
      docker: false,
    });
    await machines.ready("bare", "booted");
    const without = await machines.exec("bare", ["sh", "-c", "command -v docker"]);
    expect(without.code).toBe(127);
    const install = [
      "export DEBIAN_FRONTEND=noninteractive",
      "apt-get -qq update",
      "apt-get -qqy install --no-install-recommends docker.io docker-cli",
    ].join(" && ");
    const done = await machines.exec("bare", ["sh", "-c", install]);
    expect(done.code, done.stderr).toBe(0);
    const docker = await machines.exec("bare", ["docker", "info", "--format", "{{.Driver}}"]);
    expect(docker.stdout).toBe("overlay2\n");
  });
});
