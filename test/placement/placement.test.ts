import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { locate, place, type Placement } from "../../components/placement/placement";
import { awsServices, clouds, residencies, type NodeSpec } from "../../components/fleet/fleet";

const server = { address: "192.0.2.10", login: "admin", hostKey: "ssh-ed25519 AAAA" };
const adopt = {
  provider: "digitalocean",
  id: "1",
  region: "nyc3",
  size: "s-2vcpu-4gb",
  login: "ops",
  hostKey: "ssh-ed25519 AAAA",
} as const;

function node(change: Partial<NodeSpec> = {}): NodeSpec {
  return {
    name: "kmc",
    projects: ["kmc"],
    needs: [],
    residency: "anywhere",
    memoryGb: 2,
    diskGb: 50,
    manage: [],
    ...change,
  };
}

const summary = ({ provider, region, rule, size, login }: Placement) =>
  [provider, region, rule.name, rule.number, size?.name, login] as const;

describe("place", () => {
  it.each([
    [{ server }, ["client", undefined, "client-machine", 1, undefined, "admin"]],
    [
      { server, residency: "canada" },
      ["client", undefined, "client-machine", 1, undefined, "admin"],
    ],
    [{ adopt }, ["digitalocean", "nyc3", "already-there", 11, "s-2vcpu-4gb", "ops"]],
    [{ needs: ["rds"] }, ["aws", "us-east-1", "aws-need", 2, "t3.small", "ubuntu"]],
    [
      { needs: ["cognito", "rds"], residency: "canada" },
      ["aws", "ca-central-1", "aws-need", 2, "t3.small", "ubuntu"],
    ],
    [{ residency: "canada" }, ["digitalocean", "tor1", "canada", 3, "s-1vcpu-2gb", "root"]],
    [{}, ["scaleway", "fr-par-1", "unrestricted", 4, "DEV1-S", "root"]],
    [{ memoryGb: 16 }, ["scaleway", "fr-par-1", "unrestricted", 4, "GP1-XS", "root"]],
    [{ size: "PLAY2-NANO" }, ["scaleway", "fr-par-1", "unrestricted", 4, "PLAY2-NANO", "root"]],
  ] as const satisfies readonly (readonly [Partial<NodeSpec>, readonly unknown[]])[])(
    "%j",
    (change, expected) => {
      expect(summary(place(node(change)))).toEqual(expected);
    },
  );

  it("names the newest Ubuntu LTS as each provider does (R6)", () => {
    expect(place(node({ residency: "canada" })).image).toBe("ubuntu-26-04-x64");
    expect(place(node()).image).toBe("ubuntu_resolute");
    expect(place(node({ needs: ["rds"] })).image).toBe(
      "/aws/service/canonical/ubuntu/server/26.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
    );
  });

  it("gives no image to machines that exist", () => {
    expect(place(node({ server })).image).toBeUndefined();
    expect(place(node({ adopt })).image).toBeUndefined();
  });

  it("gives a droplet the disk of its size, and others the disk asked for", () => {
    expect(place(node({ residency: "canada", memoryGb: 4 })).diskGb).toBe(80);
    expect(place(node({ diskGb: 120 })).diskGb).toBe(120);
    expect(place(node({ server })).diskGb).toBeUndefined();
  });

  it("says what a machine costs, and nothing where it does not know", () => {
    expect(place(node()).cost?.total).toBe(13.78);
    expect(place(node({ adopt })).cost?.total).toBe(24);
    expect(place(node({ server })).cost).toBeUndefined();
    expect(place(node({ adopt: { ...adopt, size: "s-1vcpu-1gb" } })).cost).toBeUndefined();
    const instance = { ...adopt, provider: "aws", region: "us-east-1", size: "t3.small" } as const;
    expect(place(node({ adopt: instance })).cost).toBeUndefined();
  });

  it("gives its reason in one sentence", () => {
    expect(place(node({ needs: ["cognito", "rds"], residency: "canada" })).reason).toBe(
      "It needs cognito and rds, which AWS alone offers; its data must stay in Canada, so AWS's region there (R5).",
    );
  });

  it("throws on a size that the provider does not have", () => {
    expect(() => place(node({ size: "t3.small" }))).toThrow("scaleway has no size for node kmc");
    expect(() => place(node({ memoryGb: 4096 }))).toThrow("scaleway has no size for node kmc");
  });
});

describe("the rules of placement", () => {
  const facts = fc.record({
    needs: fc.subarray([...awsServices]),
    residency: fc.constantFrom(...residencies),
    kind: fc.constantFrom("made", "server", "adopt"),
    provider: fc.constantFrom(...clouds),
    region: fc.constantFrom("tor1", "nyc3", "fr-par-1", "us-east-1", "ca-central-1"),
  });

  type Mix = typeof facts extends fc.Arbitrary<infer Facts> ? Facts : never;

  /** The manual's sentences, written down again without the table. */
  function manual({ needs, residency, kind, provider, region }: Mix) {
    if (kind === "server") return "client undefined"; // 1
    if (kind === "adopt") return `${provider} ${region}`; // 11
    const canada = residency === "canada";
    const aws = needs.includes("cognito") || needs.includes("rds");
    if (aws && canada) return "aws ca-central-1"; // 5
    if (aws) return "aws us-east-1"; // 2
    return canada ? "digitalocean tor1" : "scaleway fr-par-1"; // 3, 4
  }

  it("agree with the manual for every mix of facts", () => {
    fc.assert(
      fc.property(facts, (mix) => {
        const { needs, residency, kind, provider, region } = mix;
        const location = locate({
          needs,
          residency,
          ...(kind === "server" ? { server } : {}),
          ...(kind === "adopt" ? { adopt: { ...adopt, provider, region } } : {}),
        });
        expect(`${location.provider} ${location.region}`).toBe(manual(mix));
      }),
    );
  });
});
