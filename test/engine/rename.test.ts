import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { agency, hostKey, project } from "./agency";
import type { PlannedStep } from "../../engine/formats";
import { ScratchCloud } from "../../rehearsal/scratch";

type Config = Record<string, Record<string, unknown>>;

const nameOf = ({ urn }: PlannedStep) => urn.split("::").at(-1)!;
const isComponent = ({ urn }: PlannedStep) => /[:$]berth:\w+:\w+::/.test(urn);

/** What a provider is asked to change: `update store-server`, without components. */
const asked = (steps: readonly PlannedStep[]) =>
  steps
    .filter((step) => !isComponent(step))
    .map((step) => `${step.op} ${nameOf(step)}`)
    .sort();

/** Adopted machines, one on each cloud, and where they run. */
const handmade = {
  digitalocean: { id: "7001", region: "nyc3", size: "s-2vcpu-4gb", login: "root" },
  scaleway: {
    id: "fr-par-1/11111111-1111-1111-1111-111111111111",
    region: "fr-par-1",
    size: "DEV1-M",
    login: "root",
  },
  aws: { id: "i-0123456789abcdef0", region: "us-east-1", size: "t3.medium", login: "ubuntu" },
} as const;
const adopt = (provider: keyof typeof handmade) => ({
  adopt: { provider, ...handmade[provider], hostKey },
});
const onTheClients = { server: { address: "10.77.250.10", login: "root", hostKey } };

/** Every kind of node under its first names. */
const before = {
  projects: {
    shop: project("shop.example"),
    club: project("club.example", { residency: "canada" }),
    staff: project("staff.acme.dev", { residency: "canada", node: "club" }),
    portal: project("portal.acme.dev", { needs: ["cognito"] }),
    tool: project("tool.acme.dev", { node: "tool-north" }),
    clinic: project("clinic.example.com", { dns: "external" }),
    old: project("old.acme.dev"),
    older: project("older.acme.dev"),
    oldest: project("oldest.acme.dev"),
  } as Config,
  nodes: {
    clinic: { ...onTheClients, manage: ["people"] },
    old: adopt("digitalocean"),
    older: adopt("scaleway"),
    oldest: adopt("aws"),
  } as Config,
};

/** New slug by former slug; the node of `staff` stays, that of `tool` gets another ending. */
const slugs: Readonly<Record<string, string>> = {
  ...{ shop: "store", staff: "crew", portal: "gate", clinic: "praxis" },
  ...{ old: "past", older: "pastier", oldest: "pastiest" },
};
const nodeNames: Readonly<Record<string, string>> = { ...slugs, "tool-north": "tool-south" };

interface Fleet {
  readonly projects: Config;
  readonly nodes: Config;
}

/** The same fleet under its new names. */
function after(formerly: boolean): Fleet {
  const projects = Object.entries(before.projects).map(([slug, facts]) => {
    const now = slugs[slug] ?? slug;
    const said = formerly && now !== slug ? { formerly: slug } : {};
    return [
      now,
      { ...facts, ...(slug === "tool" ? { node: "tool-south" } : {}), ...said },
    ] as const;
  });
  const nodes = Object.entries(before.nodes).map(([name, node]) => [nodeNames[name] ?? name, node]);
  return {
    projects: Object.fromEntries(projects),
    nodes: {
      ...(Object.fromEntries(nodes) as Config),
      ...(formerly ? { "tool-south": { formerly: "tool-north" } } : {}),
    },
  };
}

