import { describe, expect, it } from "vitest";

import { checkHistory } from "../../components/outputs/check-history";
import { historyOf } from "../../components/outputs/history";
import { ConfigError } from "../../components/fleet/problem";
import { changed, hostStack, parse, prod, type BadInput, type Input } from "../stack-file/fixture";

/** What the last run published; each project with its domain, each node with its adopted id. */
function published(
  projects: Record<string, string>,
  nodes: Record<string, string | undefined> = {},
) {
  const entries = <Value>(map: Record<string, Value>, key: string) =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name, { [key]: value }]));
  return { projects: entries(projects, "primary"), nodes: entries(nodes, "adopted") };
}

const last = published(
  { portal: "portal.example.org", clinic: "clinic.example.org" },
  { portal: undefined, legacy: "123456" },
);

function refusal(input: Input, outputs: unknown): string {
  try {
    checkHistory(parse(input), historyOf("prod", outputs));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "nothing";
}

const gate = { domain: "portal.example.org", access: ["everyone"], needs: ["rds"], backup: {} };
const renamed = (facts: Record<string, unknown> = {}): BadInput[1] => [
  [["projects", "portal"], undefined],
  [["projects", "gate"], { ...gate, ...facts }],
];

describe("what the last run published", () => {
  it.each([
    ["nothing", undefined],
    ["no outputs of the program's", {}],
    ["projects without names", { projects: { portal: {}, gate: null }, nodes: { portal: {} } }],
    ["the same projects and nodes", last],
  ])("refuses no fleet when it is %s", (_title, outputs) => {
    expect(refusal(prod(), outputs)).toBe("nothing");
  });

  it("refuses a bucket to adopt in the place of the one that holds the archives", () => {
    const bucket = { name: "acme-old-archives", region: "us-east-1" };
    const input = changed(prod(), [[["backups"], { adopt: [bucket] }]]);
    const archives = (name: string) => ({
      ...last,
      backups: { portal: { bucket: name, prefix: "backups/portal/", region: "us-east-1" } },
    });
    expect(refusal(input, archives("acme-prod-backups"))).toContain(
      'berth:backups.adopt: would adopt a bucket in the place of acme-prod-backups, which holds the archives of us-east-1 so far and would be deleted. Received: "acme-old-archives".',
    );
    expect(refusal(input, archives(bucket.name))).toBe("nothing");
    expect(refusal(input, last)).toBe("nothing");
    expect(refusal(prod(), archives("countable-prod-backups-us-east-1"))).toBe("nothing");
  });

  it("refuses another bucket for the archives, made by another agency's name or in an adopted one's place", () => {
    const archives = (more: object) => ({
      ...last,
      backups: { portal: { bucket: "acme-archives", region: "us-east-1", ...more } },
    });
    const would =
      "would make countable-prod-backups-us-east-1 in the place of acme-archives, which holds the archives so far";
    expect(refusal(prod(), archives({}))).toContain(`berth:agency.name: ${would}: its name`);
    expect(refusal(prod(), archives({ adopted: true }))).toContain(
      `berth:backups.adopt: ${would}. Fix: write acme-archives below adopt again`,
    );
    expect(refusal(prod(), archives({ owner: "client" }))).toBe("nothing");
  });

  it("refuses to adopt a bucket that Berth made: it would lose what protects it", () => {
    const name = "countable-prod-backups-us-east-1";
    const input = changed(prod(), [[["backups"], { adopt: [{ name, region: "us-east-1" }] }]]);
    const before = (more: object) => ({
      ...last,
      backups: {
        portal: { bucket: name, prefix: "backups/portal/", region: "us-east-1", ...more },
      },
    });
    expect(refusal(input, before({}))).toContain(
      "berth:backups.adopt: is a bucket that Berth made: adopted, it would lose versioning, lock",
    );
    expect(refusal(input, before({ adopted: true }))).toBe("nothing");
    expect(refusal(input, last)).toBe("nothing");
  });

  it("refuses a domain that another, undeclared slug had, and names both and the ways out", () => {
    const said = refusal(changed(prod(), renamed()), last);
    expect(said).toContain(
      "berth:projects.gate: takes over portal.example.org from portal, which is no longer declared",
    );
    expect(said).toContain("write formerly: portal below gate");
    expect(said).toContain("let portal's machine go first (docs/guides/let-a-machine-go.md)");
    expect(said).toContain("servedBy");
  });

  it("takes the renaming that is declared, and the same files after it", () => {
    const input = changed(prod(), renamed({ formerly: "portal" }));
    expect(refusal(input, last)).toBe("nothing");
    expect(refusal(input, published({ gate: "portal.example.org" }))).toBe("nothing");
  });

  it("takes a domain that moves between projects which are both declared", () => {
    const input = changed(prod(), [
      [["projects", "portal", "domain"], "clinic.example.org"],
      [["projects", "clinic", "domain"], "portal.example.org"],
    ]);
    expect(refusal(input, last)).toBe("nothing");
  });

  it("refuses a domain that a project takes over from one that goes in the same update", () => {
    const input = changed(prod(), [
      [["projects", "portal"], undefined],
      [["projects", "clinic", "domain"], "portal.example.org"],
    ]);
    const said = refusal(input, last);
    expect(said).toContain("berth:projects.clinic: takes over portal.example.org from portal");
    expect(said).toContain("Fix: let portal's machine go first (docs/guides/let-a-machine-go.md).");
  });

  it("refuses a former name of a project that stood beside the new one", () => {
    const outputs = published({ portal: "portal.example.org", gate: "gate.example.org" });
    const said = refusal(changed(prod(), renamed({ formerly: "portal" })), outputs);
    expect(said).toContain(
      "berth:projects.gate.formerly: names portal, but portal and gate stood beside each other",
    );
  });

  it("refuses a former name of a node that stood beside the new one", () => {
    const input = changed(prod(), [[["nodes", "kmc", "formerly"], "lost"]]);
    const said = refusal(input, published({}, { kmc: undefined, lost: undefined }));
    expect(said).toContain("berth:nodes.kmc.formerly: names lost, but lost and kmc stood beside");
  });

  it("refuses another id for an adopted machine, renamed or not", () => {
    expect(refusal(prod(), published({}, { legacy: "7" }))).toContain(
      'berth:nodes.legacy.adopt.id: is another machine\'s: this node was adopted as 7. Received: "123456". Fix: write 7 again',
    );
    const input = changed(prod(), [[["projects", "legacy", "formerly"], "ancient"]]);
    expect(refusal(input, published({}, { ancient: "7" }))).toContain("adopted as 7");
    expect(refusal(input, published({}, { ancient: "123456" }))).toBe("nothing");
  });

  it("refuses to adopt a machine in the place of one that Berth made at the same provider", () => {
    const made = (provider: string) => ({ nodes: { legacy: { provider } } });
    expect(refusal(prod(), made("digitalocean"))).toContain(
      'berth:nodes.legacy.adopt.id: would be adopted in the place of the machine that Berth made for legacy: that one would be deleted. Received: "123456". Fix: take adopt out again; to take over another machine, declare it as a node of its own',
    );
    // Nothing of Berth's at a client's, and another provider's machine is guarded by the engine.
    for (const provider of ["client", "aws"]) {
      expect(refusal(prod(), made(provider))).toBe("nothing");
    }
  });

  it("refuses in a host stack with the place in the environment's file", () => {
    const outputs = published({ sendcrypt: "cryptsend.io" });
    expect(refusal(hostStack(), outputs)).toContain(
      "Pulumi.prod.yaml: berth:projects.cryptsend: takes over cryptsend.io from sendcrypt",
    );
  });
});
