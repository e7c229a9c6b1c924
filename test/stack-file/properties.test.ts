import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { namesFor } from "../../components/fleet/names";
import { place } from "../../components/placement/placement";
import { domainPattern } from "../../components/fleet/formats";
import { parse, problemsOf, publicKey, shared, type Input } from "./fixture";

/** What may differ between valid projects. */
const traits = fc.record({
  kind: fc.constantFrom("plain", "canada", "aws", "awsInCanada", "client", "adopted", "shared"),
  agencyDomain: fc.boolean(),
  external: fc.boolean(),
  busy: fc.boolean(),
  memoryGb: fc.constantFrom(2, 4, 8, 16, 32),
  diskGb: fc.constantFrom(50, 60, 100),
  partial: fc.boolean(),
  access: fc.subarray(["everyone", "leads", "clark", "dana"], { minLength: 1 }),
  database: fc.constantFrom("postgres", "postgis", "mongodb", "none"),
});
type Traits = typeof traits extends fc.Arbitrary<infer Facts> ? Facts : never;

const fleets = fc.record({
  stack: fc.constantFrom("stage", "prod"),
  projects: fc.array(traits, { minLength: 1, maxLength: 100 }),
});

/** A valid stack file made of any mix. */
function fleetOf(stack: string, mix: readonly Traits[]): Input {
  const projects: Record<string, unknown> = {};
  const nodes: Record<string, unknown> = {};
  mix.forEach((trait, index) => {
    const slug = `p${index}`;
    const shares = trait.kind === "shared" && index > 0;
    const node = shares ? nodeOf(mix, index - 1) : nodeOf(mix, index);
    const parent = trait.agencyDomain ? "countable.ca" : "example.org";
    projects[slug] = {
      domain: trait.external ? `${slug}.client.example` : `${slug}.${parent}`,
      ...(trait.external ? { dns: "external" } : {}),
      access: trait.access,
      backup: { database: trait.database },
      ...(node === slug ? {} : { node }),
      ...(["canada", "awsInCanada"].includes(trait.kind) ? { residency: "canada" } : {}),
      ...(["aws", "awsInCanada"].includes(trait.kind) ? { needs: ["rds"] } : {}),
      ...(trait.busy && !shares ? { visitsPerDay: 5000 } : {}),
    };
    if (!shares) nodes[node] = entryOf(trait, index);
  });
  return { stack, config: { ...shared(), projects, nodes }, stackFiles: {} };
}

/** A shared project lives with the last one before it that has a node. */
function nodeOf(mix: readonly Traits[], index: number): string {
  const trait = mix[index];
  if (trait?.kind === "shared" && index > 0) return nodeOf(mix, index - 1);
  return trait?.partial === true ? `p${index}-acme` : `p${index}`;
}

function entryOf({ kind, memoryGb, diskGb }: Traits, index: number): unknown {
  const login = { login: "root", hostKey: publicKey(100 + index) };
  if (kind === "client") return { server: { address: `198.51.100.${index + 1}`, ...login } };
  if (kind === "adopted") {
    const machine = { provider: "digitalocean", id: `${index}`, region: "tor1" };
    return { adopt: { ...machine, size: "s-2vcpu-4gb", ...login } };
  }
  return { memoryGb, diskGb };
}

/** Runs a property over fleets. Few runs: each parses up to a hundred projects. */
function always(check: (input: Input, mix: readonly Traits[]) => void): void {
  fc.assert(
    fc.property(fleets, ({ stack, projects }) => check(fleetOf(stack, projects), projects)),
    { numRuns: 40 },
  );
}

