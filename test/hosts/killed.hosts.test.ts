import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { repository } from "../../rehearsal/paths";
import { contextOf } from "../../operations/berth";
import { tellInterrupted, type Interrupted } from "../../operations/ground/interrupted";
import { agency } from "../engine/agency";
import { publicKey } from "../stack-file/fixture";
import { BootedFleet } from "./booted-fleet";
import { killedAfter, Moments, rounds } from "./killing";

/** One machine on each cloud, and one with what a backup needs besides. */
const projects = {
  shop: { domain: "shop.acme.dev", access: ["everyone"] },
  club: { domain: "club.acme.dev", access: ["everyone"], residency: "canada" },
  portal: {
    domain: "portal.acme.dev",
    access: ["everyone"],
    needs: ["rds"],
    backup: { database: "postgres" },
  },
};
const four = {
  ...projects,
  fourth: { domain: "fourth.acme.dev", access: ["everyone"], residency: "canada" },
};
const droplet = "digitalocean:index/droplet:Droplet";

/** People of the agency by their keys. */
type People = Readonly<Record<string, number>>;
const deployers = { ci: agency.team.deployers.ci, next: publicKey(40) };

describe("a program that is killed", () => {
  const moments = new Moments();
  let fleet: BootedFleet;
  let untouched: readonly string[];
  let kills = 0;

  beforeAll(async () => {
    fleet = await BootedFleet.start("stage", { shared: agency, stacks: { stage: { projects } } });
    untouched = await fleet.cloud.inventory();
  });
  afterAll(() => fleet.stop());

  const declare = (change: {
    projects?: object;
    nodes?: object;
    people?: People;
    deployers?: Record<string, string>;
  }) => {
    const people = change.people ?? { ana: 31, ben: 32 };
    const team = {
      members: Object.fromEntries(
        Object.entries(people).map(([name, key]) => [name, { keys: [publicKey(key)] }]),
      ),
      groups: { everyone: Object.keys(people) },
      deployers: change.deployers ?? { ci: deployers.ci },
    };
    const stage = { projects: change.projects ?? projects, nodes: change.nodes ?? {} };
    fleet.cloud.write({ shared: { ...agency, team }, stacks: { stage } });
  };

  /** What the cloud has and the state does not know. */
  async function orphans(): Promise<{ of: string; kind: string; id: string }[]> {
    const { resources } = await fleet.cloud.state("stage");
    const known = resources.flatMap(({ id }) => id ?? []);
    return (
      (await fleet.cloud.inventory())
        .filter((line) => !untouched.includes(line))
        // No thing of its own: said again of the same hostname, it is the same.
        .filter((line) => !/^(scaleway\/machine|cloudflare\/hostname_association) /.test(line))
        .map((line) => line.split(" ") as [string, string])
        .map(([of, id]) => ({ of, kind: of.split("/")[1]!, id }))
        .filter(({ id }) => !known.some((each) => each === id || each.endsWith(`/${id}`)))
    );
  }

  /** As docs/guides/an-update-was-interrupted.md says; answers what was deleted by hand. */
  async function recover(when: string): Promise<string[]> {
    const { cloud } = fleet;
    await cloud.pulumi("cancel", "--yes", "--stack", "stage");
    const published = await contextOf(cloud.project, cloud.env).published("stage");
    const interrupted: readonly Interrupted[] = published?.interrupted ?? [];
    const found = await orphans();
    for (const { of, kind, id } of found) {
      const named = interrupted.find(({ type }) =>
        letters(type.split(":").at(-1)!).endsWith(letters(kind)),
      );
      expect(named, `nothing tells of ${kind} ${id}, ${when}`).toBeDefined();
      // A machine goes with its host; of the rest there is nothing but the record.
      const room = /droplet|server|instance/.test(kind)
        ? ["resources", named!.type]
        : ["objects", of];
      const door = [...room, id].map(encodeURIComponent).join("/");
      await cloud.control("DELETE", `/${door}`);
    }
    if (interrupted.length > 0) {
      const refresh = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"];
      await cloud.succeed(...refresh, "--stack", "stage");
    }
    return found.map(({ kind }) => kind);
  }

  async function expectWaysIn(when: string): Promise<void> {
    const closed = (await fleet.waysIn()).filter(({ open }) => !open);
    expect(closed, `no way in ${when}`).toEqual([]);
  }

  /** Kills an update; answers what it left at the clouds that no state knows. */
  async function cutUpdate(ms: number, begins = / (creating|updating|deleting) \(/) {
    const { project, env } = fleet.cloud;
    const update = ["pulumi", "up", "--yes", "--skip-preview", "--continue-on-error"];
    const argv = [...update, "--stack", "stage", "--non-interactive", "--color", "never"];
    const { killed, said } = await killedAfter(ms, { argv, cwd: project, env, begins });
    if (killed) kills += 1;
    const when = `after ${ms} ms, seed ${moments.seed}:\n${said}`;
    await expectWaysIn(when);
    return recover(when);
  }

  async function expectWhole(machines: number): Promise<void> {
    const done = await fleet.up();
    expect(done.code, `seed ${moments.seed}:\n${done.stdout}${done.stderr}`).toBe(0);
    expect(await orphans()).toEqual([]);
    expect(await fleet.addresses()).toHaveLength(machines);
    await expectWaysIn(`at the end, seed ${moments.seed}`);
  }

  it("leaves a machine that no state knows, but not without a word", async () => {
    declare({});
    const fault = { type: droplet, operation: "create", kind: "unanswered" };
    await fleet.cloud.control("POST", "/faults", fault);
    const { cloud } = fleet;
    const { project, env } = cloud;
    const argv = ["pulumi", "up", "--yes", "--skip-preview", "--stack", "stage"];
    const begins = /Droplet club-server creating/;
    const program = { argv: [...argv, "--non-interactive", "--color", "never"], cwd: project, env };
    expect(await killedAfter(3_000, { ...program, begins })).toMatchObject({ killed: true });
    kills += 1;
    const published = await contextOf(project, env).published("stage");
    const said = published!.interrupted.map(tellInterrupted);
    expect(said).toContainEqual(
      expect.stringContaining(
        'pulumi was cut off while it made Droplet club-server ("club"); there may be one that no state knows',
      ),
    );
    expect(await recover("while a droplet was made")).toContain("droplet");
  });

  it("makes three machines all the same", async () => {
    for (let round = 0; round < rounds(2, 16); round++) await cutUpdate(moments.next(5_000));
    await expectWhole(3);
  });

  it("changes, adds and removes machines all the same", async () => {
    const changes = [
      () => declare({ people: { ana: 31, ben: 32, carl: 33 }, nodes: { club: { memoryGb: 4 } } }),
      () => declare({ people: { ana: 34, ben: 32 }, projects: four }),
      () => declare({ people: { ana: 31, ben: 32, dora: 35 }, projects: four }),
      () => declare({ people: { ana: 31, ben: 36 } }),
    ];
    const wanted = kills + rounds(2, 20);
    for (let round = 0; kills < wanted && round < rounds(8, 40); round++) {
      changes[round % changes.length]!();
      await cutUpdate(moments.next(4_000));
    }
    expect(kills).toBe(wanted);
    declare({});
    await expectWhole(3);
  });

  describe("berth", () => {
    const program = (...argv: string[]) => {
      const { project, env } = fleet.cloud;
      const entry = `${repository}/test/operations/run-berth.ts`;
      const command = [process.execPath, "--import", "tsx", entry, project, ...argv];
      return { argv: command, cwd: repository, env };
    };
    /** Kills a command at its work, and runs it to its end. */
    const insist = async (...argv: string[]) => {
      const wanted = rounds(1, 6);
      let cuts = 0;
      for (let round = 0; cuts < wanted && round < rounds(5, 30); round++) {
        const ms = 700 + moments.next(1_300);
        const { killed, said } = await killedAfter(ms, program(...argv));
        if (killed) cuts += 1;
        await expectWaysIn(`after ${ms} ms of ${argv.join(" ")}, seed ${moments.seed}:\n${said}`);
      }
      expect(cuts).toBe(wanted);
      const done = await fleet.berth(...argv);
      expect(done.code, `${done.out}${done.said}\nseed ${moments.seed}`).toBe(0);
      return done.out;
    };
    const everywhere = async (script: string) => {
      await Promise.all((await fleet.addresses()).map((address) => fleet.inside(address, script)));
    };

    it("converges in the end", async () => {
      await everywhere("touch /etc/sudoers.d/evil; usermod -aG sudo games; rm -r /home/ana/.ssh");
      await insist("converge");
      expect((await fleet.berth("converge", "--check")).code).toBe(0);
    });

    it("off-boards in the end", async () => {
      declare({ people: { ana: 31 } });
      expect(await insist("offboard", "ben")).toContain("account closed on 3 of 3 machines");
    });

    it("exchanges a deployer in the end", async () => {
      declare({ people: { ana: 31 }, deployers });
      await insist("deployers", "add", "next");
      expect((await fleet.berth("deployers", "prove", "next")).code).toBe(0);
      declare({ people: { ana: 31 }, deployers: { next: deployers.next } });
      await insist("deployers", "remove", "ci");
      expect((await fleet.berth("converge", "--check")).code).toBe(0);
    });
  });
});

const letters = (text: string) => text.replace(/[^a-z]/gi, "").toLowerCase();
