import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";

import type { Context } from "../../operations/ground/context";
import { survey } from "../../operations/fleet/fleet";
import type { Published } from "../../operations/ground/published";
import { visit } from "../../operations/ground/ssh";
import { tellUnfinished } from "../../operations/ground/unfinished";
import { Refusal } from "../../operations/ground/usage";
import { publicKey } from "../stack-file/fixture";

const node = { address: "192.0.2.1", hostKey: publicKey(42), projects: ["kmc"] };

describe("a stack whose file or state cannot be read", () => {
  let directory: string;
  let said: string;
  let states: Record<string, Published | Refusal>;
  const write = (name: string, text: string) => fs.writeFileSync(path.join(directory, name), text);
  const context = (): Context => ({
    directory,
    env: {},
    now: new Date("2026-11-21T12:00:00Z"),
    out: () => undefined,
    say: (text) => void (said += `${text}\n`),
    keys: (fleet) => fleet,
    published: (stack) => {
      const state = states[stack];
      return state instanceof Refusal ? Promise.reject(state) : Promise.resolve(state);
    },
  });

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-left-out-"));
    said = "";
    states = { prod: { nodes: { kmc: node }, interrupted: [] } };
    const agency = {
      name: "acme",
      domains: ["acme.dev"],
      zones: { "acme.dev": "a".repeat(32) },
      awsAccount: "413528927365",
    };
    const team = {
      members: { ana: { keys: [publicKey(41)] } },
      deployers: { ci: publicKey(40) },
    };
    const project = { domain: "kmc.acme.dev", access: ["ana"], backup: { database: "none" } };
    const shared = { "berth:agency": { value: agency }, "berth:team": { value: team } };
    write("Pulumi.yaml", stringify({ name: "left", runtime: "nodejs", config: shared }));
    write("Pulumi.prod.yaml", stringify({ config: { "berth:projects": { kmc: project } } }));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  it("is told once where the file is wrong that all stacks share", async () => {
    const team = { members: { ana: { keys: [publicKey(41)] } }, deployers: { ci: publicKey(40) } };
    const shared = { "berth:agency": { value: { domains: [] } }, "berth:team": { value: team } };
    write("Pulumi.yaml", stringify({ name: "left", runtime: "nodejs", config: shared }));
    for (const stack of ["stage", "prod"]) {
      const projects = { kmc: { domain: `${stack}.acme.dev`, access: ["ana"] } };
      write(`Pulumi.${stack}.yaml`, stringify({ config: { "berth:projects": projects } }));
    }
    const failed: Error = await survey(context(), {}).then(
      () => new Error("nothing is wrong"),
      (error: Error) => error,
    );
    const lines = failed.message.split("\n").slice(1);
    expect(lines.filter((line) => line.includes("berth:agency.name: is missing"))).toHaveLength(1);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it("is named by its file and left out: the one that stack init leaves behind", async () => {
    write("Pulumi.sandbox.yaml", "encryptionsalt: v1:abc:v1:def:ghi\n");
    const whole = await survey(context(), {});
    expect(whole.machines).toMatchObject([{ stack: "prod", node: { name: "kmc" } }]);
    expect(whole.unread).toMatchObject([{ stack: "sandbox", declares: false }]);
    expect(said).toMatch(
      /^left out, the others go on: Pulumi\.sandbox\.yaml: declares no projects/,
    );
  });

  it("is told with its first problem, and its machines are not forgotten", async () => {
    const wrong = { "berth:projects": { shop: { domain: "shop.acme.dev", acces: [] } } };
    write("Pulumi.stage.yaml", stringify({ config: wrong }));
    states["stage"] = { nodes: { shop: node }, interrupted: [] };
    const { machines, unread, undeclared } = await survey(context(), {});
    expect(machines).toHaveLength(1);
    expect(unread).toMatchObject([{ stack: "stage", declares: true }]);
    expect(unread[0]!.why).toMatch(/^Pulumi\.stage\.yaml: .*acces/);
    expect(undeclared).toMatchObject([{ stack: "stage", name: "shop", why: unread[0]!.why }]);
    await expect(survey(context(), { stack: "stage" })).rejects.toThrow("acces");
  });

  it("is told where its state cannot be read, unless that is so of every one", async () => {
    const stage = fs.readFileSync(path.join(directory, "Pulumi.prod.yaml"), "utf8");
    write("Pulumi.stage.yaml", stage.replace("kmc.acme.dev", "stage.kmc.acme.dev"));
    states["stage"] = new Refusal("the state of stack stage cannot be read: it is no JSON");
    const { machines, unread } = await survey(context(), {});
    expect(machines).toMatchObject([{ stack: "prod" }]);
    expect(unread).toMatchObject([{ stack: "stage", declares: true }]);
    states["prod"] = new Refusal("no backend");
    await expect(survey(context(), {})).rejects.toThrow("no backend");
  });
});

describe("a session with a machine that does not keep to it", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "berth-liar-"));
  const to = { login: "berth", address: "192.0.2.1", hostKey: publicKey(42) };
  const env = { PATH: `${directory}:${process.env["PATH"]}` };
  const ssh = (text: string) =>
    fs.writeFileSync(path.join(directory, "ssh"), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
  afterEach(() => void vi.useRealTimers());
  afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

  it.each([
    ["talks without end", "yes", "flood"],
    ["complains without end", "yes >&2", "flood"],
    ["falls silent", "echo 'open: x'; exec sleep 600", "timeout"],
  ])("is ended from here where it %s", async (_what, text, fault) => {
    ssh(text);
    const errand = { command: "true", timeoutMs: fault === "timeout" ? 300 : 60_000 };
    expect(await visit(to, { env }, errand)).toMatchObject({ kind: "fault", fault });
  });

  it("is ended from here where it lets the login in and does nothing", async () => {
    ssh("echo 'Welcome!'; exec sleep 600");
    const begins = { saying: "at work", withinMs: 300 };
    const errand = { command: "true", timeoutMs: 60_000, begins };
    expect(await visit(to, { env }, errand)).toMatchObject({ kind: "fault", fault: "idle" });
  });

  it("is waited for where it has begun, however long it works", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const [said, go] = [path.join(directory, "said"), path.join(directory, "go")];
    for (const pipe of [said, go]) execFileSync("mkfifo", [pipe]);
    // More than a pipe holds: once all of it is written, its beginning was read.
    ssh(`echo 'at work'; head -c 1000000 /dev/zero | tr '\\0' x; echo >${said}; read -r <${go}`);
    const begins = { saying: "at work", withinMs: 1000 };
    const session = visit(to, { env }, { command: "true", timeoutMs: 60_000, begins });
    await fs.promises.readFile(said);
    vi.advanceTimersByTime(2000);
    await fs.promises.writeFile(go, "\n");
    expect(await session).toMatchObject({ kind: "ended", code: 0 });
  });
});

describe("whom a person waits for", () => {
  afterEach(() => void vi.useRealTimers());

  it("is told every minute, without those that are done", async () => {
    vi.useFakeTimers();
    const said: string[] = [];
    const unfinished = tellUnfinished((text) => said.push(text));
    const ends = new Map<string, () => void>();
    const works = ["prod/kmc", "prod/clinic"].map((name) =>
      unfinished.during(name, () => new Promise<void>((done) => ends.set(name, done))),
    );
    vi.advanceTimersByTime(60_000);
    ends.get("prod/kmc")!();
    await works[0];
    vi.advanceTimersByTime(60_000);
    ends.get("prod/clinic")!();
    await Promise.all(works);
    unfinished.stop();
    vi.advanceTimersByTime(600_000);
    expect(said).toEqual([
      "still at work after 1 min: prod/kmc, prod/clinic",
      "still at work after 2 min: prod/clinic",
    ]);
  });
});
