import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { StateResource } from "../../engine/state";
import { ScratchCloud } from "../../rehearsal/scratch";
import { agency, project } from "./agency";

const repository = "git@github.com:acme/shop.git";
const value = `tulip-$fields "quoted"\nand 'more'`;
const commit = "0123456789abcdef0123456789abcdef01234567";

/** Kinds of the local cloud's own objects. */
const addresses = encodeURIComponent("local/address");
const answers = encodeURIComponent("local/recorded-answer");
type Held = { readonly data: { readonly owner: string } };

let cloud: ScratchCloud;
const nameOf = ({ urn }: Pick<StateResource, "urn">) => urn.split("::").at(-1)!;
const steps = async (stack: string) =>
  (await cloud.plan(stack)).map((step) => `${step.op} ${nameOf(step)}`).sort();
const part = async (stack: string, name: string, ...args: string[]) =>
  (await cloud.state(stack, ...args)).resources.find((each) => nameOf(each) === name);
const sites = async (stack: string) =>
  (await cloud.state(stack)).resources
    .filter(({ urn }) => urn.includes("berth:site:ProjectSite$"))
    .map(nameOf)
    .sort();
const setSecret = (stack: string, name: string, text: string, slug = "shop") =>
  cloud.succeed(
    ...["config", "set", "--stack", stack, "--secret", "--path"],
    ...[`berth:secrets.${slug}.${name}`, text],
  );

const rds = { host: "db.example.org", user: "keeper", password: "API_KEY", image: "postgres:17" };
const backup = { database: "postgres", rds };
const shop = project("shop.example", { repository, secrets: ["API_KEY"], backup });
const projects = { shop, club: project("club.example") };

beforeAll(async () => {
  cloud = await ScratchCloud.start({
    shared: agency,
    stacks: {
      prod: { projects },
      "prod-b": { environment: "prod", projects: { shop: {} } },
      "prod-c": { environment: "prod", projects: { shop: {} } },
    },
  });
});
afterAll(() => cloud.stop());

describe("a project with a repository", () => {
  it("is refused by name while a secret that it declares has no value", async () => {
    const { code, stdout, stderr } = await cloud.pulumi("preview", "--stack", "prod");
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain(
      "Pulumi.prod.yaml: berth:secrets.shop.API_KEY: is missing: the project shop is given no value",
    );
  });

  it("is brought its secrets and delivered, after its machine was converged, and another is not", async () => {
    await setSecret("prod", "API_KEY", value);
    const shown = await cloud.up("prod");
    expect(shown.stdout + shown.stderr).not.toContain("tulip");
    expect(await sites("prod")).toEqual(["shop-shop-delivery", "shop-shop-secrets"]);
    const delivery = await part("prod", "shop-shop-delivery");
    expect(delivery?.inputs?.["stdin"]).toBe("");
    expect(String(delivery?.inputs?.["create"])).toContain("deploy shop --first --by");
    // In the order of the state, which is that of creation.
    const order = (await cloud.state("prod")).resources.map(nameOf);
    const parts = ["shop-converge", "shop-shop-secrets", "shop-shop-delivery"];
    expect(order.filter((name) => parts.includes(name))).toEqual(parts);
  });

  it("has its first archive awaited behind its delivery, and another is not delivered and has none", async () => {
    const order = (await cloud.state("prod")).resources.map(nameOf);
    const awaited = order.indexOf("shop-shop-first-archive");
    expect(awaited).toBeGreaterThan(order.indexOf("shop-shop-delivery"));
    expect(awaited).toBeGreaterThan(order.indexOf("shop-shop-backup-delivered"));
    const session = await part("prod", "shop-shop-first-archive");
    expect(String(session?.inputs?.["create"])).toContain("berth-backup first shop");
    expect(order).not.toContain("club-club-first-archive");
  });

  it("has no first archive awaited in a rehearsal that keeps none", async () => {
    cloud.env["BERTH_REHEARSAL_NO_ARCHIVES"] = "1";
    const shown = await steps("prod");
    delete cloud.env["BERTH_REHEARSAL_NO_ARCHIVES"];
    expect(shown).toEqual([expect.stringMatching(/^delete.*shop-shop-first-archive$/)]);
  });

  it("has its secrets byte for byte on standard input, and nowhere else in the clear", async () => {
    const opened = await part("prod", "shop-shop-secrets", "--show-secrets");
    const stdin = opened?.inputs?.["stdin"] as { plaintext: string };
    expect(JSON.parse(JSON.parse(stdin.plaintext) as string)).toEqual({ API_KEY: value });
    expect(opened?.inputs?.["create"]).not.toContain("tulip");
    const { stdout } = await cloud.succeed("stack", "export", "--stack", "prod");
    expect(stdout).not.toContain("tulip");
    const outputs = await cloud.succeed("stack", "output", "--json", "--stack", "prod");
    expect(outputs.stdout).not.toContain("tulip");
    expect(await steps("prod")).toEqual([]);
  });

  it("is brought the key of its backups by a session of its own, anew when it is rotated, and others are not", async () => {
    const name = "shop-shop-backup-delivered";
    const brought = await part("prod", name, "--show-secrets");
    expect(String(brought?.inputs?.["create"])).toContain("berth-backup key shop");
    const { plaintext } = brought?.inputs?.["stdin"] as { plaintext: string };
    const key = JSON.parse(JSON.parse(plaintext) as string) as Record<string, string>;
    expect(Object.keys(key).sort()).toEqual(["accessKeyId", "secretAccessKey", "serverPassword"]);
    // Of the server over the network that its node dumps.
    expect(key["serverPassword"]).toBe(value);
    const { stdout } = await cloud.succeed("stack", "export", "--stack", "prod");
    expect(stdout).not.toContain(key["secretAccessKey"]);
    expect(await part("prod", "club-club-backup-delivered")).toBeUndefined();
    const made = await part("prod", "shop-shop-backup-key");
    const rotated = await cloud.plan("prod", "--replace", made!.urn);
    expect(rotated.map((step) => `${step.op} ${nameOf(step)}`)).toContain(`update ${name}`);
  });

  it("is brought a changed secret and no other commit, and no diff shows either value", async () => {
    await setSecret("prod", "API_KEY", "rose-garden");
    const shown = await cloud.succeed("preview", "--diff", "--stack", "prod");
    expect(shown.stdout + shown.stderr).not.toMatch(/tulip|rose-garden/);
    const json = await cloud.succeed("preview", "--json", "--stack", "prod");
    expect(json.stdout).not.toMatch(/tulip|rose-garden/);
    const brought = ["update shop-shop-backup-delivered", "update shop-shop-secrets"];
    expect(await steps("prod")).toEqual(brought);
    await cloud.up("prod");
    expect(await steps("prod")).toEqual([]);
  });

  it("is not delivered again by what changes of its machine, its branch or its health", async () => {
    const changed = { ...shop, branch: "main", health: { path: "/up" }, access: ["ana"] };
    const file = path.join(cloud.project, "Pulumi.prod.yaml");
    const before = fs.readFileSync(file, "utf8");
    cloud.stack("prod", { projects: { ...projects, shop: changed } });
    await setSecret("prod", "API_KEY", "rose-garden");
    const planned = await steps("prod");
    expect(planned).toContain("update shop-converge");
    expect(planned.filter((step) => step.includes("shop-shop"))).toEqual([]);
    fs.writeFileSync(file, before);
  });
});

