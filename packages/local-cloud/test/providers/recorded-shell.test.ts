import { describe, expect, it } from "vitest";

import { allocate, reserve } from "../../emulator/addresses";
import { World } from "../../emulator/world";
import { shellOfRecords } from "../../providers/command/recorded-shell";
import type { Shell } from "../../providers/command/shell";

const beyond: Shell = { prepare: () => Promise.reject(new Error("dialled for real")) };

async function answer(world: World, host: string): Promise<string> {
  const endpoint = { host, port: 22, user: "root", dialErrorLimit: 0, perDialTimeout: 1 };
  const attempt = await shellOfRecords(world, beyond).prepare(endpoint, undefined);
  const connection = await attempt({ gone: new AbortController().signal });
  let said = "";
  const ending = await connection.run({
    command: "anything",
    environment: {},
    stdin: "",
    onOutput: (_stream, chunk) => (said += chunk.toString()),
  });
  expect(ending).toEqual({ status: 0 });
  return said;
}

describe("machines that are records", () => {
  const world = new World();
  const first = allocate(world, "digitalocean/droplet/1");
  const second = allocate(world, "digitalocean/droplet/2");

  it("answer any script with their host key, each its own and always the same", async () => {
    const key = await answer(world, first);
    expect(key).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]+\n$/);
    expect(await answer(world, first)).toBe(key);
    expect(await answer(world, second)).not.toBe(key);
  });

  it("include a client's own", async () => {
    reserve(world, "192.0.2.7", "client/clinic");
    expect(await answer(world, "192.0.2.7")).toMatch(/^ssh-ed25519 /);
    expect(() => reserve(world, first, "client/other")).toThrow(
      `address ${first} is digitalocean/droplet/1's on the local cloud`,
    );
  });

  it("are the only ones: any other address is dialled for real", async () => {
    await expect(answer(world, "198.51.100.1")).rejects.toThrow("dialled for real");
  });
});
