import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anywhere, type Machines } from "../../hosts";
import { Ground, traces, userData } from "./boot-ground";

describe("hosts that boot", () => {
  const ground = new Ground();
  const mine = ground.key("mine");
  const stranger = ground.key("stranger");
  const dropletKey = ground.key("droplet-host", "ecdsa");
  const instanceKey = ground.key("instance-host", "ecdsa");
  let machines: Machines;
  let droplet: string;
  let instance: string;

  const onDroplet = (command: string) =>
    ground.ssh("root", droplet, { pinned: dropletKey, mine }, command);
  const onInstance = (command: string) =>
    ground.ssh("ubuntu", instance, { pinned: instanceKey, mine }, command);

  beforeAll(async () => {
    machines = await ground.open();
    droplet = machines.addressAt(0);
    instance = machines.addressAt(1);
    const began = performance.now();
    await Promise.all([
      machines.create({
        id: "1001",
        name: "cryptsend",
        address: droplet,
        cloud: "digitalocean",
        login: "root",
        userData: userData("root", dropletKey, mine),
        metadata: { region: "tor1" },
      }),
      machines.create({
        id: "i-0123456789abcdef0",
        name: "kmc",
        address: instance,
        cloud: "aws",
        login: "ubuntu",
        userData: userData("ubuntu", instanceKey, mine),
      }),
    ]);
    const ids = ["1001", "i-0123456789abcdef0"];
    await Promise.all(ids.map((id) => machines.ready(id)));
    const answered = performance.now();
    await Promise.all(ids.map((id) => machines.ready(id, "booted")));
    const seconds = (to: number) => ((to - began) / 1000).toFixed(1);
    process.stderr.write(
      `two hosts: ssh after ${seconds(answered)} s, booted after ${seconds(performance.now())} s\n`,
    );
  });

  afterAll(() => ground.clear());

  it("answers at its own address with the host key from user data, as the initial account", async () => {
    expect(await onDroplet("id -un; hostname")).toMatchObject({
      code: 0,
      stdout: "root\ncryptsend\n",
    });
    expect(await onInstance("id -un; sudo -n id -un; hostname")).toMatchObject({
      code: 0,
      stdout: "ubuntu\nroot\nkmc\n",
    });
  });

  it("has no other host key than the one from user data", async () => {
    const keys = await onDroplet("ls /etc/ssh/ssh_host_*");
    expect(keys.stdout).toBe("/etc/ssh/ssh_host_ecdsa_key\n/etc/ssh/ssh_host_ecdsa_key.pub\n");
  });

  it("is refused under another host's key, and refuses another person's key", async () => {
    const swapped = await ground.ssh("root", droplet, { pinned: instanceKey, mine }, "true");
    expect(swapped).toMatchObject({ code: 255 });
    expect(swapped.stderr).toContain("Host key verification failed");
    const keys = { pinned: dropletKey, mine: stranger };
    const foreign = await ground.ssh("root", droplet, keys, "true");
    expect(foreign).toMatchObject({ code: 255 });
    expect(foreign.stderr).toContain("Permission denied (publickey");
  });

  it("comes up whole: every unit, and cloud-init without an error", async () => {
    const state = await onDroplet("systemctl is-system-running; cloud-init status --format=json");
    expect(state.stdout).toMatch(/^running\n/);
    expect(JSON.parse(state.stdout.slice("running\n".length))).toMatchObject({
      status: "done",
      errors: [],
      recoverable_errors: {},
    });
  });

  it("is told its metadata by the service of its cloud", async () => {
    const facts = await onDroplet("curl -sf http://169.254.169.254/metadata/v1.json");
    expect(JSON.parse(facts.stdout)).toMatchObject({
      droplet_id: 1001,
      hostname: "cryptsend",
      region: "tor1",
      user_data: userData("root", dropletKey, mine),
    });
    const service = "http://169.254.169.254/latest";
    const without = `curl -s -o /dev/null -w '%{http_code}' ${service}/meta-data/instance-id`;
    expect((await onInstance(without)).stdout).toBe("401");
    const token = `$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${service}/api/token)`;
    const withToken = `curl -sf -H "X-aws-ec2-metadata-token: ${token}" ${service}/meta-data/instance-id`;
    expect((await onInstance(withToken)).stdout).toBe("i-0123456789abcdef0");
  });

  it("installs packages, and runs a container that another host reaches", async () => {
    const made = await onDroplet(
      [
        "set -e",
        "apt-get -qq update",
        "DEBIAN_FRONTEND=noninteractive apt-get -qqy install busybox-static >/dev/null 2>&1",
        "tar -C / -c bin/busybox usr/bin/busybox 2>/dev/null | docker import - tiny >/dev/null",
        "mkdir -p /srv && echo hello from a container > /srv/index.html",
        "docker run -d --name web --stop-signal KILL --restart always -p 8080:80 -v /srv:/srv tiny" +
          " /usr/bin/busybox httpd -f -p 80 -h /srv >/dev/null",
        "docker run --rm tiny /usr/bin/busybox id -u",
      ].join("\n"),
    );
    expect(made, made.stderr).toMatchObject({ code: 0, stdout: "0\n" });
    const fetched = await onInstance(
      `curl -sf --retry 5 --retry-connrefused http://${droplet}:8080/`,
    );
    expect(fetched.stdout).toBe("hello from a container\n");
  });

  it("keeps files and restarts containers over a reboot from within", async () => {
    const before = (await onDroplet("cat /proc/sys/kernel/random/boot_id")).stdout;
    await onDroplet("echo kept > /root/note; systemd-run --quiet --on-active=0 systemctl reboot");
    const anotherBoot = async () => {
      const { stdout } = await onDroplet("cat /proc/sys/kernel/random/boot_id");
      return stdout !== "" && stdout !== before;
    };
    await expect.poll(anotherBoot, { timeout: 30_000, interval: 200 }).toBe(true);
    await machines.ready("1001", "booted");
    expect((await onDroplet("cat /root/note")).stdout).toBe("kept\n");
    const fetch = async () => (await onInstance(`curl -s -m 2 http://${droplet}:8080/`)).stdout;
    await expect.poll(fetch, { timeout: 20_000 }).toBe("hello from a container\n");
  });

  it("stops, says so, and starts with a new address and the same key", async () => {
    await machines.stop("i-0123456789abcdef0");
    const off = (await machines.list()).find(({ spec }) => spec.cloud === "aws");
    expect(off).toMatchObject({ status: "off" });
    expect(off).not.toHaveProperty("pid");
    instance = machines.addressAt(2);
    await machines.start("i-0123456789abcdef0", instance);
    await machines.ready("i-0123456789abcdef0", "booted");
    expect((await onInstance("hostname")).stdout).toBe("kmc\n");
  });

  it("changes its address while it runs", async () => {
    instance = machines.addressAt(3);
    await machines.setAddress("i-0123456789abcdef0", instance);
    expect((await onInstance("hostname -I")).stdout).toContain(instance);
    expect((await onInstance(`curl -s -m 5 http://${droplet}:8080/`)).stdout).toContain("hello");
  });

  it("counts a host as off that was shut down from within", async () => {
    await machines.exec("i-0123456789abcdef0", ["systemctl", "poweroff"]);
    const status = async () =>
      (await machines.list()).find(({ spec }) => spec.cloud === "aws")?.status;
    await expect.poll(status, { timeout: 20_000 }).toBe("off");
    await expect(machines.exec("i-0123456789abcdef0", ["true"])).rejects.toThrow("is off");
    await machines.start("i-0123456789abcdef0");
    await machines.ready("i-0123456789abcdef0", "booted");
  });

  it("enforces the cloud's firewall from outside, statefully, both ways", async () => {
    const web = `curl -s -o /dev/null -m 2 http://${droplet}:8080/`;
    const ssh = { protocol: "tcp", ports: { from: 22, to: 22 }, networks: ["0.0.0.0/0"] } as const;
    await machines.guard("1001", { inbound: [ssh], outbound: anywhere });
    expect((await onInstance(web)).code).toBe(28);
    expect((await onDroplet("curl -sf http://169.254.169.254/metadata/v1/id")).stdout).toBe("1001");
    // The host answers the connections it lets in, and may call nobody.
    await machines.guard("1001", { inbound: [ssh], outbound: [] });
    expect((await onDroplet(`timeout 2 ssh-keyscan ${instance} 2>/dev/null`)).stdout).toBe("");
    await machines.guard("1001", undefined);
    expect((await onInstance(web)).code).toBe(0);
  });

  it("clones a host from a snapshot: files and containers are there, keys as user data says", async () => {
    await machines.snapshot("1001", "snapshot-1");
    const clone = machines.addressAt(4);
    const keeping = "#cloud-config\nssh_deletekeys: false\nssh_genkeytypes: []\n";
    await machines.createFromSnapshot("snapshot-1", {
      id: "1002",
      name: "clone",
      address: clone,
      cloud: "digitalocean",
      login: "root",
      userData: keeping,
    });
    await machines.ready("1002", "booted");
    const keys = { pinned: dropletKey, mine };
    const seen = await ground.ssh(
      "root",
      clone,
      keys,
      "hostname; cat /root/note; docker ps -q | wc -l",
    );
    expect(seen).toMatchObject({ code: 0, stdout: "clone\nkept\n1\n" });
    expect((await onDroplet("hostname")).stdout).toBe("cryptsend\n");
    await machines.deleteSnapshot("snapshot-1");
    await machines.delete("1002");
  });

  it("deletes a host with everything of it, and then knows it no more", async () => {
    await machines.delete("i-0123456789abcdef0");
    expect((await traces(ground.layout)).join("\n")).not.toContain("i-0123456789abcdef0");
    expect((await machines.list()).map(({ spec }) => spec.id)).toEqual(["1001"]);
    await expect(machines.stop("i-0123456789abcdef0")).rejects.toThrow("does not exist");
    await machines.delete("i-0123456789abcdef0");
  });

  it("refuses a second host of an id or an address, and mistakes all at once", async () => {
    const spec = { id: "1001", name: "x", cloud: "digitalocean", login: "root" } as const;
    await expect(machines.create({ ...spec, address: machines.addressAt(9) })).rejects.toThrow(
      "host 1001 exists already",
    );
    await expect(machines.create({ ...spec, id: "1003", address: droplet })).rejects.toThrow(
      `address ${droplet} is host cryptsend's (1001)`,
    );
    await expect(
      machines.create({ ...spec, id: "1003", name: "no name", address: "10.1" }),
    ).rejects.toThrow(/name "no name": allowed[^]*address "10\.1": must be/);
    expect((await onDroplet("true")).code).toBe(0);
  });

  it("leaves nothing on the machine when the cloud is taken down", async () => {
    expect(await traces(ground.layout)).not.toEqual([]);
    await ground.clear();
    expect(await traces(ground.layout)).toEqual([]);
    expect(existsSync(ground.layout.home)).toBe(false);
  });
});
