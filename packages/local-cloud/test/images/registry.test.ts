import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Images } from "../../images";
import { imagesVersion } from "../../images/recipe";
import type { Listening } from "../../ground/listen";
import { serveRegistry } from "../../images/registry";

const blobs = mkdtempSync(join(tmpdir(), "blobs-"));
const sum = "a".repeat(64);
const images: Images = { blobs, manifests: { "nginx:1": `sha256:${sum}` } };
let registry: Listening;
let asked = 0;

beforeAll(async () => {
  writeFileSync(join(blobs, sum), "a manifest");
  registry = await serveRegistry("127.0.0.1", async () => {
    asked++;
    return images;
  });
});

afterAll(async () => {
  await registry.close();
  rmSync(blobs, { recursive: true });
});

const ask = (path: string, method = "GET") =>
  fetch(`http://127.0.0.1:${registry.port}${path}`, { method });

describe("the registry of the local cloud", () => {
  it("answers for its images by tag and by digest", async () => {
    for (const reference of ["1", `sha256:${sum}`]) {
      const answer = await ask(`/v2/library/nginx/manifests/${reference}?ns=docker.io`);
      expect(answer.headers.get("docker-content-digest")).toBe(`sha256:${sum}`);
      expect(await answer.text()).toBe("a manifest");
    }
    const head = await ask("/v2/library/nginx/manifests/1", "HEAD");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "10"]);
  });

  it.each([
    ["another tag", "/v2/library/nginx/manifests/2"],
    ["another image", "/v2/library/redis/manifests/1"],
    ["another digest", `/v2/library/nginx/blobs/sha256:${"b".repeat(64)}`],
    ["a path out of its blobs", "/v2/library/nginx/blobs/..%2f..%2fetc%2fpasswd"],
    ["somebody's image", "/v2/somebody/nginx/manifests/1"],
  ])("does not have %s", async (_, path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it("takes nothing", async () => {
    expect((await ask("/v2/library/nginx/blobs/uploads/", "POST")).status).toBe(405);
  });

  it("asks for the images, which may build them, only where it is asked for one", async () => {
    asked = 0;
    await ask("/v2/");
    await ask("/v2/somebody/nginx/manifests/1");
    expect(asked).toBe(0);
  });
});

describe("the images' version", () => {
  it("is another one over another template, and by another script", () => {
    const version = imagesVersion("template", "script");
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect(imagesVersion("template 2", "script")).not.toBe(version);
    expect(imagesVersion("template", "script 2")).not.toBe(version);
    expect(imagesVersion("template", "script")).toBe(version);
  });
});
