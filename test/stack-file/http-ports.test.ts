import { describe, expect, it } from "vitest";

import type { Problem } from "../../components/fleet/problem";
import { changed, hostStack, parse, problemsOf, prod, put, type BadInput } from "./fixture";

type Refused = Partial<Problem> & Pick<Problem, "path">;

/** `kmc` and `intranet` live on one node; `cryptsend` has its own. */
const port = (slug: string, value: unknown): BadInput[1][number] => [
  ["projects", slug, "httpPort"],
  value,
];
const path = "berth:projects.kmc.httpPort";

const table: readonly (readonly [string, BadInput[1], Refused])[] = [
  [
    "one port for two projects of a node",
    [port("kmc", 8080), port("intranet", 8080)],
    {
      path,
      message: "is also the port of intranet on the node kmc, as declared",
      allowed: "a port of its own",
      fix: "write a free one: httpPort: 18000",
    },
  ],
  [
    "a port that follows from a neighbour's slug",
    [port("kmc", 18_885)],
    { path, message: "is also the port of intranet on the node kmc, which follows from its slug" },
  ],
  ["the port of ACME", [port("kmc", 17_080)], { path, message: "is reserved for the client" }],
  ["the proxy's own port", [port("kmc", 17_081)], { path, message: "is reserved for the proxy" }],
  ["a database's port", [port("kmc", 5432)], { path, message: "is a database's" }],
  [
    "a port that the node lets in",
    [
      port("kmc", 8443),
      [["nodes", "kmc"], { ports: [{ port: 8443, reason: "the site, past the proxy" }] }],
    ],
    { path, message: "is let in from outside by the ports of the node kmc" },
  ],
  ...[80, 1023, 65_536, "8080", 8080.5].map((value): [string, BadInput[1], Refused] => [
    `${JSON.stringify(value)} as a port`,
    [port("kmc", value)],
    { path, allowed: "a whole number of 1024 to 65535" },
  ]),
];

describe("the ports of projects on a node", () => {
  it.each(table)("are refused: %s", (_title, changes, { path: place, ...parts }) => {
    const containing = Object.entries(parts).map(([key, text]) => [
      key,
      expect.stringContaining(text),
    ]);
    expect(problemsOf(changed(prod(), changes))).toEqual([
      expect.objectContaining({ path: place, ...Object.fromEntries(containing) }),
    ]);
  });

  it("may be one on two nodes, and the UDP port that a node lets in", () => {
    const ports = [{ port: 8080, protocol: "udp", reason: "a VPN" }];
    const changes: BadInput[1] = [
      port("kmc", 8080),
      port("cryptsend", 8080),
      [["nodes", "kmc"], { ports }],
    ];
    expect(problemsOf(changed(prod(), changes))).toEqual([]);
  });

  it("are the environment's on a host stack, and are told where they are declared", () => {
    const input = hostStack();
    put(input.stackFiles["prod"]!, ["projects", "cryptsend", "httpPort"], 17_080);
    expect(problemsOf(input).map((problem) => problem.path)).toEqual([
      "Pulumi.prod.yaml: berth:projects.cryptsend.httpPort",
    ]);
    put(input.stackFiles["prod"]!, ["projects", "cryptsend", "httpPort"], 9_000);
    expect(parse(input).projects).toMatchObject([{ slug: "cryptsend", httpPort: 9_000 }]);
  });
});
