import { describe, expect, it } from "vitest";

import { withStandIns } from "../components/rehearsal-keys";
import type { ResolvedFleet } from "../components/placement/resolved";

const fleet = {
  stack: "prod",
  team: {
    members: {
      ana: { name: "ana", keys: ["ssh-ed25519 AAAAana ana@laptop", "ssh-ed25519 AAAAtwo"] },
    },
    groups: { everyone: ["ana"] },
    deployers: { ci: "ssh-ed25519 AAAAci ci" },
  },
  nodes: [
    {
      name: "clinic",
      server: { address: "192.0.2.1", login: "root", hostKey: "ssh-ed25519 AAAAh" },
    },
    { name: "kmc" },
  ],
} as unknown as ResolvedFleet;

describe("keys of a rehearsal", () => {
  const changed = withStandIns(fleet, {
    "ssh-ed25519 AAAAana": "ssh-ed25519 AAAAAna2",
    "ssh-ed25519 AAAAci": "ssh-ed25519 AAAACi2",
    "ssh-ed25519 AAAAh": "ssh-ed25519 AAAAH2",
  });

  it("stand in for members', deployers' and host keys, and keep the comment", () => {
    expect(changed.team.members["ana"]!.keys[0]).toBe("ssh-ed25519 AAAAAna2 ana@laptop");
    expect(changed.team.deployers).toEqual({ ci: "ssh-ed25519 AAAACi2 ci" });
    expect(changed.nodes[0]!.server!.hostKey).toBe("ssh-ed25519 AAAAH2");
  });

  it("leave alone what has none, and everything else", () => {
    expect(changed.team.members["ana"]!.keys[1]).toBe("ssh-ed25519 AAAAtwo");
    expect(changed.nodes[1]).toEqual(fleet.nodes[1]);
    expect(withStandIns(fleet, {})).toEqual(fleet);
  });
});
