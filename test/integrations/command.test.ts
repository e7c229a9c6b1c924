import { afterEach, beforeEach, expect, it } from "vitest";

import type { Context } from "../../operations/ground/context";
import { main } from "../../operations/integrate/integrate";
import { webhookMark } from "../../components/integrations/webhook";
import { JenkinsDouble } from "../../packages/local-cloud/services/jenkins/jenkins";
import { Slack } from "../../packages/local-cloud/services/slack";

const [slack, jenkins] = [new Slack(), new JenkinsDouble()];
let env: NodeJS.ProcessEnv;
let said: string;

beforeEach(async () => {
  env = { SLACK_WEBHOOK_URL: await slack.start() };
  await jenkins.open();
  Object.assign(env, jenkins.env());
});
afterEach(() => Promise.all([slack.stop(), jenkins.close()]));

const run = (argv: string[], about: object) => {
  said = "";
  const say = (text: string) => void (said += `${text}\n`);
  const context = { directory: "/nowhere", env, out: say, say } as unknown as Context;
  return main(context, argv, () => JSON.stringify(about));
};
const proof = () => ({ stack: "prod", webhook: webhookMark(env) });
const first = { jenkins: "https://ci.acme.dev", slug: "kmc", environment: "prod", moved: false };

it("proves a webhook by a message that Slack took, and fails where it answers 404, without its address", async () => {
  expect(await run(["slack"], proof())).toBe(0);
  expect(slack.got.map(({ text }) => text)).toEqual([
    "Berth tells of stack prod here: this webhook works.",
  ]);
  env["SLACK_WEBHOOK_URL"] += "-gone";
  const failed = run(["slack"], proof());
  await expect(failed).rejects.toThrow("404 no_service");
  await expect(failed).rejects.not.toThrow(/hook-secret/);
});

it("sends nothing by another webhook than the one that the program saw", async () => {
  const before = proof();
  env["SLACK_WEBHOOK_URL"] += "-other";
  await expect(run(["slack"], before)).rejects.toThrow("is not the webhook that the program saw");
});

it("runs no job of a project that comes from another machine, and says who does", async () => {
  expect(await run(["run"], { ...first, moved: true })).toBe(0);
  expect(said).toContain("kmc-prod: not run: kmc ran on another machine before");
  expect(jenkins.jobs.builds()).toEqual([]);
});

it("fails with what a job said that ended otherwise than well, and where people look at it", async () => {
  jenkins.jobs.byHand("kmc-prod");
  jenkins.jobs.endWith("kmc-prod", "UNSTABLE", "begin\n1 of 2 \u001b[31mfailed\n");
  const failed = run(["run"], first);
  await expect(failed).rejects.toThrow(/ended with UNSTABLE \(http:[^]*job\/kmc-prod\/\d+\/\)/);
  await expect(failed).rejects.toThrow(/ {2}begin\n {2}1 of 2 \S*failed$/);
  await expect(failed).rejects.not.toThrow("\u001b");
  jenkins.jobs.endWith("kmc-prod", "SUCCESS");
  expect(await run(["run"], first)).toBe(0);
  expect(said).toBe("kmc-prod: ran, and passed\n");
});

it("is asked in the program's own form alone", async () => {
  await expect(run(["run"], { slug: "kmc" })).rejects.toThrow(/integrate run: \w+ is not as/);
  await expect(run(["fly"], {})).rejects.toThrow(/fly/);
  await expect(run([], {})).rejects.toThrow("one thing to integrate");
});
