import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, project } from "./agency";
import { ScratchCloud } from "../../rehearsal/scratch";

const shop = project("shop.example");
const command = "command:remote:Command";

describe("a host whose bootstrap failed, in a run that went on", () => {
  let cloud: ScratchCloud;
  const fault = (name: string, operation: "create" | "update") =>
    cloud.control("POST", "/faults", { type: command, name, operation, kind: "error" });
  const goOn = (stack: string) =>
    cloud.pulumi("up", "--yes", "--skip-preview", "--continue-on-error", "--stack", stack);
  const published = async () => (await cloud.outputs("prod-b"))["nodes"]!["shop"]!;
  const prod = (more: Record<string, unknown>) =>
    cloud.stack("prod", { projects: { shop: { ...shop, ...more } } });
  const records = () => cloud.objects("cloudflare/dns_record");

  beforeAll(async () => {
    cloud = await ScratchCloud.start({
      shared: agency,
      stacks: {
        prod: { projects: { shop } },
        "prod-b": { environment: "prod", projects: { shop: {} } },
      },
    });
    await cloud.up("prod");
  });
  afterAll(() => cloud.stop());

  it.each(["shop-enter", "shop-converge"])(
    "is published without an address after %s failed, and no name is led there",
    async (session) => {
      await fault(session, "create");
      expect((await goOn("prod-b")).code).not.toBe(0);
      const { id, address, hostKey, unfinished } = await published();
      expect(id).toBe((await cloud.objects("scaleway/server"))[1]!.id);
      expect([address, hostKey]).toEqual([undefined, undefined]);
      // Who repairs it must find it: it is there, and people may have accounts on it.
      if (session === "shop-converge") {
        expect(unfinished).toEqual({
          address: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) as string,
          hostKey: expect.stringMatching(/^ssh-ed25519 \S+$/) as string,
        });
      }
      prod({ servedBy: "prod-b" });
      const before = await records();
      for (const outcome of [
        await cloud.pulumi("preview", "--stack", "prod"),
        await goOn("prod"),
      ]) {
        expect(outcome.code).not.toBe(0);
        expect(outcome.stdout + outcome.stderr).toContain(
          "Project shop is served by stack prod-b, but that stack's outputs hold no address for it. Received: nothing.",
        );
      }
      expect(await records()).toEqual(before);
      prod({});
    },
  );

  it("is refused too as older programs published it, with the engine's word for a host key", async () => {
    await cloud.up("prod-b");
    const { address, unfinished } = await published();
    expect(unfinished).toBeUndefined();
    prod({ servedBy: "prod-b" });
    const before = await records();
    for (const [hostKey, told] of [
      ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "nothing"],
      ["unknown", '"unknown"'],
      ["ssh-ed25519 AAAA", '"ssh-ed25519 AAAA"'],
    ] as const) {
      await cloud.rewriteState("prod-b", ({ type, outputs }) => {
        if (type !== "pulumi:pulumi:Stack") return;
        Object.assign((outputs["nodes"] as { shop: object }).shop, { hostKey });
      });
      const outcome = await goOn("prod");
      expect(outcome.code).not.toBe(0);
      expect(outcome.stdout + outcome.stderr).toContain(
        `hold an address without a host key for it. Received: ${told}. No record was touched. Fix: run pulumi up on stack prod-b`,
      );
    }
    expect(await records()).toEqual(before);
    await cloud.up("prod-b");
    await cloud.up("prod");
    const contents = (await records()).map(({ data }) => data["content"]);
    expect(contents.filter((content) => content === address)).toHaveLength(3);
  });

  it("stays published where it was converged before: a failed change ends no service", async () => {
    const before = await published();
    cloud.stack("prod-b", {
      environment: "prod",
      projects: { shop: {} },
      // Somebody left: the declaration of every machine changes.
      team: {
        ...agency.team,
        members: { ana: agency.team.members.ana },
        groups: { everyone: ["ana"] },
      },
    });
    await fault("shop-converge", "update");
    expect((await goOn("prod-b")).code).not.toBe(0);
    expect(await published()).toEqual(before);
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "prod");
  });
});
