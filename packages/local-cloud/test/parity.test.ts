import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { compareSchemas } from "../parity/compare-schema";
import { document } from "../parity/document";
import { gaps, leftOut } from "../parity/gaps";
import { formatted } from "../parity/parity";
import { readRecordings } from "../parity/recording";
import { judge, run, type Outcome } from "../parity/run";
import { rows } from "../parity/table";
import { providers } from "../providers";

const root = path.resolve(__dirname, "../../..");
const own = path.resolve(__dirname, "../recorded");

async function replayAll(directory: string): Promise<Outcome> {
  const { calls, unreadable, skipped } = readRecordings(directory);
  return { ...(await run(calls, providers, leftOut)), unreadable, skipped };
}

describe("the emulators against every recorded call of the real providers", () => {
  let outcome: Outcome;
  const schema = compareSchemas(providers);
  const verdict = () => judge({ findings: [...outcome.findings, ...schema] }, gaps);
  beforeAll(async () => {
    outcome = await replayAll(own);
  }, 240_000);

  it("show no difference without a reason, nor other fields than the SDKs", () => {
    expect(verdict().unexplained).toEqual([]);
    expect(schema.length).toBeGreaterThan(480);
  });

  it("need every known gap that is listed", () => {
    expect(verdict().unused).toEqual([]);
  });

  it("cover every recorded type that is not left out with a reason", () => {
    expect(outcome.missing).toEqual([]);
    const absent = outcome.leftOut.map(({ type }) => type).sort();
    expect(absent).toEqual(leftOut.map(({ type }) => type).sort());
  });

  it("were asked every recorded call", () => {
    expect(outcome.unreadable).toEqual([]);
    expect(outcome.calls).toBeGreaterThan(1500);
  });

  it("are described by docs/parity.md as they are now (npm run parity -- --write)", async () => {
    const table = rows(outcome.findings, gaps, providers);
    const text = await formatted(document(outcome, table, gaps, schema));
    expect(fs.readFileSync(path.join(root, "docs/parity.md"), "utf8")).toBe(text);
  });

  it("are no closer to AWS than the README says", () => {
    const table = rows(outcome.findings, gaps, providers).filter((row) => row.provider === "aws");
    const compared = table.filter((row) => row.recorded).length;
    const readme = fs.readFileSync(path.join(root, "README.md"), "utf8").replaceAll("\n", " ");
    expect(readme).toContain(`${compared} of ${table.length} fields`);
  });
});

