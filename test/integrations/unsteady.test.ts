import * as http from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";

import { JenkinsJobs } from "../../operations/jobs/jenkins";
import { webhookOf } from "../../operations/notify/webhook";
import { Requests } from "../../operations/sentry/request";
import { listening, type Listening } from "../../packages/local-cloud/ground/listen";

type Answer = (response: http.ServerResponse) => void;

/** What a service answers to each path, one after the other; the last again and again. */
let script: Record<string, Answer[]>;
let door: Listening;
let address: string;
const env = {
  ...{ JENKINS_USER: "berth", JENKINS_TOKEN: "11aa22bb33cc", SENTRY_AUTH_TOKEN: "s".repeat(40) },
};

const says =
  (status: number, body: unknown = "", headers: http.OutgoingHttpHeaders = {}): Answer =>
  (response) => {
    response.writeHead(status, headers);
    response.end(typeof body === "string" || body instanceof Buffer ? body : JSON.stringify(body));
  };
const breaksOff: Answer = (response) => {
  response.writeHead(200, { "content-length": "1000" });
  response.write("{");
  setTimeout(() => response.destroy(), 20);
};
const hangsUp: Answer = (response) => response.destroy();
const endless: Answer = (response) => {
  response.writeHead(200);
  const more = () => {
    while (!response.destroyed && response.write("x".repeat(1_000_000)));
  };
  response.on("drain", more);
  more();
};

beforeEach(async () => {
  script = {};
  const server = http.createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0]!;
    const answers = script[path] ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    (answer ?? says(404))(response);
  });
  door = await listening(server, "127.0.0.1");
  address = `http://127.0.0.1:${door.port}`;
});
afterEach(() => door.close());

describe("a build on a Jenkins", { timeout: 60_000 }, () => {
  const build = (log: Answer): void => {
    Object.assign(script, {
      "/job/kmc-prod/build": [says(201, "", { location: `${address}/queue/item/9/` })],
      "/queue/item/9/api/json": [says(200, { executable: { number: 4 } })],
      "/job/kmc-prod/4/api/json": [says(200, { building: false, result: "SUCCESS" })],
      "/job/kmc-prod/4/consoleText": [log],
    });
  };
  const jenkins = (awayMs?: number) => new JenkinsJobs(address, env, awayMs);

  it("is awaited where Jenkins starts anew meanwhile, hangs up or breaks off", async () => {
    build(says(200, "done"));
    script["/queue/item/9/api/json"]!.unshift(says(503, "Jenkins is getting ready to work"));
    script["/job/kmc-prod/4/api/json"]!.unshift(hangsUp, breaksOff);
    script["/job/kmc-prod/4/consoleText"]!.unshift(says(502));
    expect(await jenkins().run("kmc-prod")).toMatchObject({ result: "SUCCESS", log: "done" });
  });

  it("is given up where Jenkins stays away, and never started twice", async () => {
    build(says(200, "done"));
    script["/job/kmc-prod/4/api/json"] = [says(503)];
    await expect(jenkins(0).run("kmc-prod")).rejects.toThrow(
      /kmc-prod\/4\/api\/json: it answered 503/,
    );
    script["/job/kmc-prod/build"] = [says(503), says(201)];
    await expect(jenkins().run("kmc-prod")).rejects.toThrow(/kmc-prod\/build: it answered 503/);
    expect(script["/job/kmc-prod/build"]).toHaveLength(1);
  });

  it("is found again where Jenkins forgot that it waited, and by no other's number", async () => {
    build(says(200, "done"));
    script["/queue/item/9/api/json"] = [says(404)];
    const others = [
      { number: 5, queueId: 19 },
      { number: 4, queueId: 9 },
    ];
    script["/job/kmc-prod/api/json"] = [says(200, { builds: others }), says(200, { builds: [] })];
    expect(await jenkins().run("kmc-prod")).toMatchObject({ result: "SUCCESS" });
    await expect(jenkins().run("kmc-prod")).rejects.toThrow("Jenkins has forgotten its build");
  });

  it("is told by the end of what it said, however much that is", async () => {
    build(says(200, Buffer.concat([Buffer.alloc(40_000_000, "x\n"), Buffer.from("\xff the end")])));
    const { log } = await jenkins().run("kmc-prod");
    expect(log.length).toBeLessThan(1_000_000);
    expect(log).toMatch(/x\n.* the end$/);
  });

  it.each([
    ["a password", says(403, "<h2>No valid crumb was included in the request</h2>"), /API token/],
    ["a login page", says(302, "", { location: "https://login.acme.dev/" }), /https:\/\/login/],
    ["a refusal in its own words", says(400, "", { "x-error": "No such job" }), /400: No such job/],
  ])("is refused by %s, which is told with the fix", async (_, answer, said) => {
    script["/job/kmc-prod/build"] = [answer];
    const refused = jenkins().run("kmc-prod");
    await expect(refused).rejects.toThrow(said);
    await expect(refused).rejects.not.toThrow(/11aa22bb33cc/);
  });

  it("is none where a login page comes with 200 in the place of an answer", async () => {
    script["/api/json"] = [says(200, "<html><form action=login>")];
    await expect(jenkins().list()).rejects.toThrow("is it a Jenkins?");
    script["/api/json"] = [endless];
    await expect(jenkins().list()).rejects.toThrow("answered more than 32 MB");
  });
});

describe("a Sentry", () => {
  const sentry = () => new Requests(address, env);
  const list = () => sentry().list("organizations/acme/teams/", z.string());
  const path = "/api/0/organizations/acme/teams/";

  it("is asked again once its count begins anew, and not when that is too long", async () => {
    const anew = (seconds: number) =>
      says(429, "", { "x-sentry-rate-limit-reset": String(Date.now() / 1_000 + seconds) });
    script[path] = [anew(1), anew(-5), says(200, ["berth"])];
    expect(await list()).toEqual(["berth"]);
    script[path] = [anew(4_000)];
    await expect(list()).rejects.toThrow("it was asked too often; run it again later");
  });

  it("that leads elsewhere is not followed, and where it leads is said", async () => {
    script[path] = [says(302, "", { location: "/api/0/organizations/acme-inc/teams/" })];
    await expect(list()).rejects.toThrow(
      /302 ; it leads to \/api\/0\/organizations\/acme-inc\/teams\/: an organisation or a project has another slug/,
    );
  });

  it("that breaks off, never ends or turns its pages in a circle is told so", async () => {
    script[path] = [breaksOff];
    await expect(list()).rejects.toThrow("broke off in its answer");
    script[path] = [endless];
    await expect(list()).rejects.toThrow("answered more than 32 MB");
    const link = '<x>; rel="next"; results="true"; cursor="0:0:0"';
    script[path] = [says(200, ["berth"], { link })];
    await expect(list()).rejects.toThrow("more than 50 pages");
  });
});

describe("a Slack", () => {
  it.each([
    ["never ends its answer", endless, /200/],
    ["answers what is no text", says(200, Buffer.from([0xff, 0xfe, 0x6f, 0x6b])), /did not take/],
    ["answers 200 with its word for a refusal", says(200, "invalid_payload"), /invalid_payload/],
    [
      "says when by a date",
      says(429, "rate_limited", { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }),
      /429/,
    ],
  ])("that %s did not take the message", { timeout: 30_000 }, async (_, answer, said) => {
    script["/services/hook"] = [answer];
    const told = webhookOf({ SLACK_WEBHOOK_URL: `${address}/services/hook` })("hello");
    await expect(told).rejects.toThrow(said);
    await expect(told).rejects.not.toThrow("/services/hook");
  });
});
