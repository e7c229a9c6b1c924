import { existsSync, readFileSync } from "node:fs";
import * as https from "node:https";
import { join } from "node:path";
import type { Duplex } from "node:stream";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openEdge } from "../../edge/edge";
import { run } from "../../hosts/process";
import { purgeKind } from "../../providers/cloudflare/http-api";
import {
  closeGround,
  openGround,
  address,
  directory,
  world,
  record,
  visit,
  statusOf,
  selfMade,
  edge,
  names,
  seen,
  served,
} from "./edge-ground";

beforeAll(openGround);
afterAll(closeGround);

describe("what comes through the edge", () => {
  beforeAll(selfMade);

  it("says who asked, and not what a visitor claims", async () => {
    const headers = {
      ...{ "cf-connecting-ip": "192.0.2.9", "cf-ray": "mine", "x-forwarded-proto": "ftp" },
      "x-forwarded-for": "192.0.2.8",
    };
    await visit("www.kmc.example", { headers });
    expect(seen.headers).toMatchObject({
      ...{ host: "www.kmc.example", "x-forwarded-proto": "https", "cf-ipcountry": "XX" },
      "cf-connecting-ip": "127.0.0.1",
      // As Cloudflare has it: what was there stays in front.
      "x-forwarded-for": "192.0.2.8, 127.0.0.1",
      "cf-visitor": '{"scheme":"https"}',
    });
    expect(seen.headers["cf-ray"]).toMatch(/^[0-9a-f]{16}-LOC$/);
    expect(seen.from).toBe(address);
  });

  it("is served from memory where it is a file that nobody forbids to keep", async () => {
    const twice = async (path: string) => {
      const before = served;
      const first = await visit("kmc.example", { path });
      const second = await visit("kmc.example", { path });
      expect(second.text).toBe(first.text);
      expect(first.headers["cache-control"]).not.toBe("s-maxage=7200");
      return [served - before, second.headers["cf-cache-status"]];
    };
    expect(await twice("/logo.png?1")).toEqual([1, "HIT"]);
    expect(await twice("/logo.png?control=public, max-age=60".replace(" ", "%20"))).toEqual([
      1,
      "HIT",
    ]);
    expect(await twice("/logo.png?control=no-store")).toEqual([2, "MISS"]);
    expect(await twice("/page")).toEqual([2, "DYNAMIC"]);
    world.put(purgeKind, "kmc.example", { times: 1 });
    await edge.settled();
    expect(await twice("/logo.png?1")).toEqual([1, "HIT"]);
  });

  it("may be as large as Cloudflare takes, and no larger", async () => {
    const mebi = 1 << 20;
    const sized = (size: number) => ({
      body: size,
      headers: { "content-length": String(size) },
      path: "/upload",
    });
    expect(await statusOf("kmc.example", sized(99 * mebi))).toBe(200);
    expect(seen.body).toBe(99 * mebi);
    const refused = await visit("kmc.example", {
      ...{ headers: { "content-length": String(101 * mebi) }, body: 0 },
    }).catch(() => ({ status: 413 }));
    expect(refused.status).toBe(413);
  });

  it("may be a connection that lasts, over a reload of the edge", async () => {
    await edge.settled();
    const headers = {
      ...{ host: "kmc.example", connection: "Upgrade", upgrade: "websocket" },
      ...{ "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
    };
    const asked = https.request({
      ...{ host: address, port: 443, servername: "kmc.example", headers, agent: false },
      ca: readFileSync(edge.authority),
    });
    const socket = await new Promise<Duplex>((resolve, reject) => {
      asked.on("error", reject).on("upgrade", (_response, upgraded) => resolve(upgraded));
      asked.on("response", ({ statusCode }) => reject(new Error(`no upgrade: ${statusCode}`)));
      asked.end();
    });
    const said = async (text: string) => {
      const heard = new Promise<string>((resolve) =>
        socket.once("data", (chunk: Buffer) => resolve(chunk.toString())),
      );
      socket.write(text);
      return heard;
    };
    expect(await said("one")).toBe("one");
    await record("later.");
    expect(await statusOf("later.kmc.example")).toBe(200);
    expect(await said("two")).toBe("two");
    socket.destroy();
  });

  it("loses nobody who comes while it is reloaded, on kept connections and on new ones", async () => {
    await edge.settled();
    const agent = new https.Agent({ keepAlive: true, maxSockets: 4 });
    const ca = readFileSync(edge.authority);
    let over = false;
    const tally = { ok: 0, failed: [] as string[] };
    const visitor = async (own: https.Agent | false) => {
      while (!over) {
        const status = await new Promise<string>((resolve) => {
          https
            .get(
              {
                host: address,
                servername: "kmc.example",
                headers: { host: "kmc.example" },
                ca,
                agent: own,
              },
              (response) => response.resume().on("end", () => resolve(String(response.statusCode))),
            )
            .on("error", (error) => resolve(error.message));
        });
        if (status === "200") tally.ok++;
        else tally.failed.push(status);
      }
    };
    const visitors = [agent, agent, false, false].map((own) => visitor(own as https.Agent | false));
    for (let n = 0; n < 4; n++) {
      await record(`n${n}.`);
      await edge.settled();
    }
    over = true;
    await Promise.all(visitors);
    agent.destroy();
    expect(tally.failed).toEqual([]);
    expect(tally.ok).toBeGreaterThan(20);
  });
});

describe("an edge's end", () => {
  it("leaves nothing, also where nobody ended it", async () => {
    const pid = Number(readFileSync(join(directory, "process"), "utf8").split(" ")[0]);
    const running = async () => (await run(["ps", "-eo", "args"])).includes(directory);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    // A second one, as after a kill -9 of the first one's owner.
    const second = await openEdge({ directory, address, nameServer: names, world });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await second.close();
    expect(existsSync(join(directory, "process"))).toBe(false);
    expect(await running()).toBe(false);
  });
});
