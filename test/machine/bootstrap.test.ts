import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";

import { Bootstrap } from "../../components/node/bootstrap";
import type { MachineDeclaration } from "../../components/machine/script";

const machine: MachineDeclaration = {
  owner: "berth/prod",
  initialAccount: "root",
  members: [],
  deployerKeys: ["ssh-ed25519 AAAAjenkins jenkins"],
  manage: ["people"],
  madeByBerth: true,
};

describe("the sessions of a machine", () => {
  const sessions = new Map<string, Record<string, unknown>>();

  beforeAll(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => {
        sessions.set(name, inputs as Record<string, unknown>);
        return { id: name, state: { ...(inputs as object), stdout: "ssh-ed25519 AAAA" } };
      },
      call: () => ({}),
    });
  });

  // The provider dials once more than this, also after a login that was refused for good.
  it.each<[string, Partial<MachineDeclaration>, Record<string, number>]>([
    ["that Berth made", {}, { "x-enter": 55, "x-script": 0, "x-converge": 0 }],
    ["of a client", { madeByBerth: false }, { "x-enter": 0, "x-script": 0, "x-converge": 0 }],
    ["that is only looked at", { madeByBerth: false, manage: [] }, { "x-observe": 0 }],
  ])("dial a machine %s once, unless it may still boot", async (_, changes, limits) => {
    sessions.clear();
    const host = {
      id: pulumi.output("1"),
      address: pulumi.output("192.0.2.1"),
      login: "root" as const,
      hostKey: pulumi.output("ssh-ed25519 AAAA"),
    };
    new Bootstrap("x", { host, machine: { ...machine, ...changes } });
    await expect.poll(() => sessions.size).toBe(Object.keys(limits).length + 1);
    for (const [name, limit] of Object.entries(limits)) {
      const { connection } = sessions.get(name)! as { connection: Record<string, unknown> };
      expect({ name, ...secretValue(connection) }).toMatchObject({ name, dialErrorLimit: limit });
    }
  });
});

/** What a mock is given of a secret input. */
function secretValue(input: Record<string, unknown>): Record<string, unknown> {
  return (input["value"] as Record<string, unknown> | undefined) ?? input;
}
