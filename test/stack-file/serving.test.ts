import { describe, expect, it } from "vitest";
import { phaseOf } from "../../components/fleet/migration";
import {
  changed,
  expectProblem,
  hostStack,
  parse,
  problemsOf,
  prod,
  put,
  shared,
  type BadInput,
  type Input,
} from "./fixture";

/** prod with a host stack beside it that holds cryptsend. */
function served(change: BadInput[1] = []): Input {
  const input = prod();
  const { config } = hostStack();
  input.stackFiles = {
    "prod-b": config,
    "stage-b": { ...shared(), environment: "stage", projects: { cryptsend: {} } },
  };
  return changed(input, [[["projects", "cryptsend", "servedBy"], "prod-b"], ...change]);
}

const retired = (change: Record<string, unknown> = {}) => ({
  retired: { since: "2026-11-10", snapshot: "snap-1", ...change },
});

describe("servedBy", () => {
  it("point at a host stack, and the old machine stays declared", () => {
    const fleet = parse(served());
    expect(fleet.projects.find(({ slug }) => slug === "cryptsend")?.servedBy).toBe("prod-b");
    expect(fleet.nodes.map(({ name }) => name)).toContain("cryptsend");
  });

  const table: readonly BadInput[] = [
    [
      "a stack without a file",
      [[["projects", "cryptsend", "servedBy"], "prod-c"]],
      {
        path: "berth:projects.cryptsend.servedBy",
        message: "there is no Pulumi.prod-c.yaml",
        received: '"prod-c"',
        allowed: "prod-b",
        fix: "correct the name",
      },
    ],
    [
      "a stack that serves another environment",
      [[["projects", "cryptsend", "servedBy"], "stage-b"]],
      {
        path: "berth:projects.cryptsend.servedBy",
        message: "serves stage, not prod",
        received: '"stage-b"',
        allowed: "prod-b",
        fix: "name a host stack whose file says `berth:environment: prod`",
      },
    ],
    [
      "a stack that lacks the project's machine",
      [[["projects", "kmc", "servedBy"], "prod-b"]],
      {
        path: "berth:projects.kmc.servedBy",
        message: "is a host stack without a machine for kmc",
        received: '"prod-b"',
        fix: "add `kmc: {}` to berth:projects in Pulumi.prod-b.yaml",
      },
    ],
    [
      "an environment",
      [[["projects", "cryptsend", "servedBy"], "prod"]],
      {
        path: "berth:projects.cryptsend.servedBy",
        message: "is an environment, not a host stack",
        received: '"prod"',
        fix: "remove the line",
      },
    ],
  ];

  it.each(table)("refuse %s", (_title, changes, expected) => {
    expectProblem(served(changes), expected);
  });
});

describe("migration", () => {
  const moving = (to: string, ...more: BadInput[1]): BadInput[1] => [
    [["projects", "cryptsend", "migration"], { to }],
    ...more,
  ];
  const noHost: BadInput[1][number] = [["projects", "cryptsend", "servedBy"], undefined];
  const phase = (changes: BadInput[1]) => {
    const fleet = parse(served(changes));
    return phaseOf(
      fleet,
      fleet.projects.find(({ slug }) => slug === "cryptsend")!,
    );
  };

  it("is beside until the names lead to where it goes, and switched from then on", () => {
    expect(phase([])).toBe(undefined);
    expect(phase(moving("prod-b", noHost))).toBe("beside");
    expect(phase(moving("prod-b"))).toBe("switched");
    expect(phase(moving("prod"))).toBe("beside");
    expect(phase(moving("prod", noHost))).toBe("switched");
  });

  const table: readonly BadInput[] = [
    [
      "to a stack without a file",
      moving("prod-c"),
      {
        path: "berth:projects.cryptsend.migration.to",
        message: "no Pulumi.prod-c.yaml",
        received: '"prod-c"',
        fix: "correct the name",
      },
    ],
    [
      "to a stack that serves another environment",
      moving("stage-b"),
      {
        path: "berth:projects.cryptsend.migration.to",
        message: "serves stage, not prod",
        received: '"stage-b"',
        fix: "name a host stack",
      },
    ],
    [
      "to a stack that lacks the project's machine",
      [[["projects", "kmc", "migration"], { to: "prod-b" }]],
      {
        path: "berth:projects.kmc.migration.to",
        message: "without a machine for kmc",
        received: '"prod-b"',
        fix: "add `kmc: {}`",
      },
    ],
    [
      "to another environment",
      moving("stage"),
      {
        path: "berth:projects.cryptsend.migration.to",
        message: "is an environment",
        received: '"stage"',
        fix: "remove the line",
      },
    ],
    [
      "with a phase, which follows from who serves,",
      [[["projects", "cryptsend", "migration"], { to: "prod-b", phase: "frozen" }]],
      {
        path: "berth:projects.cryptsend.migration.phase",
        message: "is not a key",
        fix: "remove it",
      },
    ],
    [
      "of a project whose service ended",
      moving("prod-b", [["projects", "cryptsend", "servedBy"], "none"]),
      {
        path: "berth:projects.cryptsend.migration",
        message: "service ended",
        fix: "take the line out",
      },
    ],
    [
      "whose old machine is retired",
      moving("prod-b", [["nodes", "cryptsend"], retired()]),
      {
        path: "berth:nodes.cryptsend.retired",
        message: "cryptsend is on the move",
        fix: "end the move first",
      },
    ],
  ];

  it.each(table)("is refused %s", (_title, changes, expected) => {
    expectProblem(served(changes), expected);
  });
});

