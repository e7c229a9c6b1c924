import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { StateBench, type Operator } from "./bench";

let bench: StateBench;
let ana: Operator;
let stack = "";
let count = 0;

beforeAll(async () => {
  bench = await StateBench.start();
  ana = bench.operator("ana");
  await bench.client.must(
    "PUT",
    bench.bucket,
    "versioning=",
    '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
  );
});
afterAll(() => bench.stop());
beforeEach(async () => {
  bench.clearCloud();
  stack = `s${(count += 1)}`;
  await bench.deployed(ana, stack);
});

const made = () =>
  bench.world
    .all()
    .map(({ kind, id }) => `${kind} ${id}`)
    .sort();

describe("a state that was lost", () => {
  it("comes back from an export", async () => {
    const before = made();
    const file = path.join(ana.clone, "backup.json");
    await bench.must(ana, "stack", "export", "--file", file, "--stack", stack);
    await bench.client.must("DELETE", `${bench.bucket}/${bench.stateKey(stack)}`);
    expect((await bench.run(ana, "preview", "--stack", stack)).output).toContain("no stack named");

    await bench.must(ana, "stack", "init", stack);
    await bench.must(ana, "stack", "import", "--file", file, "--stack", stack);
    expect(await bench.isUnchanged(ana, stack)).toBe(true);
    expect(made()).toEqual(before);
  });

  it("comes back from an older version of the object", async () => {
    const object = `${bench.bucket}/${bench.stateKey(stack)}`;
    await bench.client.must("PUT", object, "", "{ half a fi");
    expect((await bench.run(ana, "preview", "--stack", stack)).code).not.toBe(0);

    const listed = await bench.client.must(
      "GET",
      bench.bucket,
      `prefix=${bench.stateKey(stack)}&versions=`,
    );
    const versions = [...listed.body.matchAll(/<Version>.*?<\/Version>/gs)]
      .map(([entry]) => entry)
      .filter((entry) => entry.includes(`<Key>${bench.stateKey(stack)}</Key>`))
      .map((entry) => /<VersionId>([^<]+)/.exec(entry)![1]!);
    // S3 lists the newest first: [0] is the damage.
    const good = await bench.client.must("GET", object, `versionId=${versions[1]}`);
    await bench.client.must("PUT", object, "", good.body);
    expect(await bench.isUnchanged(ana, stack)).toBe(true);
  });

  it("is rebuilt by import where there is no copy at all, without touching what exists", async () => {
    const before = made();
    await bench.client.must("DELETE", `${bench.bucket}/${bench.stateKey(stack)}`);
    await bench.must(ana, "stack", "init", stack);

    const file = path.join(ana.clone, "import.json");
    await bench.must(ana, "preview", "--import-file", file, "--stack", stack);
    const list = JSON.parse(fs.readFileSync(file, "utf8")) as {
      resources: { type: string; name: string; id?: string; component?: boolean }[];
    };
    const ids: Readonly<Record<string, string>> = {
      "aws:iam/user:User": "kmc-backup",
      "aws:iam/userPolicy:UserPolicy": "kmc-backup:write",
    };
    for (const resource of list.resources) resource.id = ids[resource.type]!;
    fs.writeFileSync(file, JSON.stringify(list));
    await bench.must(
      ana,
      "import",
      "--yes",
      "--file",
      file,
      "--generate-code=false",
      "--protect=false",
      "--stack",
      stack,
    );
    await bench.must(ana, "up", "--yes", "--skip-preview", "--stack", stack);
    expect(await bench.isUnchanged(ana, stack)).toBe(true);
    expect(made()).toEqual(before);
  });
});
