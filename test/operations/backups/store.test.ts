import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Store } from "../../../operations/backups/store";

describe("a project's part of a bucket", () => {
  const got: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    got.push(request.headers);
    request.resume().once("end", () => {
      if (request.method !== "GET") return response.end();
      response.writeHead(404, { "content-type": "application/xml" });
      response.end("<Error><Code>NoSuchBucket</Code><Message>It does not exist.</Message></Error>");
    });
  });
  let endpoint: string;

  beforeAll(async () => {
    process.env["AWS_ACCESS_KEY_ID"] ??= "anybody";
    process.env["AWS_SECRET_ACCESS_KEY"] ??= "anything";
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const storeOf = (owner?: string) => {
    const usual = { name: "archives", region: "us-east-1", adopted: false, keepDays: 35 } as const;
    const bucket = owner === undefined ? usual : { ...usual, owner };
    const place = { bucket, prefix: "backups/shop/", drillKeys: [] };
    return new Store(place, { AWS_ENDPOINT_URL_S3: endpoint });
  };

  it.each([
    [undefined, "pulumi up of its stack makes the bucket"],
    ["222233334444", "the client makes it in their account 222233334444"],
  ])("that is not there is refused with who makes it: owner %s", async (owner, fix) => {
    await expect(storeOf(owner).holdings()).rejects.toThrow(
      `s3://archives: cannot list backups/shop/: NoSuchBucket: It does not exist.; ${fix}`,
    );
  });

  // AWS answers 400 without: "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object
  // Lock parameters", for a bucket's default retention too; versitygw takes it (versity/versitygw#1740).
  it("takes a new name, with the checksum that a bucket asks for whose objects are locked", async () => {
    await storeOf().create("backups/shop/evidence/2026-11-29T031500Z.json", "{}");
    expect(got.at(-1)).toMatchObject({
      "if-none-match": "*",
      "x-amz-checksum-sha256": "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=",
    });
  });
});