describe("any mix of valid projects", () => {
  it("parses", () => {
    always((input, mix) => {
      expect(problemsOf(input)).toEqual([]);
      expect(parse(input).projects).toHaveLength(mix.length);
    });
  });

  it("gives every project a node that is declared and lists it", () => {
    always((input) => {
      const fleet = parse(input);
      for (const { slug, node } of fleet.projects) {
        const found = fleet.nodes.filter(({ projects }) => projects.includes(slug));
        expect(found.map(({ name }) => name)).toEqual([node]);
      }
    });
  });

  it("has unique, valid names", () => {
    always((input) => {
      const { agency, projects } = parse(input);
      const names = projects.flatMap(({ domain }) =>
        Object.values(namesFor(domain, agency.domains)),
      );
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(domainPattern);
    });
  });

  it("is placed as the manual says, with a size and a cost wherever Berth makes the machine", () => {
    always((input, mix) => {
      for (const node of parse(input).nodes) {
        const on = node.projects.flatMap((slug) => mix[Number(slug.slice(1))] ?? []);
        const placement = place(node);
        const kinds = on.map(({ kind }) => kind);
        expect([placement.provider, placement.region]).toEqual(manual(kinds));
        const exists = kinds.includes("client") || kinds.includes("adopted");
        if (!exists) {
          expect(placement.size?.memoryGb).toBeGreaterThanOrEqual(node.memoryGb);
          expect(placement.diskGb).toBeGreaterThanOrEqual(node.diskGb);
          expect(placement.cost?.total).toBeGreaterThan(0);
        }
      }
    });
  });

  it("does not depend on the order in the file", () => {
    always((input) => {
      const turned = structuredClone(input);
      for (const key of ["projects", "nodes", "team"]) {
        turned.config[key] = reversed(turned.config[key]);
      }
      expect(parse(turned)).toEqual(parse(input));
    });
  });

  it("has each broken project told, and nothing else", () => {
    always((input, mix) => {
      const broken = structuredClone(input);
      const slugs = mix.map((_, index) => `p${index}`);
      const projects = broken.config["projects"] as Record<string, Record<string, unknown>>;
      for (const project of Object.values(projects)) project["access"] = [];
      const paths = problemsOf(broken).map(({ path }) => path);
      expect([...paths].sort()).toEqual(
        slugs.map((slug) => `berth:projects.${slug}.access`).sort(),
      );
    });
  });
});

/** Rules 1 to 5 and 11 over the kinds of projects that share a node. */
function manual(kinds: readonly Traits["kind"][]): [string, string | undefined] {
  if (kinds.includes("client")) return ["client", undefined];
  if (kinds.includes("adopted")) return ["digitalocean", "tor1"];
  const canada = kinds.includes("canada") || kinds.includes("awsInCanada");
  const aws = kinds.includes("aws") || kinds.includes("awsInCanada");
  if (aws) return ["aws", canada ? "ca-central-1" : "us-east-1"];
  return canada ? ["digitalocean", "tor1"] : ["scaleway", "fr-par-1"];
}

function reversed(map: unknown): unknown {
  return Object.fromEntries(Object.entries(map ?? {}).reverse());
}

describe("any input at all", () => {
  it("is parsed or refused with problems, never with another error", () => {
    const anything = fc.dictionary(
      fc.constantFrom("agency", "team", "projects", "nodes", "backups", "environment", "other"),
      fc.anything({ maxDepth: 4, withNullPrototype: false }),
    );
    fc.assert(
      fc.property(fc.constantFrom("prod", "prod-b"), anything, (stack, config) => {
        const input = { stack, config, stackFiles: { prod: config, "prod-b": config } };
        expect(problemsOf(input).length).toBeGreaterThan(0);
      }),
    );
  });

  it("that is almost valid is refused with the place of what was changed", () => {
    const places = [
      ["domain"],
      ["access"],
      ["access", "0"],
      ["backup"],
      ["needs"],
      ["residency"],
      ["node"],
      ["visitsPerDay"],
      ["dns"],
    ];
    const wrong = fc.oneof(fc.constant(7.5), fc.constant({ a: 1 }), fc.constant(true));
    fc.assert(
      fc.property(fc.constantFrom(...places), wrong, (path, value) => {
        const input = fleetOf("prod", fc.sample(traits, { seed: 1, numRuns: 3 }));
        const project = (input.config["projects"] as Record<string, Record<string, unknown>>)["p0"];
        const [key, index] = path;
        if (project === undefined || key === undefined) throw new Error("no project");
        project[key] = index === undefined ? value : [value];
        const problems = problemsOf(input);
        expect(
          problems.some((problem) => problem.path.startsWith(`berth:projects.p0.${key}`)),
        ).toBe(true);
      }),
    );
  });
});
