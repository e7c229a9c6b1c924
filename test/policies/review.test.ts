import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { describe, expect, it } from "vitest";

import { declaredOf } from "../../policies/judge/declared";
import type { Policy } from "../../policies/judge/policy";
import { unjudged, violation } from "../../policies/judge/policy";
import { input } from "../../policies/judge/resource";
import { openedValues, unknown } from "../../engine/values";
import { Review, type Run, type Shown } from "../../policies/serve/review";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});
const notKnown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const properties = (fields: object) =>
  openedValues(Struct.fromJavaScript(fields as never).toJavaScript());

describe("properties on the wire", () => {
  it("are read with unknown values and secrets apart, secrets that are not known too", () => {
    const read = properties({
      a: [1, notKnown],
      b: { c: secret({ d: "xyz" }) },
      e: secret(notKnown),
    });
    expect(read.values).toEqual({ a: [1, unknown], b: { c: { d: "xyz" } }, e: unknown });
    expect(read.secrets).toEqual(["b.c", "e"]);
    expect(read.secretTexts).toEqual(["xyz"]);
  });
});

const preview: Run = { phase: "preview", waivers: [], declared: declaredOf({}) };

describe("a review", () => {
  const shown = (name: string, fields: object, parent = ""): Shown => ({
    urn: name,
    type: "test:index:Thing",
    name,
    properties: properties(fields),
    protect: false,
    ignoreChanges: [],
    parent,
    dependencies: {},
    provider: undefined,
  });
  const policyOf = (judge: Pick<Policy, "check" | "checkStack">): Policy => ({
    name: "test",
    rules: [1],
    description: "",
    ...judge,
  });

  it("lets a resource see the inputs of its parent", () => {
    const policy = policyOf({
      *check(resource) {
        if (resource.parent) yield violation(resource, String(input(resource.parent, "fact")), "");
      },
    });
    const review = new Review([policy], preview);
    review.judge(shown("node", { fact: "canada" }));
    expect(review.judge(shown("server", {}, "node"))[0]!.message).toContain("canada");
  });

  it("judges the stack by inputs, also of resources listed before their parents", () => {
    const policy = policyOf({
      *checkStack(resources) {
        for (const resource of resources) {
          yield unjudged(resource, `${String(input(resource, "fact"))}<${resource.parent?.name}`);
        }
      },
    });
    const review = new Review([policy], preview);
    review.judge(shown("node", { fact: "asked" }));
    const told = review.judgeStack([
      shown("untouched", { fact: "output" }, "node"),
      shown("node", { fact: "output" }),
    ]);
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining("undefined<node"),
      expect.stringContaining("asked<undefined"),
    ]);
  });

  it("repeats no secret, whatever a policy says", () => {
    const policy = policyOf({
      *check(resource) {
        yield violation(resource, `the value is ${String(input(resource, "key"))}`, "change it");
      },
    });
    const [told] = new Review([policy], preview).judge(
      shown("thing", { key: secret("open sesame") }),
    );
    expect(told!.message).toContain("the value is [secret]");
  });

  it.each([
    ["preview", "unjudged", "Not known in this preview; the update knows it and judges it."],
    ["update", "violation", "is not known, and nothing that follows would judge it. Fix: "],
    ["state", "violation", "is not known, and nothing that follows would judge it. Fix: "],
  ] as const)("takes what is not known in a %s for: %s", (phase, kind, said) => {
    const policy = policyOf({
      *checkStack(resources) {
        for (const resource of resources) yield unjudged(resource, "ports");
      },
    });
    const review = new Review([policy], { ...preview, phase });
    review.judge(shown("firewall", { ports: notKnown }));
    const told = review.judgeStack([shown("firewall", {}), shown("untouched", {})]);
    expect(told.map((each) => [each.urn, each.kind])).toEqual([
      ["firewall", kind],
      ["untouched", "unjudged"],
    ]);
    expect(told[0]!.message).toContain(said);
    expect(told[1]!.message).toContain("This run does not touch it");
  });

  it("compares with what a state was deployed with where it is given no configuration", () => {
    const declared = { agency: { name: "acme", awsAccount: "413528927365", zones: {} } };
    const stack: Shown = { ...shown("stack", { declared }), type: "pulumi:pulumi:Stack" };
    const accounts: unknown[] = [];
    const policy = policyOf({
      *checkStack(_, { agency }) {
        accounts.push(agency?.awsAccount);
        yield* [];
      },
    });
    for (const all of [[stack], []]) new Review([policy], { phase: "state" }).judgeStack(all);
    expect(accounts).toEqual(["413528927365", undefined]);
  });

  it("takes no waiver that ends more than a year ahead", () => {
    const policy = policyOf({
      *check(resource) {
        yield violation(resource, "is open", "close it");
      },
    });
    const kinds = ["2027-11-29", "2027-11-30", "9999-12-31"].map((until) => {
      const waivers = [{ policy: "test", resource: "it", reason: "r", owner: "ana", until }];
      return new Review([policy], { ...preview, waivers }, "2026-11-28").judge(shown("it", {}))[0]!
        .kind;
    });
    expect(kinds).toEqual(["waived", "violation", "violation"]);
  });

  it("waits for the waivers among the outputs where it is given no configuration", () => {
    const policy = policyOf({
      *check(resource) {
        if (resource.name.endsWith("firewall")) yield violation(resource, "is open", "close it");
      },
    });
    const waiver = { policy: "test", reason: "r", owner: "ana", until: "2026-12-31" };
    const waivers = [{ ...waiver, resource: "a-firewall" }, { policy: "test" }];
    const stack: Shown = { ...shown("stack", { waivers }), type: "pulumi:pulumi:Stack" };
    const things = [stack, shown("a-firewall", {}), shown("b-firewall", {})];
    const told = (today: string) => {
      const review = new Review([policy], { phase: "state" }, today);
      expect(things.flatMap((thing) => review.judge(thing))).toEqual([]);
      return review.judgeStack(things).map(({ urn, kind }) => [urn, kind]);
    };
    expect(told("2026-12-31")).toEqual([
      ["a-firewall", "waived"],
      ["b-firewall", "violation"],
    ]);
    expect(told("2027-01-01").map(([, kind]) => kind)).toEqual(["violation", "violation"]);
  });
});
