import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { main } from "../../../operations/board/board";
import { digest } from "../../../operations/board/digest";
import type { Context } from "../../../operations/ground/context";
import { Refusal } from "../../../operations/ground/usage";
import { messageLimit } from "../../../operations/notify/slack-text";
import { seen, Slack } from "../../../packages/local-cloud/services/slack";
import { shared, today } from "../../stack-file/fixture";
import { asking, boardOf, fleetOf, publishedWell, told, visitWell, well } from "./world";

const slugs = Array.from({ length: 60 }, (_, index) => `site${index}`);

describe("the board's digest to Slack (R83)", () => {
  it("is one line where all is well", async () => {
    const board = await boardOf(fleetOf(["shop"]));
    expect(digest(board)).toMatch(
      /^:white_check_mark: Fleet: 0 bad, 0 unknown, \d+ good in 1 row, /,
    );
    expect(digest(board).split("\n")).toHaveLength(1);
  });

  it("tells the worst first, within what Slack takes, and counts the rest", async () => {
    const board = await boardOf(fleetOf(slugs), {
      visits: (domain) =>
        told(domain.startsWith("site7.") ? { kind: "silent", why: "no route" } : visitWell),
      machines: () => Promise.reject(new Error("no route to host")),
    });
    const lines = digest(board).split("\n");
    expect(digest(board).length).toBeLessThanOrEqual(messageLimit);
    expect(lines[0]).toMatch(/^:x: Fleet: /);
    expect(lines[1]).toMatch(/^• prod\/site7: /);
    expect(lines.at(-1)).toBe(`• and ${60 - (lines.length - 2)} more, on the board`);
  });

  it("shows what others wrote as it is, notifies nobody and links nowhere", async () => {
    const board = await boardOf(fleetOf(["shop"]));
    const odd = '<!channel> <https://example.org/x|see> a -> b & "q" `t`';
    const [row] = board.rows;
    const cell = { ...row!.cells.disk, state: "bad" as const, value: odd };
    const bent = { ...row!, bad: 1, cells: { ...row!.cells, disk: cell } };
    const { shown, notified, links } = seen(
      digest({ ...board, bad: 1, rows: [bent], notes: [`${odd}\nmore`] }),
    );
    expect([notified, links]).toEqual([[], []]);
    expect(shown).toContain(`Disk: ${odd}`);
    expect(shown).toContain(`• ${odd} more`);
  });

  it("is never well with nothing looked at, or a stack that cannot be read", async () => {
    const board = await boardOf(fleetOf(["shop"]));
    expect(digest({ ...board, rows: [] })).not.toContain("check_mark");
    expect(digest({ ...board, notes: ["stage cannot be read"] })).not.toContain("check_mark");
  });
});

describe("berth board --digest", () => {
  let slack: Slack;
  let directory: string;
  let webhook: string;

  beforeEach(async () => {
    slack = new Slack();
    webhook = await slack.start();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-digest-"));
    const { agency, team } = shared();
    const write = (name: string, config: object) =>
      fs.writeFileSync(path.join(directory, name), stringify({ name: "berth", config }));
    write("Pulumi.yaml", { "berth:agency": { value: agency }, "berth:team": { value: team } });
    const shop = { domain: "shop.example.org", access: ["everyone"], backup: {} };
    write("Pulumi.prod.yaml", { "berth:projects": { shop } });
  });
  afterEach(() => {
    void slack.stop();
    fs.rmSync(directory, { recursive: true });
  });

  const run = (env: NodeJS.ProcessEnv, ...more: string[]) => {
    const nothing = () => undefined;
    const context: Context = {
      ...{ directory, env, now: today, out: nothing, say: nothing },
      published: () => Promise.resolve(publishedWell(fleetOf(["shop"]))),
      keys: (each) => each,
    };
    return main(context, ["--digest", ...more], (_, [read]) => asking(read!, well(read!)));
  };

  it("ends well once Slack took it, whatever it tells", async () => {
    expect(await run({ SLACK_WEBHOOK_URL: webhook })).toBe(0);
    expect(slack.got.map(({ text }) => text)).toEqual([expect.stringContaining("Fleet: ")]);
  });

  it("keeps that Slack took it, without the webhook's address, and nothing that it refused", async () => {
    const file = path.join(directory, "alerts.json");
    slack.answers = [{ status: 404, body: "no_service" }];
    await expect(run({ SLACK_WEBHOOK_URL: webhook }, "--alerts", file)).rejects.toThrow("404");
    expect(fs.existsSync(file)).toBe(false);
    await run({ SLACK_WEBHOOK_URL: webhook }, "--alerts", file);
    const kept = fs.readFileSync(file, "utf8");
    expect(JSON.parse(kept)).toMatchObject({ at: today.toISOString() });
    expect(kept).not.toContain("hook-secret");
  });

  it("fails where Slack did not, and before anything is looked at without a webhook", async () => {
    slack.answers = [{ status: 404, body: "no_service" }];
    await expect(run({ SLACK_WEBHOOK_URL: webhook })).rejects.toThrow(/404 no_service/);
    await expect(run({})).rejects.toThrow(Refusal);
    expect(slack.got).toEqual([]);
  });
});
