import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { exportedZone } from "../../../operations/retire/zone-files";
import { World } from "../../../packages/local-cloud/emulator/world";
import { serveCloudflareApi } from "../../../packages/local-cloud/providers/cloudflare/http-api";

describe("a zone's file", () => {
  const id = "a".repeat(32);
  const world = new World();
  world.put("cloudflare/zone", id, { id, name: "shop.example" });
  const put = (key: string, record: Record<string, unknown>) =>
    world.put("cloudflare/dns_record", key, { zoneId: id, ttl: 1, ...record });
  put("1", { name: "shop.example", type: "A", content: "203.0.113.1", proxied: true });
  put("2", { name: "direct.shop.example", type: "CNAME", content: "origin.shop.example" });
  put("3", { name: "shop.example", type: "MX", content: "mail.other.example", priority: 10 });
  put("4", { name: "shop.example", type: "TXT", content: "v=spf1 -all", ttl: 300 });
  world.put("cloudflare/dns_record", "5", { zoneId: "b".repeat(32), name: "b.example", type: "A" });

  let cloud: Awaited<ReturnType<typeof serveCloudflareApi>>;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    cloud = await serveCloudflareApi(world);
    env = {
      CLOUDFLARE_API_TOKEN: "t".repeat(40),
      CLOUDFLARE_BASE_URL: `http://127.0.0.1:${cloud.port}/client/v4`,
    };
  });
  afterEach(() => cloud.stop());

  it("is asked of Cloudflare's API, and holds every record of that zone alone", async () => {
    const text = await exportedZone({ zone: "shop.example", id }, env);
    const records = text.split("\n").filter((line) => line !== "" && !line.startsWith(";"));
    expect(records.filter((line) => !/\t(SOA|NS)\t/.test(line))).toEqual([
      "shop.example.\t1\tIN\tA\t203.0.113.1 ; cf_tags=cf-proxied:true",
      "direct.shop.example.\t1\tIN\tCNAME\torigin.shop.example.",
      "shop.example.\t1\tIN\tMX\t10 mail.other.example.",
      'shop.example.\t300\tIN\tTXT\t"v=spf1 -all"',
    ]);
  });

  it("is refused by name, with what the token needs, where the account does not hold the zone", async () => {
    const other = { zone: "other.example", id: "c".repeat(32) };
    await expect(exportedZone(other, env)).rejects.toThrow(
      /Cloudflare, zone other\.example,.*403.*Zone, DNS, Read/s,
    );
  });
});
