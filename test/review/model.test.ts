import { describe, expect, it } from "vitest";

import { exitCodeOf, reviewOf, type StackReview } from "../../operations/review/model";
import { readCleaned } from "../../operations/review/read-cleaned";
import { factsOf } from "../../operations/review/render/words";
import {
  bootstrapLine,
  dropletLine,
  logText,
  nodeLine,
  recordLine,
  unknownText,
  type Log,
} from "./event-log";

function review(log: Log, approved: readonly string[] = []): StackReview {
  return reviewOf(readCleaned(logText(log), "test"), { approved, today: "2026-11-21" });
}

const fact = (found: StackReview, name: string) =>
  factsOf(found).find((candidate) => candidate.name === name)?.text;

describe("the verdict on a plan", () => {
  it("is clear when nothing changes", () => {
    const found = review({ lines: [nodeLine("same", "kmc"), dropletLine("same", "kmc")] });
    expect(found).toMatchObject({ verdict: "clear", blockers: [], changes: [] });
    expect(exitCodeOf([found])).toBe(0);
  });

  it("asks a person to look at a restart and says how long and what it costs", () => {
    const found = review({
      lines: [nodeLine("same", "kmc"), dropletLine("update", "kmc", { size: "s-2vcpu-4gb" })],
    });
    expect(found).toMatchObject({
      verdict: "look",
      interruptions: [{ kind: "restart", node: "kmc", projects: ["kmc"], minutes: [1, 4] }],
      data: [],
      cost: { before: { USD: 12 }, after: { USD: 24 } },
    });
    expect(fact(found, "Cost a month")).toBe("USD 12.00 → USD 24.00 (+USD 12.00)");
    expect(exitCodeOf([found])).toBe(0);
  });

  it("stops at a protected machine that would be replaced, approved or not", () => {
    const lines = [
      nodeLine("same", "kmc"),
      dropletLine("replace", "kmc", { keys: ["image"], inputs: { image: "x" } }),
    ];
    for (const approved of [[], ["kmc-server"]]) {
      const found = review({ lines }, approved);
      expect(found).toMatchObject({
        verdict: "stop",
        data: [{ kind: "protected", name: "kmc-server" }],
      });
      expect(found.interruptions).toMatchObject([{ kind: "replacement" }]);
      expect(exitCodeOf([found])).toBe(1);
    }
  });

  it("stops at destruction until it is approved by name, by URN or by a waiver", () => {
    const lines = [nodeLine("delete", "kmc"), dropletLine("delete", "kmc", { protect: false })];
    const unapproved = review({ lines });
    expect(unapproved).toMatchObject({ verdict: "stop", data: [{ kind: "destroys" }] });
    expect(unapproved.data[0]!.what).toBe(
      "the disk of kmc-server at DigitalOcean, with all files and databases of kmc",
    );
    expect(exitCodeOf([unapproved])).toBe(1);
    const waiver = {
      policy: "data-destruction",
      node: "kmc",
      reason: "the client left",
      owner: "clark",
      until: "2026-11-21",
    };
    const urn = unapproved.data[0]!.urn;
    for (const found of [
      review({ lines }, ["kmc-server"]),
      review({ lines }, [urn]),
      review({ lines, waivers: [waiver], standing: [waiver] }),
    ]) {
      expect(found.verdict).toBe("look");
      expect(exitCodeOf([found])).toBe(0);
    }
    const elsewhere = [{ ...waiver, node: "shop" }];
    const other = review({ lines, waivers: elsewhere, standing: elsewhere });
    expect(other.verdict).toBe("stop");
    const past = review({ lines, waivers: [{ ...waiver, until: "2026-11-20" }] });
    expect(past.blockers).toContain("1 waiver is past the date");
  });

  it("tells a machine that leaves the stack and stays at the provider from a destroyed one", () => {
    const lines = [
      nodeLine("delete", "kmc"),
      dropletLine("delete", "kmc", { protect: false, retain: true }),
    ];
    expect(review({ lines })).toMatchObject({
      verdict: "look",
      data: [{ kind: "kept" }],
      interruptions: [],
    });
  });

  it("sees two resources that take each other's place on one node as a replacement", () => {
    const server = {
      op: "create",
      type: "scaleway:instance/server:Server",
      name: "kmc-server",
      after: {
        inputs: { type: "DEV1-S", zone: "fr-par-1", rootVolume: { sizeInGb: 50 } },
        parent: "urn:pulumi:prod::berth::berth:index:ProjectNode::kmc",
      },
    };
    const moved = {
      provider: "scaleway",
      region: "fr-par-1",
      rule: { name: "unrestricted", number: 4 },
      reason: "Nothing restricts it: Scaleway, Paris.",
    };
    const found = review({
      lines: [nodeLine("update", "kmc", { after: moved }), server, dropletLine("delete", "kmc")],
    });
    expect(found.interruptions).toMatchObject([{ kind: "replacement", projects: ["kmc"] }]);
    expect(found.projects).toEqual([
      {
        project: "kmc",
        text: "moves from DigitalOcean to Scaleway because rule 4, unrestricted (Nothing restricts it: Scaleway, Paris)",
      },
    ]);
    expect(found.cost).toMatchObject({
      before: { USD: 12 },
      after: { EUR: expect.any(Number) as number },
    });
  });

  it("says who gains and loses access and whose keys change", () => {
    const before = {
      people: { ana: ["SHA256:a"], ben: ["SHA256:b"] },
      deployers: { ci: ["SHA256:c"] },
    };
    const after = { people: { ana: ["SHA256:a2"], eve: ["SHA256:e"] }, deployers: {} };
    const found = review({
      lines: [nodeLine("same", "kmc"), bootstrapLine("update", "kmc", before, after)],
    });
    expect(found.access.map(({ kind, who, where }) => `${who} ${kind} ${where}`)).toEqual([
      "ana changes kmc",
      "eve gains kmc",
      "ben loses kmc",
      "ci loses kmc",
    ]);
    expect(found.verdict).toBe("look");
  });

  it("names records that lead elsewhere, also to what only the update knows", () => {
    const found = review({
      lines: [
        recordLine("update", "a.example", "192.0.2.1", "192.0.2.2"),
        recordLine("update", "b.example", "192.0.2.1", unknownText),
        recordLine("delete", "c.example", "192.0.2.1", undefined),
      ],
    });
    expect(found.names.map(({ kind, name, to }) => [kind, name, to])).toEqual([
      ["changes", "a.example", "192.0.2.2, proxied"],
      ["changes", "b.example", "an address known after the update"],
      ["disappears", "c.example", undefined],
    ]);
  });

  it("counts shortened lifecycles as lost archives, lengthened ones not", () => {
    const bucket = {
      op: "same",
      type: "aws:s3/bucket:Bucket",
      name: "b",
      before: { inputs: { bucket: "acme" } },
      after: { inputs: { bucket: "acme" } },
    };
    const lifecycle = (from: number, to: number) => {
      const inputs = (days: number) => ({
        bucket: "acme",
        rules: [{ status: "Enabled", expiration: { days } }],
      });
      const type = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
      return {
        op: "update",
        type,
        name: "b-lifecycle",
        before: { inputs: inputs(from) },
        after: { inputs: inputs(to) },
      };
    };
    expect(review({ lines: [bucket, lifecycle(35, 7)] }).data).toMatchObject([
      { kind: "destroys", what: "archives in acme older than 7 days (kept 35 days so far)" },
    ]);
    expect(review({ lines: [bucket, lifecycle(35, 90)] }).data).toEqual([]);
  });

  it("never says that a plan without policies holds them", () => {
    const found = review({ lines: [nodeLine("same", "kmc")], judged: false });
    expect(found).toMatchObject({ verdict: "stop", blockers: ["no policy judged it"] });
    expect(fact(found, "Policies")).toBe("not judged");
  });

  it("stops at a violation and tells what was waived and what could not be judged", () => {
    const waived =
      "Waived until 2026-12-01 by clark (a client's VPN): kmc-firewall (x): it opens port 1194. Fix: close it. [R23]";
    const found = review({
      lines: [nodeLine("same", "kmc")],
      waivers: [
        {
          policy: "keep-other-ports-closed",
          resource: "kmc-firewall",
          reason: "a client's VPN",
          owner: "clark",
          until: "2026-12-01",
        },
        {
          policy: "encrypt-buckets",
          resource: "nothing",
          reason: "unused",
          owner: "clark",
          until: "2026-12-01",
        },
      ],
      policies: [
        { policy: "keep-database-ports-closed", name: "kmc-firewall", message: "it opens 5432" },
        {
          policy: "keep-other-ports-closed",
          name: "kmc-firewall",
          message: waived,
          level: "advisory",
        },
        {
          policy: "guard-every-server",
          name: "kmc-server",
          message: "Not judged yet: kmc-server: id",
          level: "advisory",
        },
      ],
    });
    expect(found).toMatchObject({ verdict: "stop", failed: false });
    expect(found.policies.violations).toHaveLength(1);
    expect(found.policies.waived).toHaveLength(1);
    expect(found.policies.unjudged).toHaveLength(1);
    expect(found.waivers.map(({ uses }) => uses)).toEqual([1, 0]);
    expect(exitCodeOf([found])).toBe(1);
  });

  it("says that a cost is unknown and never counts it as nothing", () => {
    const found = review({
      lines: [nodeLine("same", "kmc"), dropletLine("update", "kmc", { size: "s-99vcpu" })],
    });
    expect(found.cost.nodes).toEqual([{ node: "kmc", before: { USD: 12 }, after: "unknown" }]);
    expect(fact(found, "Cost a month")).toContain(
      "not known: kmc: the price tables do not hold the machine",
    );
    expect(found.verdict).toBe("look");
  });

  it("has somebody look at what no price is known of", () => {
    const type = "aws:rds/instance:Instance";
    const found = review({
      lines: [{ op: "update", type, name: "kmc-db", before: {}, after: { inputs: { a: 1 } } }],
    });
    expect(found.cost.unknown).toEqual([`kmc-db: no price known for ${type}`]);
    expect(found.verdict).toBe("look");
  });

  it("fails with the program's own words when the preview failed", () => {
    const found = review({ lines: [], errors: ["berth:projects.kmc.domain: is missing."] });
    expect(found).toMatchObject({ verdict: "stop", failed: true });
    expect(exitCodeOf([found])).toBe(3);
  });

  it("warns when protection is taken off", () => {
    const line = dropletLine("same", "kmc");
    const found = review({
      lines: [nodeLine("same", "kmc"), { ...line, after: { ...line.after!, protect: false } }],
    });
    expect(found.unprotected).toEqual(["kmc-server (machine)"]);
    expect(found.verdict).toBe("look");
  });
});