describe("retired", () => {
  it("keeps the machine declared until it is removed", () => {
    const node = parse(served([[["nodes", "cryptsend"], retired()]])).nodes.find(
      ({ name }) => name === "cryptsend",
    );
    expect(node?.retired).toEqual({ since: "2026-11-10", snapshot: "snap-1", remove: false });
  });

  it.each(["2026-11-10", "2026-11-14", "2026-11-10T00:00:00Z", "2026-11-10 00:00:00 +0000 UTC"])(
    "since %s lets the machine go",
    (since) => {
      const input = served([[["nodes", "cryptsend"], retired({ since, remove: true })]]);
      expect(parse(input).nodes.map(({ name }) => name)).not.toContain("cryptsend");
      expect(parse(input).projects.map(({ slug }) => slug)).toContain("cryptsend");
    },
  );

  const at = "berth:nodes.cryptsend.retired";
  const table: readonly BadInput[] = [
    [
      "a machine that serves",
      [[["nodes", "kmc", "retired"], retired().retired]],
      {
        path: "berth:nodes.kmc.retired",
        message: "is set, but this machine serves intranet, kmc still",
        fix: "move the projects first",
      },
    ],
    [
      "removal within the week",
      [[["nodes", "cryptsend"], retired({ since: "2026-11-15", remove: true })]],
      {
        path: `${at}.remove`,
        message: "comes too early: an old machine stays 7 days (R74)",
        received: "true",
        allowed: "true from 2026-11-22 (UTC) on",
        fix: "wait until 2026-11-22",
      },
    ],
    [
      "a date in the future",
      [[["nodes", "cryptsend"], retired({ since: "2026-11-22" })]],
      {
        path: `${at}.since`,
        message: "lies in the future",
        received: '"2026-11-22"',
        allowed: "up to 2026-11-21",
        fix: "write the UTC date",
      },
    ],
    [
      "a day that the calendar does not have",
      [[["nodes", "cryptsend"], retired({ since: "2026-02-30" })]],
      {
        path: `${at}.since`,
        message: "is not a day of the calendar",
        received: '"2026-02-30"',
        allowed: "YYYY-MM-DD",
        fix: "write the UTC date",
      },
    ],
    [
      "a date of another form",
      [[["nodes", "cryptsend"], retired({ since: "10.11.2026" })]],
      {
        path: `${at}.since`,
        message: "is not a date",
        received: '"10.11.2026"',
        allowed: "YYYY-MM-DD",
        fix: "write the UTC date",
      },
    ],
    [
      "no snapshot",
      [[["nodes", "cryptsend"], retired({ snapshot: undefined })]],
      { path: `${at}.snapshot`, message: "is missing: the id of a snapshot", fix: "(R75)" },
    ],
    [
      "an empty snapshot",
      [[["nodes", "cryptsend"], retired({ snapshot: " " })]],
      {
        path: `${at}.snapshot`,
        message: "is not the id of a snapshot",
        received: '" "',
        fix: "(R75)",
      },
    ],
    [
      "a removal as a text",
      [[["nodes", "cryptsend"], retired({ remove: "true" })]],
      {
        path: `${at}.remove`,
        message: "must be true or false, not a text",
        received: '"true"',
        fix: "write true without quotes",
      },
    ],
  ];

  it.each(table)("refuses %s", (_title, changes, expected) => {
    expectProblem(served(changes), expected);
  });

  it("in a host stack waits until the environment is served elsewhere", () => {
    const input = changed(hostStack(), [[["nodes", "cryptsend"], retired()]]);
    expect(problemsOf(input)).toEqual([]);
    put(input.stackFiles, ["prod", "projects", "cryptsend", "servedBy"], "prod-b");
    expectProblem(input, {
      path: `${at}`,
      message: "is set, but this machine serves cryptsend still",
      fix: "move the projects first",
    });
  });
});
