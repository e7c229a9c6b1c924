import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";

import { messageLimit } from "../../operations/notify/slack-text";
import { newsOf, newsText, tellStanding, type Trouble } from "../../operations/notify/standing";
import { seen, Slack } from "../../packages/local-cloud/services/slack";

const old: Trouble = { subject: "shop", what: "shop: its newest archive is 30 h old" };
const older: Trouble = { subject: "shop", what: "shop: its newest archive is 54 h old" };
const undrilled: Trouble = { subject: "shop", what: "shop: was never drilled" };
const none: Trouble = { subject: "club", what: "club: has no archive" };

describe("what lasts", () => {
  it("is told once, though its figures grow", () => {
    expect(newsOf([], [old]).came).toEqual([old]);
    expect(newsOf([old], [older]).came).toEqual([]);
  });

  it("hides nothing that comes besides, and is right again only when all of it is", () => {
    expect(newsOf([old], [older, undrilled, none])).toMatchObject({
      came: [undrilled, none],
      recovered: [],
    });
    expect(newsOf([old, undrilled], [undrilled]).recovered).toEqual([]);
    expect(newsOf([old, undrilled, none], [none]).recovered).toEqual(["shop"]);
  });

  it("is never right again by nobody's looking", () => {
    const blind = { subject: "report", what: "nothing could be looked at: no file" };
    const first = newsOf([old], [blind], true);
    expect(first).toMatchObject({ came: [blind], recovered: [] });
    expect(newsOf(first.told, [blind], true).came).toEqual([]);
    expect(newsOf(first.told, []).recovered).toEqual(["shop", "report"]);
  });

  it("comes to nothing new where nothing changed", () => {
    const trouble = fc.record({ subject: fc.constantFrom("a", "b"), what: fc.string() });
    fc.assert(
      fc.property(fc.array(trouble), fc.array(trouble), (before, now) => {
        const { told } = newsOf(before, now);
        expect(newsText("x", newsOf(told, now))).toBeUndefined();
      }),
    );
  });

  it("is a message that notifies nobody and is no longer than Slack takes", () => {
    const came = Array.from({ length: 500 }, (_, index) => ({
      subject: "x",
      what: `<!channel> p${index}: <https://example.org|look> & more`,
    }));
    const text = newsText("Backups of prod", { came, recovered: ["a"], told: [] })!;
    expect(text.length).toBeLessThanOrEqual(messageLimit);
    expect(seen(text)).toMatchObject({ notified: [], links: [] });
    expect(text).toMatch(/and \d+ more$/);
  });
});

describe("the channel", () => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-standing-"));
  const file = path.join(scratch, "memory.json");
  let slack: Slack;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    slack = new Slack();
    env = { SLACK_WEBHOOK_URL: await slack.start() };
  });
  afterEach(() => slack.stop());
  afterAll(() => fs.rmSync(scratch, { recursive: true }));

  it("hears of what Slack did not take by the next run", async () => {
    const dead = { SLACK_WEBHOOK_URL: "http://127.0.0.1:1/services/x" };
    await expect(tellStanding(dead, file, "Backups of prod", [old])).rejects.toThrow("not reached");
    expect(await tellStanding(env, file, "Backups of prod", [older])).toBe(true);
    expect(await tellStanding(env, file, "Backups of prod", [older])).toBe(false);
    expect(await tellStanding(env, file, "Backups of stage", [])).toBe(false);
    expect(await tellStanding(env, file, "Backups of prod", [])).toBe(true);
  });

  it("is not told by what another program wrote", async () => {
    fs.writeFileSync(file, '{"kmc-test":{"outcome":"failure"}}');
    await expect(tellStanding(env, file, "x", [])).rejects.toThrow(`--memory ${file}: is not what`);
  });
});
