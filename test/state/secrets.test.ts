import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { StateBench, type Operator } from "./bench";

let bench: StateBench;
let ana: Operator;
beforeAll(async () => {
  bench = await StateBench.start();
  ana = bench.operator("ana");
});
afterAll(() => bench.stop());

const stackFile = (who: Operator, stack: string) => path.join(who.clone, `Pulumi.${stack}.yaml`);

/** Another clone: the committed configuration, without what the engine wrote beside it. */
function withoutEngineLines(from: Operator, to: Operator, stack: string): void {
  const lines = fs.readFileSync(stackFile(from, stack), "utf8").split("\n");
  const kept = lines.filter(
    (line) => !/^(encryptionsalt|encryptedkey|secretsprovider):/.test(line),
  );
  expect(kept.length).toBeLessThan(lines.length);
  fs.writeFileSync(stackFile(to, stack), kept.join("\n"));
}

async function everything(): Promise<string> {
  const keys = await bench.client.keys(bench.bucket);
  const bodies = keys.map((key) => bench.client.must("GET", `${bench.bucket}/${key}`));
  return (await Promise.all(bodies)).map(({ body }) => body).join("\n");
}

describe("a stack in an S3 bucket with a passphrase", () => {
  it("is another operator's too, whose clone has none of the engine's lines", async () => {
    await bench.must(ana, "stack", "init", "prod");
    await bench.must(ana, "config", "set", "--secret", "word", "tulip-fields", "--stack", "prod");
    await bench.must(ana, "up", "--yes", "--skip-preview", "--stack", "prod");

    const ben = bench.operator("ben");
    withoutEngineLines(ana, ben, "prod");
    expect(await bench.isUnchanged(ben, "prod")).toBe(true);
    const shown = await bench.must(ben, "stack", "output", "word", "--show-secrets", "-s", "prod");
    expect(shown).toContain("tulip-fields");
  });

  it("shows no secret to whoever reads the bucket", async () => {
    const text = await everything();
    expect(text).toContain("kmc-backup");
    expect(text).not.toContain("tulip-fields");
  });

  it("is refused to a clone without those lines where the engine is not told to ask the state", async () => {
    const eve = bench.operator("eve");
    delete eve.env["PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER"];
    withoutEngineLines(ana, eve, "prod");
    const { code, output } = await bench.run(eve, "preview", "--stack", "prod");
    expect(code).not.toBe(0);
    expect(output).toContain("message authentication failed");
  });

  it("refuses another passphrase", async () => {
    const guess = bench.operator("guess", "wrong horse");
    const { code, output } = await bench.run(
      guess,
      "stack",
      "output",
      "--show-secrets",
      "-s",
      "prod",
    );
    expect(code).not.toBe(0);
    expect(output).toContain("incorrect passphrase");
  });
});

describe("a stack in an S3 bucket with a KMS key", () => {
  it("needs no passphrase, and later commands leave the stack file as it is", async () => {
    bench.clearCloud();
    const { body } = await bench.client.kms("CreateKey", {});
    const { KeyMetadata } = JSON.parse(body) as { KeyMetadata: { KeyId: string } };
    const alias = { AliasName: "alias/berth-state", TargetKeyId: KeyMetadata.KeyId };
    await bench.client.kms("CreateAlias", alias);
    const carl = bench.operator("carl");
    delete carl.env["PULUMI_CONFIG_PASSPHRASE"];
    const key = "awskms://alias/berth-state?region=us-east-1";
    await bench.must(carl, "stack", "init", "stage", "--secrets-provider", key);
    await bench.must(carl, "config", "set", "--secret", "word", "rose-garden", "--stack", "stage");
    const before = fs.readFileSync(stackFile(carl, "stage"), "utf8");
    await bench.must(carl, "up", "--yes", "--skip-preview", "--stack", "stage");
    expect(fs.readFileSync(stackFile(carl, "stage"), "utf8")).toBe(before);
    expect(before).not.toContain("encryptionsalt");
    const shown = await bench.must(
      carl,
      "stack",
      "output",
      "word",
      "--show-secrets",
      "-s",
      "stage",
    );
    expect(shown).toContain("rose-garden");
    expect(await everything()).not.toContain("rose-garden");

    const dora = bench.operator("dora");
    delete dora.env["PULUMI_CONFIG_PASSPHRASE"];
    withoutEngineLines(carl, dora, "stage");
    expect(await bench.isUnchanged(dora, "stage")).toBe(true);
  });
});
