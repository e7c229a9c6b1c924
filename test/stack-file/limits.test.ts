import { describe, expect, it } from "vitest";

import { changed, expectProblem, problemsOf, prod, type BadInput } from "./fixture";

/** What Berth does not do is refused by its limit, and not passed over. */
const table: readonly BadInput[] = [
  ...(
    [
      ["192.0.2.10:2222", "names a port; machines are reached on SSH's port 22 alone"],
      ["2001:db8::1", "is an IPv6 address; machines are reached by IPv4 alone"],
      ["[2001:db8::1]:22", "is an IPv6 address"],
      ["clinic.example.org", "is not an IPv4 address"],
    ] as const
  ).map(([address, message]): BadInput => [
    `the address ${address}`,
    [[["nodes", "clinic", "server", "address"], address]],
    {
      path: "berth:nodes.clinic.server.address",
      message,
      received: JSON.stringify(address),
      fix: "write the address on which the machine answers SSH",
    },
  ]),
  [
    "a port of its own",
    [[["nodes", "clinic", "server", "port"], 2222]],
    {
      path: "berth:nodes.clinic.server.port",
      message: "is not a key that Berth knows",
      fix: "machines are reached on SSH's port 22 alone",
    },
  ],
  ...["clinic", "legacy"].map((node): BadInput => [
    `a step of ${node} that is none`,
    [
      [
        ["nodes", node, "manage"],
        ["people", "packages"],
      ],
    ],
    {
      path: `berth:nodes.${node}.manage[1]`,
      message: "is not a step",
      received: '"packages"',
      allowed: "people, firewall, proxy, deploy",
      fix: "choose among them",
    },
  ]),
];

describe("limits", () => {
  it.each(table)("refuse %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it("leave the steps that do something", () => {
    const steps = ["people", "firewall", "proxy", "deploy"];
    for (const node of ["legacy", "clinic"]) {
      const input = changed(prod(), [[["nodes", node, "manage"], steps]]);
      expect(problemsOf(input)).toEqual([]);
    }
  });
});
