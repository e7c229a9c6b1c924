import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { main } from "../../operations/review/review";
import type { Context } from "../../operations/ground/context";
import { reviewOf } from "../../operations/review/model";
import { UnreadablePreview } from "../../engine/preview";
import { readCleaned } from "../../operations/review/read-cleaned";
import { dropletLine, events, logText, nodeLine, written } from "./event-log";

const log = {
  lines: [nodeLine("same", "kmc"), dropletLine("update", "kmc", { size: "s-2vcpu-4gb" })],
};
const whole = events(log);

describe("a preview that cannot be trusted", () => {
  it.each<[string, string, RegExp]>([
    ["empty", "", /is empty/],
    ["no JSON", "Previewing update (prod):", /no JSON/],
    ["cut off inside a line", logText(log).slice(0, -40), /cut off or broken/],
    ["cut off at a line", written(whole.slice(0, -1)), /end is missing/],
    [
      "without its summary",
      written(whole.filter((event) => !("summaryEvent" in event))),
      /summary is missing/,
    ],
    [
      "with a step lost",
      written(whole.filter((_, index) => index !== 3)),
      /holds 0 steps "update"/,
    ],
    ["two logs in one", logText(log) + logText(log), /out of order/],
    [
      "the log of an update",
      logText(log).replace('"isPreview":true', '"isPreview":false'),
      /log of an update/,
    ],
    [
      "an operation of another version",
      logText(log).replace('"op":"update"', '"op":"mutate"'),
      /this version of Berth/,
    ],
    [
      "an event of another version",
      logText(log).replace('"cancelEvent"', '"endEvent"'),
      /this version of Berth/,
    ],
    [
      "a digest of another version",
      JSON.stringify({ version: 4, resources: [] }),
      /this version of Berth/,
    ],
    [
      "a digest that names nothing",
      JSON.stringify({ steps: [], duration: 1 }),
      /names no resource/,
    ],
    [
      "policies' words lost",
      logText(log).replace('"failed":[]', '"failed":["encrypt-buckets"]'),
      /encrypt-buckets said is missing/,
    ],
  ])("is refused: %s", (_, text, message) => {
    expect(() => readCleaned(text, "the file")).toThrow(UnreadablePreview);
    expect(() => readCleaned(text, "the file")).toThrow(message);
    expect(() => readCleaned(text, "the file")).toThrow(/^the file.* Fix: /s);
  });

  it("is refused for waivers without reason, owner or date", () => {
    const preview = readCleaned(
      logText({ ...log, waivers: [{ policy: "x", resource: "y" }] }),
      "the file",
    );
    const judge = () => reviewOf(preview, { approved: [], today: "2026-11-21" });
    expect(judge).toThrow(/berth:waivers is malformed/);
  });

  describe("in the comment", () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-unreadable-"));
    afterAll(() => fs.rmSync(directory, { recursive: true }));
    const failing = { ...log, errors: ["berth:projects.kmc.domain: is missing."] };

    it.each<[string, string, RegExp]>([
      ["cut off", logText(log).slice(0, -40), /cut off or broken/],
      [
        "of another version",
        logText(log).replace('"op":"update"', '"op":"mutate"'),
        /this version/,
      ],
      ["of a run that failed", logText(failing), /domain: is missing/],
      ["with a waiver of no reason", logText({ ...log, waivers: [{ policy: "x" }] }), /malformed/],
    ])("is never green, and fails the run: %s", async (_, text, words) => {
      const file = path.join(directory, "preview.json");
      fs.writeFileSync(file, text);
      const good = path.join(directory, "good.json");
      fs.writeFileSync(good, logText({ ...log, lines: [nodeLine("same", "kmc")] }));
      let comment = "";
      const context = { now: new Date("2026-11-21"), out: (said: string) => (comment += said) };
      const argv = ["--from", `${good},${file}`, "--markdown"];
      expect(await main(context as unknown as Context, argv)).toBe(3);
      expect(comment).toMatch(words);
      expect(comment.match(/🔴|🟢/u)?.[0], "the verdict read first").toBe("🔴");
    });
  });

  describe("of no stack", () => {
    const clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-nothing-"));
    afterAll(() => fs.rmSync(clone, { recursive: true }));
    async function reviewed(...argv: string[]) {
      let text = "";
      const out = (said: string) => void (text += said);
      const context = { directory: clone, now: new Date("2026-11-21"), out, say: () => undefined };
      return { code: await main(context as unknown as Context, argv), text };
    }

    it("is never green: a stack that has a file on neither side, of a base and of a head", async () => {
      fs.writeFileSync(path.join(clone, "Pulumi.yaml"), "name: berth\nruntime: nodejs\n");
      fs.writeFileSync(path.join(clone, "Pulumi.prod.yaml"), "config: {}\n");
      const person = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org"];
      for (const argv of [
        ["init", "-q"],
        ["add", "."],
        ["commit", "-q", "-m", "x"],
      ]) {
        execFileSync("git", [...person, ...argv], { cwd: clone });
      }
      for (const more of [[], ["--head", "HEAD"]]) {
        const { code, text } = await reviewed("--stack", "prod,prd", ...more);
        expect(code).toBe(3);
        expect(text).toContain('no stack is called "prd". Did you mean prod? There are: prod.');
      }
    });

    it("is never green: nothing to read", async () => {
      const { code, text } = await reviewed("--from", ",", "--markdown");
      expect(code).toBe(3);
      expect(text).toContain("No stack was previewed, so nothing is judged");
      expect(text.match(/🔴|🟢/u)?.[0]).toBe("🔴");
    });
  });

  it("reads the JSON digest too, and says that no policy judged it", () => {
    const metadata = (index: number) =>
      (
        whole[index] as {
          resourcePreEvent: { metadata: { op: string; urn: string; old: unknown; new: unknown } };
        }
      ).resourcePreEvent.metadata;
    const steps = [1, 3].map((index) => {
      const { op, urn, old, new: after } = metadata(index);
      return { op, urn, oldState: old, newState: after, detailedDiff: null };
    });
    const text = JSON.stringify({ steps, duration: 1, changeSummary: { same: 12, update: 1 } });
    const review = reviewOf(readCleaned(text, "x"), { approved: [], today: "2026-11-21" });
    expect(review.verdict).toBe("stop");
    expect(review.blockers.join()).toContain("the JSON digest tells nothing of policies");
    expect(review.changes.map(({ name }) => name)).toEqual(["kmc-server"]);
  });
});
