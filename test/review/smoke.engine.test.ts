import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { clouds } from "../../components/fleet/fleet";
import { repository } from "../../rehearsal/paths";
import { bookkeeping } from "../../rehearsal/scratch";
import { Clone } from "../local/clone";

/** What each provider's smallest machine is announced as. */
const announced = {
  digitalocean: [
    /one machine at digitalocean, tor1: s-1vcpu-2gb, 50 GB/,
    /About USD 0\.016 an hour \(USD 12\.00 a month/,
  ],
  scaleway: [
    /one machine at scaleway, fr-par-1: DEV1-S, 50 GB/,
    /About EUR 0\.019 an hour \(EUR 13\.78 a month/,
  ],
  aws: [
    /one machine at aws, us-east-1: t3\.small, 50 GB/,
    /About USD 0\.031 an hour \(USD 22\.83 a month/,
  ],
} as const;

describe("berth smoke on the local cloud", () => {
  const clone = new Clone();
  const records = { BERTH_LOCAL_MACHINES: "recorded" };
  const smoke = (...args: string[]) =>
    clone.run("rehearsal/local", ["berth", "smoke", ...args], records);
  const ask = async (method: string, door: string, body?: object): Promise<unknown> => {
    const { control } = clone.read<{ control: number }>("cloud.json");
    const options = { method, ...(body ? { body: JSON.stringify(body) } : {}) };
    return (await fetch(`http://127.0.0.1:${control}${door}`, options)).json();
  };
  /** Everything at the providers, without the cloud's own bookkeeping. */
  const inventory = async () => {
    const all = (await ask("GET", "/objects")) as { kind: string; id: string }[];
    const owned = all.filter(({ kind }) => !bookkeeping.test(kind));
    return owned.map(({ kind, id }) => `${kind} ${id}`).sort();
  };
  const left = () => fs.existsSync(path.join(repository, ".berth", "smoke"));
  let before: string[];
  beforeAll(async () => {
    await smoke("--help");
    before = await inventory();
  });
  afterAll(() => clone.remove());

  describe.each(clouds)("at %s", (provider) => {
    it("says what it costs and makes nothing unless somebody agrees", async () => {
      const { code, stdout, stderr } = await smoke("--provider", provider);
      expect(code).toBe(1);
      for (const words of announced[provider]) expect(stdout).toMatch(words);
      expect(stderr).toContain("give --yes when you agree to the cost");
      expect(left()).toBe(false);
    });

    it("makes a machine and its names, takes them down and leaves nothing", async () => {
      const { code, stdout, stderr } = await smoke("--provider", provider, "--yes");
      expect(code, stdout + stderr).toBe(0);
      for (const made of ["berth-smoke-server", "berth-smoke-primary"])
        expect(stdout).toMatch(new RegExp(`${made} creat.*deleted`, "s"));
      expect(stdout).toContain("It works, and nothing is left of it.");
      expect(await inventory()).toEqual(before);
      expect(left()).toBe(false);
    });

    it("leaves nothing after a failure in the middle either", async () => {
      const type = "cloudflare:index/dnsRecord:DnsRecord";
      await ask("POST", "/faults", { type, operation: "create", message: "out of order" });
      const { code, stdout, stderr } = await smoke("--provider", provider, "--yes");
      expect(code, stdout + stderr).toBe(1);
      expect(stdout + stderr).toContain("out of order");
      expect(stdout).toContain("It failed; nothing is left of it.");
      expect(await inventory()).toEqual(before);
      expect(left()).toBe(false);
    });
  });

  /** A run up to the moment when its machine is there and its names are not. */
  const untilMade = async () => {
    const type = "cloudflare:index/dnsRecord:DnsRecord";
    await ask("POST", "/faults", { type, operation: "create", kind: "timeout" });
    const args = ["berth", "smoke", "--provider", "digitalocean", "--yes"];
    const child = clone.start("rehearsal/local", args, records);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (data: Buffer) => (said += data.toString()));
    }
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    await expect.poll(inventory, { timeout: 90_000, interval: 300 }).not.toEqual(before);
    return { child, ended, said: () => said };
  };

  it("takes down what it made after Ctrl-C", async () => {
    const { child, ended, said } = await untilMade();
    child.kill("SIGINT");
    expect(await ended).toBe(1);
    expect(said()).toContain("stopping after what is under way");
    expect(said()).toContain("It failed; nothing is left of it.");
    expect(await inventory(), said()).toEqual(before);
    expect(left()).toBe(false);
  });

  it("lets the engine of a killed run end, and takes down after that what it made", async () => {
    const { ended } = await untilMade();
    const note = path.join(repository, ".berth", "smoke", "digitalocean", "pid.json");
    process.kill((JSON.parse(fs.readFileSync(note, "utf8")) as { pid: number }).pid, "SIGKILL");
    const again = () => smoke("--provider", "digitalocean", "--yes");
    const refused = await again();
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(
      /under way here .* remove \.berth\/smoke\/digitalocean\/state\//,
    );
    process.kill(Number(/\(process (\d+)\)/.exec(refused.stderr)![1]), "SIGINT");
    await ended;
    // Somebody saw it in the console and deleted it, which DigitalOcean's provider stumbles over.
    const [, id] = (await inventory())
      .find((one) => one.startsWith("digitalocean/droplet "))!
      .split(" ");
    await ask("DELETE", `/objects/${encodeURIComponent("digitalocean/droplet")}/${id}`);
    const { code, stdout, stderr } = await again();
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain("unexpected state 'Not Found'");
    expect(stderr).toContain("an earlier smoke run was cut off");
    expect(await inventory()).toEqual(before);
    expect(left()).toBe(false);
  });

  it.each([
    [["--provider", "digitalocaen"], /did you mean digitalocean/i],
    [[], /which --provider/],
    [["--provider", "aws", "--domain", "x.unknown.example"], /zone/],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await smoke(...args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});
