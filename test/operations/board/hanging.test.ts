import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";

import { runProgram } from "../../../engine/program";
import type { Board } from "../../../operations/board/assemble";
import { publicKey, shared } from "../../stack-file/fixture";

/** A world in which everything that is asked takes a call and never answers it. */
const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-board-"));
const silent = net.createServer();

beforeAll(async () => {
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const script = (name: string, text: string) =>
    fs.writeFileSync(path.join(directory, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  const write = (name: string, content: unknown) =>
    fs.writeFileSync(path.join(directory, name), stringify(content));
  const { agency, team } = shared();
  write("Pulumi.yaml", {
    name: "berth",
    config: { "berth:agency": { value: agency }, "berth:team": { value: team } },
  });
  const shop = {
    ...{ domain: "shop.example.org", access: ["everyone"], backup: { database: "postgres" } },
    repository: "git@git.example:shop.git",
  };
  write("Pulumi.prod.yaml", { config: { "berth:projects": { shop } } });
  write("Pulumi.stage.yaml", {
    config: { "berth:projects": { shop: { ...shop, domain: "shop.stage.example.org" } } },
  });
  const outputs = {
    nodes: { shop: { address: "192.0.2.1", hostKey: publicKey(9), projects: ["shop"] } },
  };
  const urn = "urn:pulumi:prod::berth::pulumi:pulumi:Stack::berth-prod";
  const resources = [{ type: "pulumi:pulumi:Stack", urn, outputs }];
  fs.writeFileSync(
    path.join(directory, "prod.json"),
    JSON.stringify({ deployment: { resources } }),
  );
  // The state of one stack is told, so that the machine in it is asked too.
  script("pulumi", `case $* in *prod*) cat ${directory}/prod.json ;; *) exec sleep 600 ;; esac`);
  script("ssh-add", `echo '${publicKey(4)}'`);
  script("ssh", "exec sleep 600");
  script("git", "exec sleep 600");
});
afterAll(() => {
  silent.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

it("is told in time by a process that then ends, though nobody who was asked ever answers", async () => {
  const { port } = silent.address() as net.AddressInfo;
  const begun = Date.now();
  const done = await runProgram(
    process.execPath,
    [
      ...["--import", "tsx", path.join(__dirname, "..", "run-berth.ts"), directory],
      ...["board", "--json", "--within", "6"],
    ],
    {
      env: {
        ...{ PATH: `${directory}:/usr/bin:/bin`, HOME: directory },
        ...{ AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "none", AWS_REGION: "us-east-1" },
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      },
      // Long before any of the programs would end by itself.
      signal: AbortSignal.timeout(60_000),
    },
  );
  expect(done.stdout, `${done.code} ${done.stderr}`).not.toBe("");
  expect(Date.now() - begun, done.stderr).toBeLessThan(60_000);
  expect(done.code, done.stderr).toBe(1);
  const { rows, notes } = JSON.parse(done.stdout) as Board;
  const states = Object.fromEntries(rows.map(({ name, cells }) => [name, cells]));
  expect(states["prod/shop"]!.drift).toMatchObject({ state: "unknown" });
  expect(states["prod/shop"]!.backup.why).toMatch(/no answer within/);
  expect(states["stage/shop"]!.drift.why).toMatch(/no answer within/);
  expect(notes).toEqual([expect.stringMatching(/stack stage cannot be read: no answer within/)]);
}, 90_000);
