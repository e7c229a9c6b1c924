import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { berth } from "../../operations/berth";
import type { Context } from "../../operations/ground/context";
import { webhookMark } from "../../components/integrations/webhook";
import { messageOf } from "../../operations/notify/result";
import { messageLimit } from "../../operations/notify/slack-text";
import { webhookOf } from "../../operations/notify/webhook";
import { seen, Slack } from "../../packages/local-cloud/services/slack";

/** Titles, names and addresses as people make them. */
const commits = [
  { who: "Ana Example", title: "rename created_at -> updated_at" },
  { who: "Bob <bob@example.org>", title: '<!channel> fix "quotes" & `ticks` \\ slash' },
  { who: "O'Neil | QA", title: "<https://example.org/elsewhere|see the job>" },
  { who: "quay", title: "first line second line @here <@U012345>" },
].map((each, index) => ({ ...each, hash: String(index).repeat(40) }));

let slack: Slack;
let webhook: string;
let scratch: string;
let out: string;

beforeEach(async () => {
  slack = new Slack();
  webhook = await slack.start();
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "berth-notify-"));
});
afterEach(() => {
  void slack.stop();
  fs.rmSync(scratch, { recursive: true });
});

const run = async (argv: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  out = "";
  const say = (text: string) => void (out += text);
  const context = {
    ...{ directory: scratch, env: { SLACK_WEBHOOK_URL: webhook, ...env }, now: new Date() },
    ...{ out: say, say },
  } as unknown as Context;
  return berth(context, ["notify", ...argv]);
};
const git = (...words: string[]) =>
  execFileSync("git", ["-C", scratch, ...words])
    .toString()
    .trim();
const commit = (who: string, address: string, title: string) => {
  const by = ["-c", `user.name=${who}`, "-c", `user.email=${address}`];
  execFileSync("git", ["-C", scratch, ...by, "commit", "-q", "--allow-empty", "-m", title]);
  return git("rev-parse", "HEAD");
};
const told = (result: string, hash: string, ...more: string[]) =>
  run([
    ...["--job", "kmc-test", "--result", result, "--commit", hash],
    ...["--memory", path.join(scratch, "memory.json"), ...more],
  ]);

describe("a message to Slack (R50)", () => {
  it("shows what others wrote as they wrote it, notifies nobody, and links to the build alone", () => {
    const url = "https://jenkins.example.org/job/kmc-test/7/?a=1&b=2";
    const { shown, notified, links } = seen(
      messageOf({ job: "kmc-test", outcome: "failure", commits, url }),
    );
    for (const { who, title, hash } of commits) {
      expect(shown).toContain(`${hash.slice(0, 12)} by ${who}: ${title}`);
    }
    expect(notified).toEqual([]);
    expect(links).toEqual([url]);
  });

  it("takes no address for a link that could end it", () => {
    const url = "https://jenkins.example.org/|x> <!channel>";
    const { notified, links } = seen(messageOf({ job: "a", outcome: "failure", commits: [], url }));
    expect([notified, links]).toEqual([[], []]);
  });

  it("is cut by whole lines and whole characters, and counts what is left out", () => {
    const long = "&😀".repeat(500);
    const many = Array.from({ length: 300 }, (_, index) => ({
      ...commits[0]!,
      title: long,
      who: `p${index}`,
    }));
    const text = messageOf({ job: "kmc-test", outcome: "failure", commits: many });
    expect(text.length).toBeLessThanOrEqual(messageLimit);
    const { shown } = seen(text);
    expect(shown).not.toMatch(/&a|\p{Surrogate}/u);
    const lines = shown.split("\n").slice(1, -1).length;
    expect(shown).toContain(`• and ${300 - lines} more`);
  });
});

