import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { added, listing, type Listing } from "../machine/listing";
import type { Harbour } from "./harbour";

/** What must be so on a machine that Berth may only look at; after sam has left the team. */
export function observing(harbour: Harbour): void {
  describe("a client's machine without any step to manage", () => {
    const { jenkins, sam } = harbour;
    const id = "clinic";
    const hostKey = harbour.ground.key("clinic");
    const file = join(harbour.project, "Pulumi.stage.yaml");
    const berth = (verb: string, ...argv: string[]) =>
      harbour.berth([verb, "--environment", "stage", ...argv], jenkins);
    let address: string;
    let before: Listing;

    beforeAll(async () => {
      address = harbour.machines.addressAt(9);
      await harbour.machines.create({
        ...{ id, name: id, address, cloud: "client", login: "root" },
        authorizedKeys: [jenkins.public],
        seed: {
          hostKeys: { ed25519: { private: hostKey.private, public: hostKey.public } },
          script: `useradd --create-home sam && install -d /home/sam/.ssh
            echo '${sam.public}' >/home/sam/.ssh/authorized_keys && chown -R sam:sam /home/sam`,
        },
      });
      await harbour.machines.ready(id, "booted");
      const server = { address, login: "root", hostKey: hostKey.public };
      const clinic = { domain: "clinic.example.com", dns: "external", access: ["everyone"] };
      const config = { "berth:projects": { clinic }, "berth:nodes": { clinic: { server } } };
      writeFileSync(file, stringify({ config }));
      const node = { address, hostKey: hostKey.public, projects: ["clinic"] };
      harbour.published["stage"] = { nodes: { clinic: node } };
      harbour.resolver.records["clinic.example.com"] = address;
      before = await listing(harbour.machines, id);
    });
    afterAll(() => {
      delete harbour.published["stage"];
      rmSync(file);
    });

    it("tells its state, that it is only observed, and whom its owner let in besides", async () => {
      const seen = await berth("status");
      expect(seen.code, seen.out).toBe(1);
      expect(seen.out).toMatch(/^stage\/clinic +10\.\S+ +observed +\d+ .* none$/m);
      expect(seen.out).toMatch(
        /^1 thing for a person:\n {2}stage\/clinic: open: account sam .* is not declared: keys in /m,
      );
    });

    it.each([
      ["checked", ["--check"]],
      ["converged", []],
    ] as const)("is not judged where it would be %s, and that is said", async (verb, argv) => {
      const seen = await berth("converge", ...argv);
      expect(seen, seen.out).toMatchObject({ code: 0 });
      expect(seen.out).toMatch(/^stage\/clinic +observed +manage +is not declared: .*not judged$/m);
      expect(seen.out).toContain(`1 machine ${verb}: 1 only observed`);
    });

    it("keeps whom its owner let in, which an off-boarding says", async () => {
      const seen = await berth("offboard", "sam");
      expect(seen.code, seen.out).toBe(1);
      expect(seen.out).toMatch(/^stage\/clinic +\S+ +OPEN +a key of sam is in \/home\/sam\//m);
      expect(seen.out).toContain("  Berth did not make this account and leaves it; close by hand");
      const keys = { pinned: hostKey, mine: sam };
      expect((await harbour.ground.ssh("sam", address, keys, "id -un")).stdout).toBe("sam\n");
    });

    it("is after all of it what it was", async () => {
      const changes = added(before, await listing(harbour.machines, id));
      expect(Object.values(changes).flat()).toEqual([]);
    });
  });
}
