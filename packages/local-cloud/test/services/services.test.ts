import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { World } from "../../emulator/world";
import { serveServices, type Services } from "../../services";
import { seedSentry } from "../../services/sentry/state";

let directory: string;
let services: Services;
const open = async () => (services = await serveServices(new World(directory)));

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "services-"));
  await open();
});
afterEach(async () => {
  await services.stop();
  rmSync(directory, { recursive: true });
});

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: "POST", body, headers, redirect: "manual" });

function asJenkins(path: string, body?: string): Promise<Response> {
  const { address, user, token } = services.card.jenkins;
  const headers = {
    connection: "close",
    authorization: `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`,
    ...(body === undefined ? {} : { "content-type": "application/xml" }),
  };
  if (body === undefined) return fetch(`${address}/${path}`, { headers });
  return post(`${address}/${path}`, body, headers);
}

function asSentry(path: string, body?: object): Promise<Response> {
  const { address, token } = services.card.sentry;
  const headers = {
    ...{ authorization: `Bearer ${token}`, "content-type": "application/json" },
    connection: "close",
  };
  if (body === undefined) return fetch(`${address}/api/0/${path}`, { headers });
  return post(`${address}/api/0/${path}`, JSON.stringify(body), headers);
}

const job = (text = "") => `<?xml version="1.0"?>\n<project>${text}</project>`;

it("are where they were after a restart, with all they had", async () => {
  const before = services.card;
  seedSentry(new World(directory), { organization: "acme", teams: ["berth"] });
  expect((await post(before.slack.webhook, '{"text":"hello"}')).status).toBe(200);
  expect((await asJenkins("createItem?name=kmc-test", job())).status).toBe(200);
  await services.stop();
  await open();
  expect(services.card).toEqual(before);
  const made = await asSentry("teams/acme/berth/projects/", {
    ...{ name: "kmc-prod", slug: "kmc-prod", default_rules: false },
  });
  expect(made.status).toBe(201);
  await services.stop();
  await open();
  const world = new World(directory);
  expect(world.list("slack/message").map(({ data }) => data["text"])).toEqual(["hello"]);
  expect(world.list("jenkins/job").map(({ id }) => id)).toEqual(["kmc-test"]);
  const projects = (await (await asSentry("organizations/acme/projects/")).json()) as object[];
  expect(projects).toMatchObject([{ slug: "kmc-prod" }]);
});

it("have no organization of Sentry that nobody set up", async () => {
  expect((await asSentry("organizations/acme/projects/")).status).toBe(404);
});

describe("Jenkins", () => {
  it("lets in nobody else", async () => {
    expect((await fetch(`${services.card.jenkins.address}/api/json`)).status).toBe(401);
  });

  it("makes a job once, of XML alone", async () => {
    expect((await asJenkins("createItem?name=a", "no xml")).status).toBe(500);
    expect((await asJenkins("createItem?name=a", job())).status).toBe(200);
    expect((await asJenkins("createItem?name=a", job())).status).toBe(400);
    expect((await asJenkins("job/b/config.xml", job())).status).toBe(404);
  });

  it("runs no job that is disabled, and none without the parameters that it has", async () => {
    const parameters = "<hudson.model.ParametersDefinitionProperty/>";
    await asJenkins("createItem?name=off", job("<disabled>true</disabled>"));
    await asJenkins("createItem?name=asks", job(parameters));
    expect((await asJenkins("job/off/build", "")).status).toBe(409);
    expect((await asJenkins("job/asks/build", "")).status).toBe(400);
    expect((await asJenkins("job/asks/buildWithParameters", "")).status).toBe(201);
  });

  it("ends a build as it was told, and as badly as one that it waits for", async () => {
    const waits = `<builders><hudson.plugins.parameterizedtrigger.TriggerBuilder><projects>tests</projects></hudson.plugins.parameterizedtrigger.TriggerBuilder></builders>`;
    await asJenkins("createItem?name=tests", job());
    await asJenkins("createItem?name=deliver", job(waits));
    const result = async () => {
      const left = (await asJenkins("job/deliver/build", "")).headers.get("location")!;
      const path = new URL(left).pathname.slice(1);
      const queued = (await (await asJenkins(`${path}api/json`)).json()) as {
        executable: { number: number };
      };
      const at = `job/deliver/${queued.executable.number}`;
      const told = (await (await asJenkins(`${at}/api/json`)).json()) as { result: string };
      return [told.result, await (await asJenkins(`${at}/consoleText`)).text()];
    };
    expect(await result()).toEqual(["SUCCESS", ""]);
    await services.stop();
    new World(directory).put("jenkins/outcome", "tests", { result: "FAILURE", log: "1 failed" });
    await open();
    expect(await result()).toEqual(["FAILURE", "tests: 1 failed"]);
  });
});