describe("renaming projects and nodes", () => {
  let cloud: ScratchCloud;
  let things: readonly string[];
  let records: unknown;
  let published: Record<string, Record<string, Record<string, unknown>>>;
  const writerOf = async (credential: string) =>
    (await cloud.objects("aws/user")).find(({ data }) =>
      String(data["name"]).startsWith(`${credential}-backup-writer`),
    );
  /** Nothing is protected in stage: what a renaming would lose is lost here. */
  const declare = (fleet: Fleet) => cloud.stack("stage", { ...fleet });

  beforeAll(async () => {
    cloud = await ScratchCloud.start({ shared: agency, stacks: { stage: before } });
    await cloud.up("stage");
    things = await cloud.inventory();
    records = await cloud.objects("cloudflare/dns_record");
    published = await cloud.outputs("stage");
  });
  afterAll(() => cloud.stop());

  it("is refused where it is not declared, with both slugs and the fix, and nothing is touched", async () => {
    declare(after(false));
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const outcome = await cloud.pulumi(...command, "--stack", "stage");
      expect(outcome.code).not.toBe(0);
      const said = outcome.stdout + outcome.stderr;
      expect(said).toContain("berth:projects.store: takes over shop.example from shop");
      expect(said).toContain("write formerly: shop below store");
      expect(said).toContain("write formerly: clinic below praxis");
      expect(said).not.toContain("berth:projects.club");
    }
    expect(await cloud.inventory()).toEqual(things);
    expect(await cloud.objects("cloudflare/dns_record")).toEqual(records);
  });

  it("shows labels and prefixes that change in place, and nothing that is replaced or deleted", async () => {
    declare(after(true));
    const steps = await cloud.plan("stage");
    expect(new Set(steps.map(({ op }) => op))).toEqual(new Set(["update"]));
    const credentials = [
      ...["store-store", "club-crew", "gate-gate", "praxis-praxis"],
      ...["past-past", "pastier-pastier", "pastiest-pastiest"],
    ];
    expect(asked(steps)).toEqual(
      [
        ...credentials.flatMap((name) => [`${name}-backup-writer`, `${name}-backup-write-only`]),
        // The names that machines have at their providers; AWS keeps them in tags.
        ...["store-server", "tool-south-server", "gate-server", "gate-ip", "gate-firewall"],
        // The proxy keeps a certificate under the project's slug.
        ...["store-store", "club-crew", "gate-gate"].map((name) => `${name}-origin-served`),
        ...["store", "crew", "gate"].map((slug) => `${slug}-origin-pulls-demanded`),
        // Whose proxy has a site of another name.
        ...["store", "club", "gate"].map((node) => `${node}-converge`),
      ]
        .map((name) => `update ${name}`)
        .sort(),
    );
  });

  it("goes on after a failure half-way instead of making a second machine", async () => {
    await cloud.control("POST", "/faults", {
      ...{ type: "scaleway:instance/server:Server", operation: "update", kind: "error" },
      ...{ times: 1, message: "told to fail" },
    });
    const failed = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "stage");
    expect(failed.code).not.toBe(0);
    expect(failed.stdout + failed.stderr).toContain("told to fail");
    expect(await cloud.inventory()).toEqual(things);
    await cloud.up("stage");
    expect(await cloud.inventory()).toEqual(things);
    expect(await cloud.objects("cloudflare/dns_record")).toEqual(records);
  });

  it("leaves machines, addresses, host keys and credentials as they are, under the new names", async () => {
    const { nodes, projects, backups } = await cloud.outputs("stage");
    const facts = ({ certificates = {}, ...node }: Record<string, unknown> = {}) => ({
      ...node,
      projects: [],
      certificates: Object.values(certificates as object).sort(),
    });
    for (const [name, node] of Object.entries(published["nodes"]!)) {
      expect(facts(nodes![nodeNames[name] ?? name])).toEqual(facts(node));
    }
    expect(nodes!["club"]!["projects"]).toEqual(["club", "crew"]);
    expect(Object.keys(nodes!)).toHaveLength(Object.keys(published["nodes"]!).length);
    expect(projects!["praxis"]!["records"]).toEqual(published["projects"]!["clinic"]!["records"]);
    const servers = (await cloud.objects("scaleway/server")).map(({ data }) => data["name"]);
    expect(servers).toContain("store");
    expect(servers).not.toContain("shop");
    // Archives go below the new slug from now on; the credential is the same one.
    expect(backups!["crew"]!["prefix"]).toBe("backups/crew/");
    expect((await writerOf("club-staff"))!.data["tags"]).toMatchObject({ project: "crew" });
  });

  it("is over: nothing changes again, nor when formerly is taken out", async () => {
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "stage");
    declare(after(false));
    expect(await cloud.plan("stage")).toEqual([]);
    await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", "stage");
    expect(await cloud.inventory()).toEqual(things);
  });

  it("does not let another machine in the place of an adopted one", async () => {
    const { projects, nodes } = after(false);
    projects["memory"] = { ...projects["past"], formerly: "past" };
    nodes["memory"] = { adopt: { ...adopt("digitalocean").adopt, id: "7002" } };
    delete projects["past"];
    delete nodes["past"];
    declare({ projects, nodes });
    const outcome = await cloud.pulumi("preview", "--stack", "stage");
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain("this node was adopted as 7001");
  });

  it("does not let a machine to adopt in the place of one that was made", async () => {
    const { projects, nodes } = after(false);
    nodes["club"] = { adopt: { ...adopt("digitalocean").adopt, id: "7002", region: "tor1" } };
    declare({ projects, nodes });
    const outcome = await cloud.pulumi("up", "--yes", "--skip-preview", "--stack", "stage");
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain(
      "in the place of the machine that Berth made",
    );
    expect(await cloud.inventory()).toEqual(things);
  });
});

