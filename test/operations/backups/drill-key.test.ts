import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { lastLine } from "../../../operations/backups/docker";
import { readDrillKey } from "../../../operations/backups/evidence";
import type { Context } from "../../../operations/ground/context";
import { realWorld as movesWorld } from "../../../operations/migrate/real";
import { realWorld as endsWorld } from "../../../operations/retire/world";
import { Ending } from "../retire/project";

let ending: Ending | undefined;
afterEach(() => {
  ending?.remove();
  ending = undefined;
});

/** The real ways to make an archive that is to be proven, on a computer where every other step would fail. */
const ways = [
  ["a move", (context: Context) => movesWorld(context, undefined)],
  ["the end of a project", (context: Context) => endsWorld(context, undefined)],
] as const;

describe.each(ways)("the archive that %s makes", (_, world) => {
  function archived(env: NodeJS.ProcessEnv) {
    const { directory, now } = (ending = new Ending());
    const context: Context = {
      ...{ directory, env, now, keys: (fleet) => fleet },
      out: () => undefined,
      say: () => undefined,
      published: () => Promise.reject(new Error("a machine was looked for")),
    };
    return Promise.resolve().then(() => world(context).backUp("prod", "shop"));
  }

  it("is not begun where no key could sign its proof", async () => {
    await expect(archived({})).rejects.toThrow("BERTH_DRILL_KEY names no file");
  });

  it("is not begun where nobody would believe the key", async () => {
    const file = path.join(fs.mkdtempSync("/tmp/berth-key-"), "drill.pem");
    const pair = generateKeyPairSync("ed25519");
    fs.writeFileSync(file, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    try {
      const refused = archived({ BERTH_DRILL_KEY: file });
      await expect(refused).rejects.toThrow(`drillKeys: ["${readDrillKey(file).public}"]`);
    } finally {
      fs.rmSync(path.dirname(file), { recursive: true });
    }
  });
});

describe("what a program said last", () => {
  it("is its reason, and not where to read more", () => {
    const said =
      "docker: Cannot connect to the Docker daemon. Is the docker daemon running?\n\nRun 'docker run --help' for more information\n";
    expect(lastLine(said)).toBe(
      "docker: Cannot connect to the Docker daemon. Is the docker daemon running?",
    );
    expect(lastLine("docker: no.\nSee 'docker run --help'.")).toBe("docker: no.");
    expect(lastLine("\n")).toBe("");
  });
});
