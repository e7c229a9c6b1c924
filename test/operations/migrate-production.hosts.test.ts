import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readDrillKey } from "../../operations/backups/evidence";
import { ScratchCloud } from "../../rehearsal/scratch";
import { Pair, pairOfStacks } from "../../tools/bench/pair";

/** Minutes: `npm run soak -- moves`. */
const isSoak = process.env["BERTH_SOAK"] === "1";

describe.runIf(isSoak)("production that moves", () => {
  let cloud: ScratchCloud;
  let pair: Pair;
  let keyFile: string;
  beforeAll(async () => {
    const { shared, stacks } = pairOfStacks();
    const stage = stacks.stage as { projects: { shop: Record<string, unknown> } };
    const { residency: _, ...shop } = stage.projects.shop;
    const prod = {
      projects: { shop: { ...shop, backup: { database: "postgres" } } },
      zones: ["bench.example"],
    };
    const hosted = { environment: "prod", projects: { shop: {} }, secrets: {} };
    cloud = await ScratchCloud.start(
      { shared, stacks: { prod, "prod-b": hosted } },
      {},
      { machines: "booted" },
    );
    keyFile = join(dirname(cloud.project), "drill.pem");
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    const drillKeys = [readDrillKey(keyFile).public];
    cloud.stack("prod", { ...prod, backups: { drillKeys } });
    pair = await Pair.of(cloud, ["prod", "prod-b"]);
    // Drills run in the Docker of the machine that moves: this computer need not have one.
    const bin = join(dirname(cloud.project), "bin");
    mkdirSync(bin);
    const words = pair.wayTo("prod").map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    writeFileSync(
      join(bin, "docker"),
      `#!/bin/bash\nexec ${words.join(" ")} "sudo docker$(printf ' %q' "$@")"\n`,
      { mode: 0o755 },
    );
    cloud.env["PATH"] = `${bin}:${cloud.env["PATH"]}`;
  }, 1_800_000);
  afterAll(() => cloud.stop());

  const reason = ["--reason", "there is no stage here"];

  it("is not frozen without a young archive that was proven, and says what is missing", async () => {
    await expect(pair.migrate("prod-b", ...reason, "--until", "backup")).rejects.toThrow(
      /backup: BERTH_DRILL_KEY names no file.*shop is with prod\/shop as before.*berth migrate shop --to prod-b/s,
    );
  });

  it("has both made by the move itself, and goes (R33, R34)", async () => {
    cloud.env["BERTH_DRILL_KEY"] = keyFile;
    const told = await pair.migrate("prod-b", ...reason);
    expect(told).toContain(
      "proven: shop has an archive younger than 26 hours, and a drill younger than 8 days",
    );
    expect(told).toContain("shop is served by prod-b");
  });
});
