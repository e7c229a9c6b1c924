import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { repository } from "../../local/cloud/paths";
import { Clone } from "../local/clone";

describe("berth smoke on the local cloud", () => {
  const clone = new Clone();
  const smoke = (...args: string[]) =>
    clone.run("local/cloud/local", ["berth", "smoke", ...args], {
      BERTH_LOCAL_MACHINES: "recorded",
    });
  afterAll(() => clone.remove());

  it("says what it costs and makes nothing unless somebody agrees", async () => {
    const { code, stdout, stderr } = await smoke("--provider", "digitalocean");
    expect(code).toBe(1);
    expect(stdout).toMatch(/one machine at digitalocean, tor1: s-1vcpu-2gb, 50 GB/);
    expect(stdout).toMatch(/About USD 0\.016 an hour \(USD 12\.00 a month/);
    expect(stderr).toContain("give --yes when you agree to the cost");
    expect(fs.existsSync(path.join(repository, ".berth", "smoke", "digitalocean"))).toBe(false);
  });

  it("makes a machine and its names, takes them down and leaves nothing", async () => {
    const { code, stdout, stderr } = await smoke("--provider", "digitalocean", "--yes");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("berth-smoke-server");
    expect(stdout).toContain("It works, and nothing is left of it.");
    const { control } = clone.read<{ control: number }>("cloud.json");
    for (const kind of ["digitalocean/droplet", "digitalocean/firewall", "cloudflare/dns_record"]) {
      const answer = await fetch(`http://127.0.0.1:${control}/objects/${encodeURIComponent(kind)}`);
      const names = ((await answer.json()) as { data: { name?: string } }[]).map(
        ({ data }) => data.name,
      );
      expect(
        names.filter((name) => name?.includes("smoke")),
        kind,
      ).toEqual([]);
    }
    expect(fs.existsSync(path.join(repository, ".berth", "smoke", "digitalocean"))).toBe(false);
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
