/** A fleet in which everything is well, and everybody who is asked about it, for pure tests. */

import type { ResolvedFleet } from "../../../components/placement/resolved";
import type { NamedThing } from "../../../operations/fleet/named";
import type { Context } from "../../../operations/ground/context";
import { assemble, type Board } from "../../../operations/board/assemble";
import type { BranchSaid } from "../../../operations/board/collectors/branches";
import { collectorsOf, type Collectors } from "../../../operations/board/collectors/collectors";
import type { MachineSaid } from "../../../operations/board/collectors/machines";
import type { NamesSaid } from "../../../operations/board/collectors/names";
import type { ProofSaid } from "../../../operations/board/collectors/proofs";
import type { VisitSaid } from "../../../operations/board/collectors/visits";
import { gather } from "../../../operations/board/gather";
import type { Told } from "../../../operations/board/reading";
import type { Published } from "../../../operations/ground/published";
import { parse, prod, publicKey, shared, today } from "../../stack-file/fixture";

export const head = "0123456789abcdef0123456789abcdef01234567";
export const ago = (hours: number) => new Date(today.getTime() - hours * 3_600_000).toISOString();
const inDays = (days: number) => new Date(today.getTime() + days * 86_400_000);

/** A fleet of production projects of these slugs; each has a repository and a backup. */
export function fleetOf(
  slugs: readonly string[],
  nodes: Readonly<Record<string, string>> = {},
): ResolvedFleet {
  const projects = slugs.map((slug) => [
    slug,
    {
      domain: `${slug}.example.org`,
      access: ["everyone"],
      repository: `git@git.example:${slug}.git`,
      backup: { database: "postgres" },
      ...(nodes[slug] === undefined ? {} : { node: nodes[slug] }),
    },
  ]);
  return parse({ ...prod(), config: { ...shared(), projects: Object.fromEntries(projects) } });
}

/** What a machine says that is as it shall be, and houses these projects. */
export function machineWell(slugs: readonly string[]): MachineSaid {
  return {
    check: { kind: "done", differ: 0, detail: "" },
    facts: {
      ...{ owner: "berth/prod", diskPercent: 40, rebootNeeded: false },
      ...{ updates: 3, securityUpdates: 0 },
    },
    open: [],
    served: slugs.map((slug) => ({ slug, ends: inDays(300) })),
    delivered: slugs.map((slug) => ({
      ...{ slug, commit: head, at: ago(30), verdict: "delivered", running: true },
      ...{ delivering: false, expected: ["web", "db", "migrate"] },
      services: { web: "healthy", db: "running", migrate: "exited" },
      ...{ project: slug, identities: { web: `sha256:${slug}`, db: "sha256:db" } },
    })),
    backedUp: slugs.map((slug) => ({
      slug,
      last: { at: ago(5), verdict: "taken" },
      lastTaken: { at: ago(5), verdict: "taken" },
    })),
    listening: [
      { protocol: "tcp", address: "0.0.0.0", port: 22 },
      { protocol: "tcp", address: "::", port: 443 },
      { protocol: "udp", address: "192.0.2.1", port: 68 },
    ],
    containers: [
      { name: "berth-proxy", image: "sha256:proxy", status: "running", oneOff: false },
      ...slugs.flatMap((project) => [
        { name: `berth-backup-${project}`, image: "sha256:b", status: "running", oneOff: false },
        {
          ...{ name: `${project}-web-1`, image: `sha256:${project}`, status: "running" },
          ...{ oneOff: false, project, service: "web" },
        },
      ]),
    ],
    answers: Object.fromEntries(slugs.map((slug) => [slug, 200])),
  };
}

