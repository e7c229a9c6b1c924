import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { ResolvedFleet } from "../../../components/placement/resolved";
import type { Context } from "../../../operations/ground/context";
import { besidesDoor } from "../../../operations/migrate/door-changes";
import { besidesNames } from "../../../operations/migrate/name-changes";
import { realWorld } from "../../../operations/migrate/real";
import type { World } from "../../../operations/migrate/world";
import { ScratchCloud } from "../../../rehearsal/scratch";
import { agency, project } from "../../engine/agency";

/** A project as moves have them: it is delivered, and backed up by whoever serves it. */
const shop = project("shop.example", { repository: "git@github.com:acme/shop.git" });

/** An entry that lets in one machine, which leads visitors there. */
const led = { nodes: { shop: { visitorsFrom: ["203.0.113.9"] } } };

describe("the update that leads a moved project's names", () => {
  let cloud: ScratchCloud;
  let world: World;
  const prod = (more: object) =>
    cloud.stack("prod", {
      projects: { shop: { ...shop, ...more }, club: project("club.example") },
    });

  beforeAll(async () => {
    cloud = await ScratchCloud.start({
      shared: agency,
      stacks: {
        prod: { projects: { shop, club: project("club.example") } },
        "prod-b": { environment: "prod", projects: { shop: {} } },
      },
    });
    await cloud.up("prod");
    await cloud.up("prod-b");
    const context: Context = {
      ...{ directory: cloud.project, env: cloud.env, now: new Date() },
      ...{ out: () => undefined, say: () => undefined, keys: (fleet: ResolvedFleet) => fleet },
      published: () => Promise.resolve(undefined),
    };
    world = realWorld(context, undefined);
  });
  afterAll(() => cloud.stop());

  it("comes after one that opens a cloud's firewall, and is known by that", async () => {
    const hosted = { environment: "prod", projects: { shop: {} } };
    cloud.stack("prod-b", { ...hosted, ...led });
    const firewall = "update scaleway:instance/securityGroup:SecurityGroup shop-firewall";
    const converge = "update command:remote:Command shop-converge";
    const opening = besidesDoor(await world.preview("prod-b"), "shop");
    expect(opening.due.toSorted()).toEqual([converge, firewall]);
    expect(opening).toMatchObject({ doors: 1, besides: [] });
    cloud.stack("prod-b", { ...hosted, projects: { shop: {}, club: {} }, ...led });
    expect(besidesDoor(await world.preview("prod-b"), "shop").besides).toContain(
      "create scaleway:instance/server:Server club-server",
    );
    cloud.stack("prod-b", hosted);
  });

  it("finds nothing to do while the project is only on the move", async () => {
    prod({ migration: { to: "prod-b" } });
    expect(besidesNames(await world.preview("prod"), "shop")).toEqual([]);
    expect(await world.servedBy("prod", "shop")).toBe("prod");
  });

  it("holds what follows from the line that it wrote, and is known to", async () => {
    prod({ migration: { to: "prod-b" }, servedBy: "prod-b" });
    const preview = await world.preview("prod");
    expect(besidesNames(preview, "shop", "shop")).toEqual([]);
    expect(besidesNames(preview, "shop")).toEqual([
      "delete command:remote:Command shop-shop-backup-delivered",
      "update command:remote:Command shop-converge",
      "delete command:remote:Command shop-shop-first-archive",
    ]);
    await world.up("prod");
    expect(await world.servedBy("prod", "shop")).toBe("prod-b");
  });

  it("is refused anything else that the stack file has meanwhile", async () => {
    cloud.stack("prod", {
      projects: {
        shop: { ...shop, migration: { to: "prod-b" } },
        club: project("club.example", { access: ["ana"] }),
      },
    });
    expect(besidesNames(await world.preview("prod"), "shop", "shop")).toEqual([
      "update command:remote:Command club-converge",
    ]);
  });
});