describe("a host stack of a project that runs", () => {
  it("is refused by name what its own file lacks, though its environment's holds it", async () => {
    const { code, stdout, stderr } = await cloud.pulumi("preview", "--stack", "prod-b");
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain("berth:secrets.shop.API_KEY: is missing");
    expect(stdout + stderr).toContain("Pulumi.prod.yaml declares it");
  });

  it("delivers its own values, and the commit that the serving machine says to run", async () => {
    const file = path.join(cloud.project, "Pulumi.prod.yaml");
    const before = fs.readFileSync(file, "utf8");
    // What this stack's key could never open.
    const foreign = before.replace(/secure: .*/, "secure: v1:bm90LW91cnM=:bm90LW91cnM=");
    expect(foreign).not.toBe(before);
    fs.writeFileSync(file, foreign);
    await setSecret("prod-b", "API_KEY", value);
    await answer("prod", { "berth-site status shop": JSON.stringify({ commit, running: true }) });
    await cloud.up("prod-b");
    expect(await sites("prod-b")).toEqual([
      "shop-shop-delivery",
      "shop-shop-running",
      "shop-shop-secrets",
    ]);
    expect((await part("prod-b", "shop-shop-delivery"))?.inputs?.["stdin"]).toBe(commit);
    const opened = await part("prod-b", "shop-shop-secrets", "--show-secrets");
    expect(JSON.stringify(opened?.inputs?.["stdin"])).toContain("tulip");
    expect(JSON.stringify(opened)).not.toContain("stand-in");
    // The machine runs on with another commit; nothing is asked again.
    await answer("prod", { "berth-site status shop": JSON.stringify({ commit: "f".repeat(40) }) });
    expect(await steps("prod-b")).toEqual([]);
    fs.writeFileSync(file, before);
  });

  it("delivers nothing where the serving machine does not answer, and says how to", async () => {
    await setSecret("prod-c", "API_KEY", value);
    const records = cloud.env["BERTH_REHEARSAL_RECORDS"];
    delete cloud.env["BERTH_REHEARSAL_RECORDS"];
    const { stdout, stderr } = await cloud.up("prod-c");
    expect(stdout + stderr).toContain("deploy shop --stack prod-c --ref COMMIT");
    expect(await sites("prod-c")).toEqual(["shop-shop-delivery", "shop-shop-secrets"]);
    expect((await part("prod-c", "shop-shop-delivery"))?.inputs?.["stdin"]).toBe("?");
    expect(await steps("prod-c")).toEqual([]);
    cloud.env["BERTH_REHEARSAL_RECORDS"] = records;
    expect(await steps("prod-c")).toEqual([]);
  });
});

/** What the record of `shop`'s machine in a stack says to commands. */
async function answer(stack: string, says: Record<string, string>): Promise<void> {
  const { nodes } = await cloud.outputs(stack);
  const address = String(nodes!["shop"]!["address"]);
  const held = (await cloud.control("GET", `/objects/${addresses}/${address}`)) as Held;
  const record = encodeURIComponent(held.data.owner);
  await cloud.control("PUT", `/objects/${answers}/${record}`, says);
}
