import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { World } from "../../packages/local-cloud/emulator/world";
import {
  purgeKind,
  serveCloudflareApi,
} from "../../packages/local-cloud/providers/cloudflare/http-api";
import { purge, PurgeRefused, type PurgeOptions } from "../../operations/migrate/purge";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly type: string | undefined;
  readonly body: unknown;
  readonly at: number;
}

describe("a purge of the edge's cache", () => {
  const token = "t0ken-of-the-operator-0123456789abcdefghij";
  const zones = { "example.org": "a".repeat(32), "shop.example.org": "b".repeat(32) };
  const asked: Asked[] = [];
  const said: string[] = [];
  let answers: { status: number; body?: unknown; headers?: Record<string, string> }[];
  let time: number;
  let server: http.Server;
  let options: PurgeOptions;

  beforeEach(async () => {
    asked.length = said.length = time = 0;
    answers = [];
    server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        asked.push({
          method: request.method!,
          url: request.url!,
          authorization: request.headers.authorization,
          type: request.headers["content-type"],
          body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
          at: time,
        });
        const { status, body, headers } = answers.shift() ?? { status: 200 };
        response.writeHead(status, { "content-type": "application/json", ...headers });
        const good = { success: true, errors: [], messages: [], result: { id: "c".repeat(32) } };
        response.end(typeof body === "string" ? body : JSON.stringify(body ?? good));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4/`;
    const clock = { now: () => time, sleep: (ms: number) => Promise.resolve((time += ms)) };
    options = { token, zones, endpoint, say: (text) => said.push(text), clock };
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const refused = (status: number, code: number, message: string) => ({
    status,
    body: { success: false, errors: [{ code, message }], messages: [], result: null },
  });
  const many = (count: number) => Array.from({ length: count }, (_, n) => `n${n}.example.org`);

  it("asks for a project's names and no others, each in the zone that holds it", async () => {
    await purge(
      ["KMC.example.org", "www.kmc.example.org", "shop.example.org", "kmc.example.org"],
      options,
    );
    expect(asked.map(({ url, body }) => [url, body])).toEqual([
      [
        `/client/v4/zones/${zones["example.org"]}/purge_cache`,
        { hosts: ["kmc.example.org", "www.kmc.example.org"] },
      ],
      [
        `/client/v4/zones/${zones["shop.example.org"]}/purge_cache`,
        { hosts: ["shop.example.org"] },
      ],
    ]);
    for (const { method, authorization, type } of asked) {
      expect([method, authorization, type]).toEqual([
        "POST",
        `Bearer ${token}`,
        "application/json",
      ]);
    }
    expect(said).toEqual([
      "purged: kmc.example.org, www.kmc.example.org",
      "purged: shop.example.org",
    ]);
  });

  it("asks for thirty names at once, five times a minute, and says how long it waits", async () => {
    await purge(many(200), options);
    expect(asked.map(({ body }) => (body as { hosts: string[] }).hosts.length)).toEqual([
      30, 30, 30, 30, 30, 30, 20,
    ]);
    expect(asked.map(({ at }) => at)).toEqual([0, 0, 0, 0, 0, 60_000, 60_000]);
    expect(said.filter((line) => line.startsWith("waiting"))).toEqual([
      "waiting 60 s: the account's purges are limited to 5 a minute",
    ]);
  });

  it("waits where Cloudflare says that others have used the limit up, and not for ever", async () => {
    const often = {
      ...refused(429, 10_000, "Rate limit reached"),
      headers: { "retry-after": "12" },
    };
    answers = [often, refused(429, 971, "slow down")];
    await purge(["kmc.example.org"], options);
    expect(asked.map(({ at }) => at)).toEqual([0, 12_000, 72_000]);
    answers = Array.from({ length: 9 }, () => often);
    await expect(purge(["kmc.example.org"], options)).rejects.toThrow("answers 429");
    expect(answers).toHaveLength(3);
  });

  it.each([
    [
      refused(403, 10_000, "Authentication error"),
      /answers 403 \(10000 Authentication error\); the token needs the permission Zone, Cache Purge/,
    ],
    [{ status: 500, body: "<html>" }, /answers 500/],
    [
      { status: 200, body: { success: false, errors: [{ code: 1107, message: "no" }] } },
      /answers 200 \(1107 no\)/,
    ],
  ])(
    "that is refused is a failure which names what is left and goes on from there",
    async (answer, message) => {
      answers = [{ status: 200 }, answer];
      const error: unknown = await purge([...many(31), "shop.example.org"], options).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(PurgeRefused);
      const { left, message: text } = error as PurgeRefused;
      expect(text).toMatch(message);
      expect(text).toContain("run the same command again");
      expect(text + JSON.stringify(error)).not.toContain(token);
      expect(left).toEqual(["n30.example.org", "shop.example.org"]);
      asked.length = 0;
      await purge(left, options);
      expect(asked).toHaveLength(2);
    },
  );

  it("is taken by the local cloud, for the names of its own zones and with a token alone", async () => {
    const world = new World();
    const zoneId = zones["example.org"];
    world.put("cloudflare/zone", zoneId, { name: "example.org" });
    const cloud = await serveCloudflareApi(world);
    const there = { ...options, endpoint: `http://127.0.0.1:${cloud.port}/client/v4` };
    await purge(["kmc.example.org"], there);
    await purge(["kmc.example.org"], there);
    expect(world.list(purgeKind)).toMatchObject([
      { id: "kmc.example.org", data: { zoneId, times: 2 } },
    ]);
    await expect(purge(["shop.example.org"], there)).rejects.toThrow("10000 Authentication error");
    await expect(purge(["kmc.example.org"], { ...there, token: "short" })).rejects.toThrow("6003");
    const astray = { ...there, zones: { "example.net": zoneId } };
    await expect(purge(["kmc.example.net"], astray)).rejects.toThrow("hosts of this zone");
    await cloud.stop();
  });

  it("says so where nobody answers, without what was asked", async () => {
    server.close();
    server.closeAllConnections();
    await expect(purge(["kmc.example.org"], options)).rejects.toThrow(
      "Cloudflare's API does not answer",
    );
  });

  it.each([
    [
      "a name of no zone",
      ["kmc.example.org", "kmc.example.net"],
      {},
      "kmc.example.net: in no zone of berth:agency.zones",
    ],
    ["no token", ["kmc.example.org"], { token: "" }, "CLOUDFLARE_API_TOKEN is not set"],
    ["a token of two lines", ["kmc.example.org"], { token: "a\nb" }, "or is no token"],
  ])("is refused before anything is asked: %s", async (_, names, changes, message) => {
    await expect(purge(names, { ...options, ...changes })).rejects.toThrow(message);
    expect(asked).toEqual([]);
  });
});
