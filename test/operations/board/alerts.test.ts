import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { assemble } from "../../../operations/board/assemble";
import { gather } from "../../../operations/board/gather";
import { webhookMark } from "../../../components/integrations/webhook";
import { keepEvidence } from "../../../operations/notify/evidence";
import { today } from "../../stack-file/fixture";
import { asking, fleetOf, well } from "./world";

const env = { SLACK_WEBHOOK_URL: "https://hooks.slack.com/services/T0/B0/one" };
const hoursAgo = (hours: number) => new Date(today.getTime() - hours * 3_600_000);

describe("the board's word on alerts (R83)", () => {
  let directory: string;
  let file: string;
  beforeAll(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-alerts-"));
    file = path.join(directory, "alerts.json");
  });
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  async function cellOf(webhook = webhookMark(env), from = file) {
    const fleet = fleetOf(["shop"]);
    const findings = await gather({
      ...{ project: "berth", fleets: [fleet], parallel: 4, alerts: { file: from, webhook } },
      collectors: asking(fleet, well(fleet)),
      time: { now: () => today, until: Date.now() + 5_000 },
    });
    const [row] = assemble({ project: "berth", findings, unread: [], now: today, seconds: 1 }).rows;
    return row!.cells.alerts;
  }

  it("is good for what Slack took within eight days, with its moment and where it is kept", async () => {
    keepEvidence(file, env, hoursAgo(26));
    expect(await cellOf()).toMatchObject({
      ...{ state: "good", value: "Slack took a message 26 h ago", source: file },
      at: hoursAgo(26).toISOString(),
    });
  });

  it("is bad for what is older, and for another webhook since", async () => {
    const other = webhookMark({ SLACK_WEBHOOK_URL: `${env.SLACK_WEBHOOK_URL}x` });
    expect(await cellOf(other)).toMatchObject({
      state: "bad",
      why: expect.stringContaining("another since") as string,
    });
    keepEvidence(file, env, hoursAgo(9 * 24));
    expect(await cellOf()).toMatchObject({ state: "bad" });
  });

  it.each([
    ["is not there", undefined],
    ["is no JSON", "{"],
    ["has another form", "{}"],
    ["is dated in the future", JSON.stringify({ at: hoursAgo(-48), webhook: webhookMark(env) })],
  ])("is unknown where what was kept %s", async (_, text) => {
    const other = path.join(directory, "other.json");
    fs.rmSync(other, { force: true });
    if (text !== undefined) fs.writeFileSync(other, text);
    expect(await cellOf(webhookMark(env), other)).toMatchObject({ state: "unknown" });
  });
});