export const visitWell: VisitSaid = {
  ...{ kind: "answered", status: 200, ms: 120 },
  ends: inDays(60).toISOString(),
};
/** What a resolver says of names that lead where they shall. */
export const namesWell = (wanted: readonly NamedThing[]): NamesSaid => ({
  given: wanted.map(({ name, leads }) => ({
    ...{ resolver: "192.0.2.53", name },
    addresses: [leads.to === "edge" ? "104.16.0.1" : leads.address],
  })),
});
export const branchWell: BranchSaid = { head };
export const proofWell = (slug: string): ProofSaid => ({
  archive: ago(5),
  drill: { project: slug, begun: ago(50), verdict: "proven", reasons: [] },
  broken: [],
});

/** What a stack published of machines that are up. */
export function publishedWell(fleet: ResolvedFleet): Published {
  const each = <Value>(of: (node: ResolvedFleet["nodes"][number], index: number) => Value) =>
    Object.fromEntries(fleet.nodes.map((node, index) => [node.name, of(node, index)]));
  return {
    nodes: each(({ projects }, index) => {
      return { address: `192.0.2.${index + 1}`, hostKey: publicKey(9), projects };
    }),
    interrupted: [],
    outputs: {
      nodes: each(({ projects }) => ({
        projects: [...projects],
        monthlyCost: { total: 12.5, currency: "EUR", asOf: "2026-11-01" },
      })),
      projects: {},
      backups: {},
    } as unknown as NonNullable<Published["outputs"]>,
  };
}

/** A context of a person who has nothing. */
export const context: Context = {
  ...{ directory: "/nowhere", env: {}, now: today },
  ...{ out: () => undefined, say: () => undefined },
  published: () => Promise.resolve(undefined),
  keys: (fleet) => fleet,
};

/** What everybody says instead of the world; a test changes some of it. */
export interface Answers {
  readonly stacks: () => Promise<Told>;
  readonly machines: (name: string, slugs: readonly string[]) => Promise<Told>;
  readonly visits: (domain: string) => Promise<Told>;
  readonly names: (wanted: readonly NamedThing[]) => Promise<Told>;
  readonly branches: (repository: string) => Promise<Told>;
  readonly proofs: (slug: string) => Promise<Told>;
}

export const told = (said: unknown, at = today): Promise<Told> => Promise.resolve({ at, said });

/** Everybody says that all is well. */
export function well(fleet: ResolvedFleet): Answers {
  return {
    stacks: () => told(publishedWell(fleet)),
    machines: (_, slugs) => told(machineWell(slugs)),
    visits: () => told(visitWell),
    names: (wanted) => told(namesWell(wanted)),
    branches: () => told(branchWell),
    proofs: (slug) => told(proofWell(slug)),
  };
}

/** The real collectors with others' answers: what judges an answer is the program's own. */
export function asking(fleet: ResolvedFleet, answers: Answers): Collectors {
  const real = collectorsOf(context, [fleet]);
  return {
    stacks: { ...real.stacks, ask: () => answers.stacks() },
    machines: {
      ...real.machines,
      ask: ({ node }) => answers.machines(node.name, node.projects),
    },
    visits: { ...real.visits, ask: ({ domain }) => answers.visits(domain) },
    names: { ...real.names, ask: ({ wanted }) => answers.names(wanted) },
    branches: { ...real.branches, ask: ({ repository }) => answers.branches(repository) },
    proofs: { ...real.proofs, ask: ({ project }) => answers.proofs(project.slug) },
    alerts: real.alerts,
  };
}

/** The board of a fleet about which these answers are given. */
export async function boardOf(
  fleet: ResolvedFleet,
  changed: Partial<Answers> = {},
  seconds = 50,
): Promise<Board> {
  const begun = Date.now();
  const findings = await gather({
    ...{ project: "berth", fleets: [fleet], parallel: 16 },
    collectors: asking(fleet, { ...well(fleet), ...changed }),
    time: { now: () => today, until: begun + seconds * 1000 },
  });
  return assemble({
    ...{ project: "berth", findings, unread: [], now: today },
    seconds: (Date.now() - begun) / 1000,
  });
}
