import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Clone, pairOf } from "./fleet";
import { surveyed, type Pair } from "./pair";

const argv = ["shop", "--to", "stage-b"];
let at: Clone;
let pair: Pair;
beforeEach(() => {
  at = new Clone();
  pair = pairOf();
});
afterEach(() => at.remove());

/** All that a command asked of the machines but to be read. */
const touched = () =>
  pair.calls.filter((call) => !/ (journal shop|status shop|survey shop)$/.test(call));

describe("what cannot be moved is refused before anything is touched", () => {
  const refused = async (said: RegExp, ...words: string[]) => {
    const done = await at.run(pair, ...words);
    expect(done.code).not.toBe(0);
    expect(done.said).toMatch(said);
    expect(touched().filter((call) => !/ (un)?lock shop/.test(call))).toEqual([]);
    expect(at.shop()["migration"]).toBeUndefined();
  };

  it("a stack that there is none of", () =>
    refused(/no stack is called "stage-c"\. Did you mean stage-b\?/, "shop", "--to", "stage-c"));

  it("a stack that serves another environment, which has no such project", async () => {
    at.write("Pulumi.prod.yaml", { config: { "berth:projects": {} } });
    at.write("Pulumi.prod-b.yaml", {
      config: { "berth:environment": "prod", "berth:projects": {} },
    });
    await refused(
      /no project there is called "shop"|is not|berth:projects/,
      "shop",
      "--to",
      "prod-b",
    );
  });

  it("a move whose journal this version cannot read", async () => {
    pair.new.journal = { format: 2 };
    await refused(
      /stage-b\/shop: the journal of shop has another form than this version reads \(format\): go on with the version/,
      ...argv,
    );
  });

  it("a stack without a machine for the project", async () => {
    at.write("Pulumi.stage-b.yaml", {
      config: { "berth:environment": "stage", "berth:projects": { club: {} } },
    });
    await refused(/stage-b has no machine for shop: add `shop: \{\}`/, ...argv);
  });

  it("a machine that is declared and not there yet", async () => {
    at.write("Pulumi.stage-c.yaml", {
      config: { "berth:environment": "stage", "berth:projects": { shop: {} } },
    });
    await refused(
      /is declared and not there yet.*pulumi up --stage-c|pulumi up --stack stage-c/,
      "shop",
      "--to",
      "stage-c",
    );
  });

  it("the stack that serves it already", () =>
    refused(/is served by stage already/, "shop", "--to", "stage"));

  it("a target that the placement rules forbid: the rule is named", async () => {
    at.remove();
    at = new Clone("stage", { residency: "canada" });
    at.write("Pulumi.stage-b.yaml", {
      config: {
        "berth:environment": "stage",
        "berth:projects": { shop: { residency: "anywhere" } },
      },
    });
    await refused(/would let data leave Canada.*\(R3\)/, ...argv);
  });

  it("a project that moves elsewhere by its stack file", async () => {
    at.remove();
    at = new Clone("stage", { migration: { to: "stage-c" } });
    at.write("Pulumi.stage-c.yaml", {
      config: { "berth:environment": "stage", "berth:projects": { shop: {} } },
    });
    const done = await at.run(pair, ...argv);
    expect(done.said).toMatch(/is moving to stage-c already, by Pulumi.stage.yaml .*--abort/);
    expect(touched()).toEqual([]);
  });

  it.each([
    ["MongoDB", { kind: "mongodb" }, /db is MongoDB, which moves by dump and restore/],
    [
      "a database whose users cannot be fenced",
      { kind: "other", image: "mysql:8" },
      /db \(mysql:8\) is a database whose users nobody here can fence/,
    ],
    [
      "a login that cannot be fenced",
      { unfenced: [{ login: "reports", why: "it comes by replication" }] },
      /the login reports could not be fenced: it comes by replication/,
    ],
  ])("%s", async (_, more, said) => {
    const databases = [{ ...surveyed.databases[0], ...more }];
    pair.old.answers["move survey"] = { ...surveyed, databases };
    await refused(said, ...argv);
  });

  it.each([
    [
      "another major version",
      { major: 18, imageId: "sha256:2" },
      /db: is of version 17 on the old machine and 18 on the new one/,
    ],
    [
      "another image of the same tag",
      { imageId: "sha256:2" },
      /db: runs image sha256:1 .* sha256:2 on the new one; the same digest is needed/,
    ],
    [
      "another collation",
      { collation: { provider: "libc", version: "2.36" } },
      /has collation libc 2\.41 .* libc 2\.36/,
    ],
  ])("%s, on a machine that has the version", async (_, more, said) => {
    const databases = [{ ...surveyed.databases[0], ...more }];
    pair.new.answers["move survey"] = { ...surveyed, databases };
    await refused(said, ...argv);
  });

  it.each([
    [
      "a disk that is too small",
      { disk: { free: 1024 ** 3, total: 2 * 1024 ** 3 } },
      /disk: the new machine has 1\.0 GiB free and 2\.0 GiB are needed/,
    ],
    [
      "another architecture",
      { cpu: { arch: "aarch64", flags: [] } },
      /the old machine is x86_64 and the new one aarch64/,
    ],
  ])("%s", async (_, more, said) => {
    pair.new.answers["move survey"] = { ...surveyed, databases: [], commit: null, ...more };
    await refused(said, ...argv);
  });

  it("a machine that has not this version's program", async () => {
    pair.new.answers["move survey"] = undefined;
    await refused(/npm run berth -- converge stage-b\/shop/, ...argv);
  });

  it("a stop where visitors wait", async () => {
    await expect(at.run(pair, ...argv, "--until", "seal")).rejects.toThrow(/visitors wait then/);
    await expect(at.run(pair, ...argv, "--until", "file")).rejects.toThrow(/Did you mean files\?/);
  });
});
