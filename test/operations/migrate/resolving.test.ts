import { afterAll, beforeAll, expect, it } from "vitest";

import type { Context } from "../../../operations/ground/context";
import { realWorld } from "../../../operations/migrate/real";
import { serveNames, type NameServer } from "../../../packages/local-cloud/edge/name-server";

let server: NameServer;
beforeAll(async () => {
  const name = "shop.example";
  const record = (type: string, content: string) => ({
    ...{ name, type, content, ttl: 1, proxied: false, priority: 0, data: {} },
  });
  const records = [record("A", "192.0.2.7"), record("AAAA", "2001:db8::7")];
  server = await serveNames("127.0.0.1", 0, {
    names: () => ({ edge: "192.0.2.1", zones: [{ id: name, name, nameServers: [], records }] }),
    upstream: [],
  });
});
afterAll(() => server.close());

it("sees a record of IPv6 that still leads to the old machine", async () => {
  const context = { directory: ".", env: {}, say: () => undefined } as unknown as Context;
  const { resolve } = realWorld(context, undefined);
  const at = `${server.address}:${server.port}`;
  expect(await resolve(at, "shop.example")).toEqual(["192.0.2.7", "2001:db8::7"]);
  expect(await resolve(at, "club.shop.example")).toEqual([]);
});