describe("renaming a project that a host stack serves", () => {
  let cloud: ScratchCloud;
  let things: readonly string[];
  let records: unknown;
  const declare = (slug: string, more: Record<string, unknown> = {}) => {
    cloud.stack("prod", {
      projects: { [slug]: project("shop.example", { servedBy: "prod-b", ...more }) },
    });
    cloud.stack("prod-b", { environment: "prod", projects: { [slug]: {} } });
  };

  beforeAll(async () => {
    cloud = await ScratchCloud.start({ shared: agency, stacks: { prod: {}, "prod-b": {} } });
    declare("shop");
    await cloud.up("prod-b");
    await cloud.up("prod");
    things = await cloud.inventory();
    records = await cloud.objects("cloudflare/dns_record");
  });
  afterAll(() => cloud.stop());

  it("is refused in both stacks where it is not declared", async () => {
    declare("store");
    for (const stack of ["prod", "prod-b"]) {
      const outcome = await cloud.pulumi("preview", "--stack", stack);
      expect(outcome.code).not.toBe(0);
      expect(outcome.stdout + outcome.stderr).toContain("write formerly: shop below store");
    }
  });

  it("leads visitors to the same machine, whichever of the two stacks is updated first", async () => {
    declare("store", { formerly: "shop" });
    expect(asked(await cloud.plan("prod"))).toEqual([
      "update store-converge",
      "update store-server",
      "update store-store-backup-write-only",
      "update store-store-backup-writer",
      "update store-store-origin-served",
    ]);
    await cloud.up("prod");
    expect(asked(await cloud.plan("prod-b"))).toEqual([
      "update store-converge",
      "update store-server",
      "update store-store-backup-write-only",
      "update store-store-backup-writer",
      "update store-store-origin-served",
    ]);
    await cloud.up("prod-b");
    // Its machine knows the project by the new slug now.
    expect(asked(await cloud.plan("prod"))).toEqual(["update store-origin-pulls-demanded"]);
    await cloud.up("prod");
    expect(await cloud.inventory()).toEqual(things);
    expect(await cloud.objects("cloudflare/dns_record")).toEqual(records);
  });

  it("needs formerly no longer once both are", async () => {
    declare("store");
    for (const stack of ["prod", "prod-b"]) {
      await cloud.succeed("up", "--yes", "--expect-no-changes", "--stack", stack);
    }
  });
});