describe("the comparison itself", () => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "parity-"));
  afterAll(() => fs.rmSync(directory, { recursive: true }));

  const droplet = "digitalocean:index/droplet:Droplet";
  const urn = `urn:pulumi:dev::agency::${droplet}::web`;
  const inputs = {
    __defaults: ["resizeDisk"],
    image: "ubuntu-24-04-x64",
    name: "web",
    region: "tor1",
    resizeDisk: true,
    size: "s-1vcpu-2gb",
  };
  const state = {
    ...{ backups: false, ipv6: false, gracefulShutdown: false, monitoring: false },
    ...{ id: "77", image: "ubuntu-24-04-x64", name: "web", region: "tor1", resizeDisk: true },
    ...{ size: "s-1vcpu-2gb", disk: 50 },
  };

  async function differences(...lines: object[]) {
    fs.writeFileSync(
      path.join(directory, "calls.jsonl"),
      lines.map((line) => JSON.stringify(line)).join("\n"),
    );
    const outcome = await replayAll(directory);
    const { unexplained } = judge(outcome, gaps);
    return { outcome, found: unexplained.map(({ field, aspect }) => `${field} ${aspect}`) };
  }

  const change = (news: object, response: object, extra: object = {}) => ({
    method: "/pulumirpc.ResourceProvider/Diff",
    request: { id: "77", urn, olds: state, oldInputs: inputs, news: { ...inputs, ...news } },
    response,
    ...extra,
  });
  const stables = ["dropletAgent", "gpuPartitionMode", "image", "monitoring", "publicNetworking"];
  const resized = {
    changes: "DIFF_SOME",
    diffs: ["size"],
    detailedDiff: { size: { kind: "UPDATE" } },
    hasDetailedDiff: true,
    stables: [...stables, "region", "sshKeys", "userData", "vpcUuid"],
  };

  it("accepts a decision that the emulator shares", async () => {
    const { found } = await differences(change({ size: "s-2vcpu-4gb" }, resized));
    expect(found).toEqual([]);
  });

  it("finds an update recorded as a replacement", async () => {
    const replaced = { ...resized, replaces: ["size"] };
    const { found } = await differences(change({ size: "s-2vcpu-4gb" }, replaced));
    expect(found).toEqual(["size diff"]);
  });

  it("finds a nested path that differs, and takes a path without kind for an addition", async () => {
    const added = { ...resized, detailedDiff: { size: {} } };
    const { found } = await differences(change({ size: "s-2vcpu-4gb" }, added));
    expect(found).toEqual(["size diff"]);
  });

  it("finds an input that Check should have added", async () => {
    const news = { image: "ubuntu-24-04-x64", name: "web", size: "s-1vcpu-2gb" };
    const { found } = await differences({
      method: "Check",
      request: { urn: `${droplet}::web`, olds: {}, news },
      response: { inputs: { ...news, __defaults: ["resizeDisk"], resizeDisk: true, extra: 1 } },
    });
    expect(found).toEqual(["extra check"]);
  });

  it("finds an output that is missing, of another format, or unknown where it was known", async () => {
    const { found } = await differences({
      method: "Create",
      request: {
        urn: "digitalocean:index/reservedIp:ReservedIp::ip",
        properties: { __defaults: [], region: "tor1" },
        preview: true,
      },
      response: {
        properties: {
          dropletId: null,
          id: "<unknown>",
          ipAddress: "192.0.2.1",
          region: "tor1",
          reservedIpUrn: "<unknown>",
          lost: "<unknown>",
        },
      },
    });
    expect(found).toEqual(["ipAddress preview", "lost preview"]);
  });

  it("finds an error text that differs, whatever host it names", async () => {
    const create = (error: unknown) => ({
      method: "Create",
      request: { urn, properties: { ...inputs, size: "huge" } },
      response: null,
      ...{ error },
    });
    const text = (message: string) =>
      `rpc error: code = Unknown desc = 1 error occurred:\n\t* Error creating droplet: POST http://127.0.0.1:9/v2/droplets: 422 ${message}\n\n`;
    const right = text("You specified an invalid size for Droplet creation.");
    expect((await differences(create([right]))).found).toEqual([]);
    expect((await differences(create(right))).found).toEqual([]);
    expect((await differences(create(text("No such size.")))).found).toEqual(["(create) error"]);
  });

  it("shows an error of a bad moment on request only", async () => {
    const error =
      "1 error occurred:\n\t* Error creating droplet: POST http://API/v2/droplets: 503 Down\n\n";
    const { outcome, found } = await differences({
      method: "Create",
      request: { urn, properties: inputs },
      errors: [error],
    });
    expect(found).toEqual([]);
    expect(outcome.findings.map(({ onRequest }) => onRequest)).toEqual([true]);
  });

  it("finds the state that a remark in brackets stands for, and says when there is none", async () => {
    const remark = { ...change({ size: "s-2vcpu-4gb" }, resized).request, olds: "(as in Diff)" };
    const again = { method: "Diff", request: remark, response: resized };
    const both = await differences(change({ size: "s-2vcpu-4gb" }, resized), again);
    expect([both.found, both.outcome.unreadable]).toEqual([[], []]);
    const alone = await differences(change({}, { changes: "DIFF_NONE" }), {
      ...again,
      request: { ...remark, id: "78" },
    });
    expect(alone.outcome.unreadable).toEqual([
      { at: "calls.jsonl:2", reason: 'olds is "(as in Diff)" and no earlier call shows it' },
    ]);
  });

  it("names types that are not emulated, and methods that say nothing", async () => {
    const { outcome } = await differences(
      { method: "Check", request: { urn: "some:index/thing:Thing::it", news: {} }, response: {} },
      { method: "GetSchema", request: {}, response: {} },
      { method: "/pulumirpc.ResourceMonitor/Invoke", request: { tok: "some:index:f" } },
    );
    expect(outcome.missing).toEqual([{ type: "some:index/thing:Thing", calls: 1 }]);
    expect([...outcome.skipped]).toEqual([
      ["GetSchema", 1],
      ["Invoke", 1],
    ]);
  });

  it("accepts a gap for the two answers it names and no others", async () => {
    const replaced = { ...resized, replaces: ["size"] };
    const { outcome } = await differences(change({ size: "s-2vcpu-4gb" }, replaced));
    const [difference] = judge(outcome, []).unexplained;
    const { type, field, aspect, recorded, emulated } = difference!;
    const gap = { type, field, aspect, recorded, emulated, reason: "for this test" };
    expect(judge(outcome, [gap])).toMatchObject({ unexplained: [], unused: [] });
    const other = { ...gap, emulated: "no change" };
    expect(judge(outcome, [other])).toMatchObject({ unexplained: [difference], unused: [other] });
  });
});
