import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import { berth } from "../../../operations/berth";
import { agency, hostKey, project } from "../../engine/agency";
import { Bucket } from "./bucket";

const directory = fs.mkdtempSync(join(tmpdir(), "berth-in-place-"));
const bucket = new Bucket("acme-prod-backups-us-east-1");
const keyOf = (slug: string) => `backups/${slug}/2026-11-29T030000Z.tar.lrz`;
const manifestOf = (slug: string) => ({
  ...{ format: 1, project: slug, environment: "prod", begun: "", finished: "", seconds: 1 },
  ...{ commit: null, consistency: "snapshot", tools: {}, databases: [], files: [], left_out: [] },
  archive: { key: keyOf(slug), bytes: 7, sha256: "0".repeat(64) },
});

beforeAll(async () => {
  await bucket.open();
  const write = (name: string, text: string) =>
    fs.writeFileSync(join(directory, name), text, { mode: 0o755 });
  const named = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`berth:${name}`, value]));
  const shared = { agency: { value: agency.agency }, team: { value: agency.team } };
  write("Pulumi.yaml", stringify({ name: "berth", runtime: "nodejs", config: named(shared) }));
  const shop = project("shop.example", { repository: "git@git.example:shop.git" });
  // What people brought up by themselves.
  const errors = project("errors.acme.dev", {
    node: "shop",
    backup: { database: "postgres", compose: "errors" },
  });
  write("Pulumi.prod.yaml", stringify({ config: named({ projects: { shop, errors } }) }));
  // What is called on the machine, and what it is given to read.
  write(
    "ssh",
    '#!/bin/sh\nfor word; do last=$word; done\necho "$last" >"$HERE/called"\ncat >"$HERE/read"\n',
  );
  for (const slug of ["shop", "errors"]) {
    const key = keyOf(slug);
    await bucket.put(key, "archive");
    await bucket.put(key.replace(".tar.lrz", ".manifest.json"), JSON.stringify(manifestOf(slug)));
  }
});
afterAll(async () => {
  await bucket.close();
  fs.rmSync(directory, { recursive: true });
});
beforeEach(() =>
  ["called", "read"].forEach((name) => fs.rmSync(join(directory, name), { force: true })),
);

async function run(...argv: string[]) {
  let said = "";
  const nodes = { shop: { address: "203.0.113.1", hostKey, projects: ["shop", "errors"] } };
  const code = await berth(
    {
      ...{ directory, now: new Date("2026-11-29T12:00:00Z"), keys: (fleet) => fleet },
      env: { HERE: directory, PATH: `${directory}:/usr/bin:/bin`, USER: "ana", ...bucket.env },
      out: () => undefined,
      say: (text) => void (said += `${text}\n`),
      published: () => Promise.resolve({ nodes, interrupted: [] } as never),
    },
    argv,
  );
  const text = (name: string) => {
    const file = join(directory, name);
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  };
  return { code, said, called: text("called")?.trim(), read: text("read") };
}
const program = "'sudo' '-n' '/usr/local/sbin/berth-backup'";

describe("a restore on the machine", () => {
  it.each([
    ["shop", ["restore", "shop", "--to", "prod/shop", "--confirm", "shop"], "'restore'"],
    ["shop", ["recover", "shop"], "'recover'"],
    ["errors", ["restore", "errors", "--to", "prod/shop", "--confirm", "errors"], "'restore'"],
    ["errors", ["recover", "errors"], "'recover'"],
  ])(
    "of %s, by %j, gives it an address of the one archive and no key",
    async (slug, argv, command) => {
      const done = await run(...argv);
      expect(done, done.said).toMatchObject({ code: 0 });
      expect(done.called).toBe(`${program} ${command} '${slug}' '--by' 'ana'`);
      const wish = JSON.parse(done.read!) as { address: string; manifest: unknown };
      expect(wish.manifest).toEqual(manifestOf(slug));
      const address = new URL(wish.address);
      expect(`${address.origin}${address.pathname}`).toBe(
        `https://s3.us-east-1.amazonaws.com/acme-prod-backups-us-east-1/${keyOf(slug)}`,
      );
      expect(Number(address.searchParams.get("X-Amz-Expires"))).toBeLessThanOrEqual(6 * 3600);
      expect(done.read).not.toContain(process.env["AWS_SECRET_ACCESS_KEY"]);
      expect(done.said).not.toContain("X-Amz");
    },
  );

  it("begins with what is there where that is said", async () => {
    const done = await run("recover", "shop", "--empty");
    expect(done).toMatchObject({ code: 0, called: `${program} 'empty' 'shop' '--by' 'ana'` });
  });

  it.each([
    [["restore", "shop", "--to", "prod/shop"], 1, "nothing was touched"],
    [["restore", "shop", "--to", "prod/shop", "--confirm", "club"], 1, "nothing was touched"],
    [["restore", "shop", "--to", "prod/club", "--confirm", "shop"], 1, "on: --to prod/shop"],
    [
      ["restore", "shop", "--to", "prod/shop", "--confirm", "shop", "--at", "2025"],
      1,
      "there are: 2026-11-29T030000Z",
    ],
    [["restore", "shop"], 64, "where to?"],
    [["restore", "shopp", "--list"], 1, "Did you mean shop?"],
    [["recover", "shop", "--empty", "--at", "2026"], 64, "leave --at out"],
  ])("refuses %j before anybody is called", async (argv, code, why) => {
    const done = await run(...argv);
    expect(done).toMatchObject({ code, called: undefined });
    expect(done.said).toContain(why);
  });
});
