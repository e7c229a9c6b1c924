import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as zlib from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";

import { serveVault, type Vault } from "../../cloud/vault";

let directory: string;
const running: Vault[] = [];
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-vault-"));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((vault) => vault.stop()));
  fs.rmSync(directory, { recursive: true });
});

async function serve(): Promise<Vault> {
  const vault = await serveVault(directory);
  running.push(vault);
  return vault;
}

async function ask<T>(vault: Vault, door: string, body: object, zip = false): Promise<T> {
  const text = JSON.stringify(body);
  const response = await fetch(
    `http://127.0.0.1:${vault.port}/api/stacks/organization/berth/stage/${door}`,
    {
      method: "POST",
      body: zip ? zlib.gzipSync(text) : text,
      headers: zip ? { "content-encoding": "gzip" } : {},
    },
  );
  return (await response.json()) as T;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

it("gives back what it was given, one by one and in batches", async () => {
  const vault = await serve();
  const plaintexts = [base64("hush"), base64("")];
  const { ciphertexts } = await ask<{ ciphertexts: string[] }>(
    vault,
    "batch-encrypt",
    { plaintexts },
    true,
  );
  expect(ciphertexts.join()).not.toContain(base64("hush"));
  const answer = await ask<{ plaintexts: Record<string, string> }>(vault, "batch-decrypt", {
    ciphertexts,
  });
  expect(ciphertexts.map((text) => answer.plaintexts[text])).toEqual(plaintexts);

  const { ciphertext } = await ask<{ ciphertext: string }>(vault, "encrypt", {
    plaintext: base64("hush"),
  });
  expect(await ask(vault, "decrypt", { ciphertext })).toEqual({ plaintext: base64("hush") });
});

it("refuses what it did not encrypt", async () => {
  const vault = await serve();
  const answer = await ask<{ message: string }>(vault, "decrypt", {
    ciphertext: base64("x".repeat(40)),
  });
  expect(answer.message).toMatch(/unable to authenticate/);
});

it("comes back with its key, on its port when that is free", async () => {
  const first = await serve();
  const { ciphertext } = await ask<{ ciphertext: string }>(first, "encrypt", {
    plaintext: base64("hush"),
  });
  await first.stop();
  const second = await serve();
  expect(second.port).toBe(first.port);
  expect(await ask(second, "decrypt", { ciphertext })).toEqual({ plaintext: base64("hush") });
});

it("moves to another port when its own is taken", async () => {
  const first = await serve();
  await first.stop();
  const squatter = net.createServer();
  await new Promise<void>((resolve) => squatter.listen(first.port, "127.0.0.1", resolve));
  const second = await serve();
  expect(second.port).not.toBe(first.port);
  await new Promise((resolve) => squatter.close(resolve));
});

it("answers a stand-in for what a real stack's key encrypted, and refuses what was damaged", async () => {
  const vault = await serve();
  const foreign = ["v1:wTSo8Zgp:4d2F1A==", "AAABAB8Mx9dSs2bgEFsXvVxrFyfLqfQUZ7eYdGVzdA=="];
  const { plaintexts } = await ask<{ plaintexts: Record<string, string> }>(vault, "batch-decrypt", {
    ciphertexts: foreign,
  });
  const told = foreign.map((text) => Buffer.from(plaintexts[text]!, "base64").toString());
  expect(told).toEqual([
    expect.stringMatching(/^stand-in-[0-9a-f]{16}$/),
    expect.stringMatching(/^stand-in-[0-9a-f]{16}$/),
  ]);
  expect(new Set(told).size).toBe(2);

  const sealed = await ask<{ ciphertext: string }>(vault, "encrypt", { plaintext: base64("hush") });
  const damaged = `${sealed.ciphertext.slice(0, -8)}AAAAAAA=`;
  expect(await ask(vault, "decrypt", { ciphertext: damaged })).toMatchObject({ code: 400 });
});
