import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { clockOf } from "../components/clock";

describe("the clock of a run", () => {
  const BERTH_NOW = "2026-11-21T12:00:00Z";
  const ports = { digitalocean: 1, scaleway: 2, aws: 3, cloudflare: 4 };
  const all = Object.entries(ports).map(([name, port]) => `${name}:${port}`);
  let directory: string;

  beforeAll(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-clock-"));
    fs.writeFileSync(path.join(directory, "cloud.json"), JSON.stringify({ pid: 1, ports }));
  });
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  const rehearsal = () => ({ BERTH_LOCAL_DIR: directory, PULUMI_DEBUG_PROVIDERS: all.join(",") });

  it("is the computer's where nothing is injected", () => {
    const before = Date.now();
    expect(clockOf({})().getTime()).toBeGreaterThanOrEqual(before);
  });

  it("is the injected one where every provider is the local cloud's", () => {
    expect(clockOf({ ...rehearsal(), BERTH_NOW })()).toEqual(new Date(BERTH_NOW));
  });

  it.each<[string, Record<string, string>]>([
    ["on a real account", {}],
    [
      "in a shell that knows of a rehearsal and is attached to none",
      { PULUMI_DEBUG_PROVIDERS: "" },
    ],
    [
      "with a real plugin in the place of one",
      { PULUMI_DEBUG_PROVIDERS: all.join(",").replace("aws:3", "aws:33") },
    ],
    ["with a provider that the engine starts itself", { PULUMI_DEBUG_PROVIDERS: all[0]! }],
    ["where no local cloud runs any more", { BERTH_LOCAL_DIR: "/nowhere" }],
  ])("refuses to be injected %s", (title, given) => {
    const environment = title === "on a real account" ? {} : { ...rehearsal(), ...given };
    expect(() => clockOf({ ...environment, BERTH_NOW })).toThrow(
      "BERTH_NOW (environment variable): is set, but this is not the local cloud",
    );
  });

  it("refuses what is no instant", () => {
    expect(() => clockOf({ ...rehearsal(), BERTH_NOW: "tomorrow" })).toThrow("is not an instant");
  });
});
