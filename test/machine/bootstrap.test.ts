import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";

import { Bootstrap } from "../../components/node/bootstrap";
import type { DeclaredNode } from "../../components/stack-file/one-node";
import { publicKey } from "../stack-file/fixture";

const server = { address: "192.0.2.1", login: "root", hostKey: publicKey(3) };
const args: DeclaredNode = {
  projects: [{ slug: "x", domain: "x.example", dns: "external", access: ["clark"] }],
  team: { members: { clark: { keys: [publicKey(1)] } }, deployers: { jenkins: publicKey(2) } },
  agency: { name: "acme", domains: [], zones: {}, awsAccount: "413528927365" },
  environment: "stage",
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
  it.each<[string, DeclaredNode["node"], Record<string, number>]>([
    ["that Berth made", undefined, { "x-enter": 55, "x-script": 0, "x-converge": 0 }],
    [
      "of a client",
      { server, manage: ["people"] },
      { "x-enter": 0, "x-script": 0, "x-converge": 0 },
    ],
    ["that is only looked at", { server }, { "x-observe": 0 }],
  ])("dial a machine %s once, unless it may still boot", async (_, node, limits) => {
    sessions.clear();
    const host = {
      id: pulumi.output("1"),
      address: pulumi.output("192.0.2.1"),
      login: "root",
      hostKey: pulumi.output("ssh-ed25519 AAAA"),
    };
    new Bootstrap("x", { host, ...args, ...(node ? { node } : {}) });
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
