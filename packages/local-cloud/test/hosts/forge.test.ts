import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { forgeService, keepRepository } from "../../forge";
import { anywhere, type Machines } from "../../hosts";
import { Ground } from "./boot-ground";

const ground = new Ground();
let machines: Machines;

beforeAll(async () => {
  const repositories = join(ground.state, "repositories");
  await keepRepository(repositories, "git@github.com:them/shop.git", ["develop"], (tree) =>
    writeFileSync(join(tree, "page"), "first"),
  );
  machines = await ground.open({ services: [forgeService(repositories)] });
  const address = machines.addressAt(0);
  const firewall = { inbound: anywhere, outbound: anywhere };
  const host = { id: "shop", name: "shop", address, cloud: "client", login: "root" } as const;
  await machines.create({ ...host, firewall });
  await machines.ready("shop", "booted");
});

afterAll(() => ground.clear());

describe("repositories on a machine of the local cloud", () => {
  it("are cloned at their own address by any account, without a key", async () => {
    const clone =
      "cd /tmp && git clone -q -b develop git@github.com:them/shop.git && cat shop/page";
    const argv = ["runuser", "-u", "nobody", "--", "sh", "-c", `exec 2>&1; ${clone}`];
    expect(await machines.exec("shop", argv)).toMatchObject({ code: 0, stdout: "first" });
  });
});