// Each run of git takes its time on a busy computer.
describe("berth notify", { timeout: 120_000 }, () => {
  beforeEach(() => git("init", "-q"));

  it("tells the first failure and the recovery, what failed in between, each commit with its own committer, and nothing twice (R50)", async () => {
    const first = commit("Ana", "ana@example.org", "begin");
    expect(await told("success", first)).toBe(0);
    commit("Bob", "bob@example.org", "break it");
    const broken = commit("Vera", "vera@example.org", "on top of it");
    expect(await told("failure", broken), out).toBe(0);
    expect(await told("failure", broken)).toBe(0);
    const still = commit("Ana", "ana@example.org", "not yet");
    expect(await told("failure", still)).toBe(0);
    expect(await told("failure", still)).toBe(0);
    // An earlier commit once more is no other one.
    expect(await told("failure", broken)).toBe(0);
    const mended = commit("Bob", "bob@example.org", "mend it");
    expect(await told("success", mended)).toBe(0);
    expect(await told("success", mended)).toBe(0);
    const messages = slack.got.map(({ text }) => seen(text).shown);
    expect(messages).toHaveLength(3);
    expect(messages[0]).toMatch(
      /kmc-test failed\n• \w+ by Vera: on top of it\n• \w+ by Bob: break it$/,
    );
    expect(messages[1]).toMatch(/kmc-test still fails\n• \w+ by Ana: not yet$/);
    expect(messages[2]).toMatch(
      /kmc-test passes again\n• \w+ by Bob: mend it\n• \w+ by Ana: not yet\n/,
    );
  });

  it("tells nothing anew of what an earlier Berth told, and what fails on top of it from then on", async () => {
    const broken = commit("Bob", "bob@example.org", "break it");
    const kept = { "kmc-test": { outcome: "failure" } };
    fs.writeFileSync(path.join(scratch, "memory.json"), JSON.stringify(kept));
    expect(await told("failure", broken), out).toBe(0);
    expect(slack.got).toEqual([]);
    expect(await told("failure", commit("Ana", "ana@example.org", "not yet"))).toBe(0);
    expect(slack.got.map(({ text }) => text)).toEqual([expect.stringContaining("by Ana: not yet")]);
  });

  it("tells it by the next run where Slack did not take it", async () => {
    const broken = commit("Bob", "bob@example.org", "break it");
    slack.answers = [{ status: 404, body: "no_service" }];
    expect(await told("failure", broken)).toBe(1);
    expect(out).toContain("Slack did not take the message: 404 no_service");
    expect(slack.got).toEqual([]);
    expect(await told("failure", broken)).toBe(0);
    expect(slack.got).toHaveLength(1);
  });

  it("names somebody without a name by the address", async () => {
    const tree = git("write-tree");
    const object = `tree ${tree}\nauthor  <zoe@x> 1700000000 +0000\ncommitter  <zoe@x> 1700000000 +0000\n\nno name\n`;
    const args = ["-C", scratch, "hash-object", "-t", "commit", "-w", "--stdin", "--literally"];
    const hash = execFileSync("git", args, { input: object }).toString().trim();
    expect(await told("failure", hash), out).toBe(0);
    expect(slack.got[0]?.text).toContain("by zoe: no name");
  });

  it("keeps of a test message that Slack took it, and nothing of one that it refused", async () => {
    const kept = path.join(scratch, "alerts.json");
    slack.answers = [{ status: 404, body: "no_service" }];
    expect(await run(["--test", "--evidence", kept])).toBe(1);
    expect(fs.existsSync(kept)).toBe(false);
    expect(await run(["--test", "--evidence", kept]), out).toBe(0);
    const { webhook: mark } = JSON.parse(fs.readFileSync(kept, "utf8")) as { webhook: string };
    expect(mark).toBe(webhookMark({ SLACK_WEBHOOK_URL: webhook }));
    expect(webhookMark({ SLACK_WEBHOOK_URL: `${webhook}x` })).not.toBe(mark);
  });

  it.each([
    ["a dead webhook", { status: 404, body: "no_service" }],
    ["an archived channel", { status: 410, body: "channel_is_archived" }],
    ["what is not Slack", { status: 200, body: "<html>" }],
    ["a redirect", { status: 302, body: "" }],
  ])("fails a test message to %s, and says no address", async (_, answer) => {
    slack.answers = [answer];
    expect(await run(["--test"])).toBe(1);
    expect(out).toContain(`Slack did not take the message: ${answer.status}`);
    expect(out).not.toContain("hook-secret");
  });

  it("proves a webhook by a message that was taken", async () => {
    expect(await run(["--test"])).toBe(0);
    expect(slack.got.map(({ text }) => text)).toEqual([expect.stringContaining("test message")]);
  });

  it.each([
    ["none", ""],
    ["one in the quotes of a file", '"https://hooks.slack.com/services/T0/B0/hook-secret"'],
    ["one without TLS", "http://hooks.slack.com/services/T0/B0/hook-secret"],
    ["one with an escaped slash", "https:\\/\\/hooks.slack.com\\/services\\/hook-secret"],
  ])("refuses %s, by the variable's name alone", async (_, address) => {
    expect(await run(["--test"], { SLACK_WEBHOOK_URL: address })).toBe(1);
    expect(out).toMatch(/SLACK_WEBHOOK_URL is (not set|no address with https)/);
    expect(out).not.toContain("hook-secret");
  });

  it("says no address where nobody answers there", async () => {
    void slack.stop();
    expect(await run(["--test"])).toBe(1);
    expect(out).toContain("Slack was not reached: ECONNREFUSED");
    expect(out).not.toContain("hook-secret");
  });

  it("sends one message a second, and waits once as long as Slack asks", async () => {
    slack.answers = [{ status: 429, body: "rate_limited", retryAfter: "1" }];
    const tell = webhookOf({ SLACK_WEBHOOK_URL: webhook });
    const began = Date.now();
    await tell("one");
    await tell("two");
    const [one, two] = slack.got.map(({ at }) => at);
    expect(one! - began).toBeGreaterThanOrEqual(950);
    expect(two! - one!).toBeGreaterThanOrEqual(950);
    slack.answers = [1, 2].map(() => ({ status: 429, body: "rate_limited", retryAfter: "0" }));
    await expect(tell("three")).rejects.toThrow("429 rate_limited");
  });

  it("leaves a memory alone that it did not write", async () => {
    const broken = commit("Bob", "bob@example.org", "break it");
    fs.writeFileSync(path.join(scratch, "memory.json"), "{}x");
    expect(await told("failure", broken)).toBe(1);
    expect(out).toContain("is not what berth notify wrote");
    expect(fs.readFileSync(path.join(scratch, "memory.json"), "utf8")).toBe("{}x");
    expect(slack.got).toEqual([]);
  });
});
