import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Store } from "../../../operations/backups/store";

describe("what a drill writes", () => {
  const got: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    got.push(request.headers);
    request.resume().once("end", () => response.end());
  });
  let endpoint: string;

  beforeAll(async () => {
    process.env["AWS_ACCESS_KEY_ID"] ??= "anybody";
    process.env["AWS_SECRET_ACCESS_KEY"] ??= "anything";
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  // AWS answers 400 without: "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object
  // Lock parameters", for a bucket's default retention too; versitygw takes it (versity/versitygw#1740).
  it("is a new name, with the checksum that a bucket asks for whose objects are locked", async () => {
    const bucket = { name: "archives", region: "us-east-1", adopted: false, keepDays: 35 } as const;
    const store = new Store(
      { bucket, prefix: "backups/shop/", drillKeys: [] },
      { AWS_ENDPOINT_URL_S3: endpoint },
    );
    await store.create("backups/shop/evidence/2026-11-29T031500Z.json", "{}");
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({
      "if-none-match": "*",
      "x-amz-checksum-sha256": "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
    });
  });
});
