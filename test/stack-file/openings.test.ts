import { describe, expect, it } from "vitest";

import type { Problem } from "../../components/fleet/problem";
import { changed, parse, problemsOf, prod, type BadInput } from "./fixture";

/** What is wrong there, in parts: each is in the message, in what is allowed, in the fix or received. */
type Refused = Partial<Problem> & Pick<Problem, "path">;

const node = (value: unknown): BadInput[1] => [[["nodes", "kmc"], value]];
const port = (value: object) => node({ ports: [{ reason: "a VPN", ...value }] });
const path = "berth:nodes.kmc.ports[0].port";

const table: readonly (readonly [string, BadInput[1], Refused])[] = [
  [
    "a network that leads visitors",
    node({ visitorsFrom: ["203.0.113.7", "203.0.113.0/24"] }),
    { path: "berth:nodes.kmc.visitorsFrom[1]", message: "a network of many machines" },
  ],
  [
    "nobody that leads visitors",
    node({ visitorsFrom: [] }),
    { path: "berth:nodes.kmc.visitorsFrom", message: "names no network" },
  ],
  ["a port of 0", port({ port: 0 }), { path, allowed: "a whole number of at least 1" }],
  [
    "a port out of range",
    port({ port: 65536 }),
    { path, message: "is no port", allowed: "a whole number of 1 to 65535" },
  ],
  [
    "SSH's port under ports",
    port({ port: 22 }),
    { path, message: "is reserved: sshFrom says who may come to SSH" },
  ],
  ["the web's port under ports", port({ port: 443 }), { path, message: "is reserved" }],
  [
    "a database's port",
    port({ port: 5432, from: ["203.0.113.0/24"] }),
    { path, message: "is a database's, and none is let in from outside", fix: "ssh -L" },
  ],
  ["a database's port by UDP", port({ port: 11211, protocol: "udp" }), { path, message: "R41" }],
  [
    "a port twice",
    node({
      ports: [
        { port: 1194, reason: "a VPN" },
        { port: 1194, protocol: "tcp", from: ["203.0.113.0/24"], reason: "another" },
      ],
    }),
    { path: "berth:nodes.kmc.ports[1].port", message: "lets in 1194/tcp a second time" },
  ],
  [
    "a port without a reason",
    node({ ports: [{ port: 1194 }] }),
    { path: "berth:nodes.kmc.ports[0].reason", fix: "say what listens there" },
  ],
  [
    "no network at all",
    node({ sshFrom: [] }),
    { path: "berth:nodes.kmc.sshFrom", message: "names no network, so nobody could come" },
  ],
  [
    "a name for a network",
    node({ sshFrom: ["office.example.org"] }),
    {
      path: "berth:nodes.kmc.sshFrom[0]",
      message: "is not a network",
      received: '"office.example.org"',
    },
  ],
  [
    "a network that begins elsewhere",
    port({ port: 1194, from: ["203.0.113.9/24"] }),
    { path: "berth:nodes.kmc.ports[0].from[0]", fix: "write 203.0.113.0/24" },
  ],
  [
    "more networks than a security group holds",
    node({ sshFrom: Array.from({ length: 31 }, (_, index) => `203.0.113.${index}`) }),
    {
      path: "berth:nodes.kmc.sshFrom",
      message: "lets in 61 networks of IPv4 with those of Cloudflare",
      allowed: "at most 60, the size of a security group at AWS",
    },
  ],
  [
    "ports of a machine whose firewall is not managed",
    [[["nodes", "clinic", "ports"], [{ port: 1194, reason: "a VPN" }]]],
    {
      path: "berth:nodes.clinic.ports",
      message: "does nothing: manage does not name firewall",
      fix: "add firewall to manage",
    },
  ],
];

describe("what a node lets in", () => {
  it.each(table)("refuses %s", (_title, changes, expected) => {
    const { path: place, ...parts } = expected;
    const containing = Object.entries(parts).map(([key, text]) => [
      key,
      expect.stringContaining(text),
    ]);
    expect(problemsOf(changed(prod(), changes))).toEqual([
      expect.objectContaining({ path: place, ...Object.fromEntries(containing) }),
    ]);
  });

  it("is refused with all its problems at once", () => {
    const ports = [22, 3306, 70000].map((number) => ({ port: number, reason: "x" }));
    const input = changed(prod(), node({ sshFrom: ["10.0.0.1/8"], ports }));
    expect(problemsOf(input).map((problem) => problem.path)).toEqual([
      "berth:nodes.kmc.sshFrom[0]",
      ...[0, 1, 2].map((index) => `berth:nodes.kmc.ports[${index}].port`),
    ]);
  });

  it("follows from what is declared and from who runs DNS", () => {
    const fleet = parse(
      changed(prod(), node({ sshFrom: ["203.0.113.0/24"], ports: [{ port: 8443, reason: "x" }] })),
    );
    const openings = fleet.nodes.find(({ name }) => name === "kmc")!.openings;
    expect(openings.map(({ port: number, from }) => [number, from])).toEqual([
      [22, ["203.0.113.0/24"]],
      [80, "cloudflare"],
      [443, "cloudflare"],
      [8443, "anyone"],
    ]);
  });
});
