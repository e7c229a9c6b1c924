import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { AccessKey } from "../../packages/local-cloud/s3/sign";
import { Archives } from "../machine/archives";
import { Yard } from "../machine/yard";

const archives = new Archives();
const yard = new Yard();
let key: AccessKey;

/** One request of a machine's, signed by curl; answers the status. */
async function ask(method: string, path: string, ...more: readonly string[]): Promise<string> {
  const words = ["curl", "-sS", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}", "-X", method];
  const signed = ["--aws-sigv4", "aws:amz:us-east-1:s3", "--config", "-"];
  const url = `https://s3.us-east-1.amazonaws.com/${path}`;
  const user = `user = "${key.accessKeyId}:${key.secretAccessKey}"\n`;
  const done = await yard.machines.exec("1001", [...words, ...signed, ...more, url], user);
  return done.stdout + done.stderr;
}

beforeAll(async () => {
  await archives.open();
  await archives.bucket("archives");
  key = await archives.writeOnlyKey("archives", "backups/kmc/");
  await yard.open({ services: [archives.service] });
  await yard.create("1001", 0, { docker: true });
  await yard.machines.ready("1001", "booted");
});
afterAll(async () => {
  await yard.clear();
  await archives.close();
});

describe("a machine with a write-only key", () => {
  it("finds S3 at its own name, trusts it, and writes new archives alone", async () => {
    const at = "archives/backups/kmc/2026-11-29T031500Z.tar.lrz";
    const written = ["--data-binary", "archive", "-H", "If-None-Match: *"];
    expect(await ask("PUT", at, ...written)).toBe("200");
    expect(await ask("PUT", at, ...written)).toBe("412");
    expect(await ask("PUT", at, "--data-binary", "other")).toBe("403");
    expect(await ask("GET", at)).toBe("403");
    expect(await ask("DELETE", at)).toBe("403");
    expect((await archives.as().must("GET", at)).body).toBe("archive");
  });

  it("trusts it also once its list of authorities was made anew", async () => {
    const again = await yard.machines.exec("1001", ["update-ca-certificates", "--fresh"]);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(await ask("GET", "archives/backups/kmc/none")).toBe("403");
  });
});
