import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { cloudName } from "../../rehearsal/paths";
import type { CloudCard } from "../../packages/local-cloud/cloud/card";
import { layoutOf } from "../../packages/local-cloud/hosts";
import { traces } from "../../packages/local-cloud/test/hosts/boot-ground";
import { Clone } from "../local/clone";

const clone = new Clone();
const booted = { BERTH_LOCAL_MACHINES: "booted" };
const local = (...argv: string[]) => clone.run("rehearsal/local", argv, booted);
let zone: string;

/** As a person does at the provider's console. */
async function order(type: string, inputs: object): Promise<void> {
  const { control } = clone.read<CloudCard>("cloud.json");
  const url = `http://127.0.0.1:${control}/resources/${encodeURIComponent(type)}/x`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify(inputs) });
  expect(await response.text()).toContain('"id"');
}

beforeAll(async () => {
  const started = await local("true");
  expect(started.code, started.stderr).toBe(0);
  const { control } = clone.read<CloudCard>("cloud.json");
  const zones = await fetch(
    `http://127.0.0.1:${control}/objects/${encodeURIComponent("cloudflare/zone")}`,
  );
  const [first] = (await zones.json()) as { id: string; data: { name: string } }[];
  zone = first!.data.name;
  const record = { zoneId: first!.id, type: "A", ttl: 1 };
  const type = "cloudflare:index/dnsRecord:DnsRecord";
  // Nobody is there, which the edge says itself.
  await order(type, { ...record, name: `visited.${zone}`, content: "127.0.0.99", proxied: true });
  await order(type, { ...record, name: `near.${zone}`, content: "127.0.0.1" });
});

afterAll(async () => {
  const { directory } = clone;
  expect((await clone.rehearse("--down")).code).toBe(0);
  expect(await traces(layoutOf(directory, cloudName))).toEqual([]);
  fs.rmSync(path.dirname(directory), { recursive: true, force: true });
});

describe("a visitor of the local cloud", () => {
  it("is led by its names and trusts its authority, and curl is as it is otherwise", async () => {
    const card = clone.read<CloudCard>("cloud.json");
    const format = "%{http_code} %{remote_ip} %{ssl_verify_result}";
    const told = await local(
      "curl",
      "-sS",
      "-o",
      "/dev/null",
      "-w",
      format,
      `https://visited.${zone}/`,
    );
    expect(told.stderr).toBe("");
    expect(told.stdout).toMatch(new RegExp(`^521 ${card.edge!.address} 0$`));
    const none = await local("curl", "-sS", `https://none.${zone}/`);
    expect([none.code, none.stderr]).toEqual([
      6,
      expect.stringContaining("Could not resolve host"),
    ]);
    const wrong = await local("curl", "-sS", "--cacert", "/dev/null", `https://visited.${zone}/`);
    expect(wrong.code).not.toBe(0);
  });

  it("is another one than this computer, whose own files stay as they are", async () => {
    const before = fs.readFileSync("/etc/resolv.conf", "utf8");
    await local("curl", "-sS", `https://visited.${zone}/`);
    expect(fs.readFileSync("/etc/resolv.conf", "utf8")).toBe(before);
    expect(fs.readFileSync("/proc/self/mounts", "utf8")).not.toContain("nsswitch.conf");
  });

  it("finds machines by name over SSH", async () => {
    const told = await local("ssh", "-v", "-o", "BatchMode=yes", "-p", "1", `near.${zone}`);
    expect(told.stderr).toContain("[127.0.0.1] port 1");
  });
});
