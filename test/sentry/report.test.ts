import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";

import type { Read } from "../../operations/backups/evidence";
import type { Holdings } from "../../operations/backups/keys";
import type { Context } from "../../operations/ground/context";
import { Refusal } from "../../operations/ground/usage";
import { judged, type Looked } from "../../operations/sentry/report";
import { main } from "../../operations/sentry/sentry";
import { shared, today } from "../stack-file/fixture";
import { Sentry } from "../../packages/local-cloud/services/sentry/sentry";

const hoursAgo = (hours: number) => new Date(today.getTime() - hours * 3_600_000);

describe("what a project's archives and proofs are reported as (R33, R34)", () => {
  const holdings = (hours: number, manifest: string | undefined = "m") =>
    ({ archives: [{ key: "a", at: hoursAgo(hours), bytes: 1, manifest }] }) as unknown as Holdings;
  const record = (days: number, verdict: string, project = "kmc") => {
    const said = { project, verdict, reasons: ["rows differ"], before: [] };
    return { key: "r", record: { ...said, begun: hoursAgo(days * 24).toISOString() } } as unknown;
  };
  const look = (held: Holdings, ...records: unknown[]) =>
    judged(held, records as Read[], "kmc", "kmc/", today);

  it("is well with a young archive and a young proof", () => {
    expect(look(holdings(20), record(7, "proven"))).toEqual({ backup: [], drill: [] });
  });

  it.each([
    ["an old archive", look(holdings(27), record(1, "proven")).backup],
    ["an old proof", look(holdings(1), record(9, "proven")).drill],
    ["a proof from the future", look(holdings(1), record(-2, "proven")).drill],
    ["no proof", look(holdings(1)).drill],
    [
      "a failed drill after a proven one",
      look(holdings(1), record(3, "proven"), record(1, "failed")).drill,
    ],
    ["one that could not run", look(holdings(1), record(1, "could not run")).drill],
    ["another project's proof", look(holdings(1), record(1, "proven", "shop")).drill],
  ])("is not well with %s", (_, problems) => {
    expect(problems).not.toEqual([]);
  });
});

describe("berth sentry --report", () => {
  let sentry: Sentry;
  let clone: string;
  let out: string;

  beforeEach(async () => {
    sentry = new Sentry();
    sentry.teams = ["berth"];
    const address = await sentry.start();
    clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-report-"));
    const { agency, team } = shared() as Record<string, object>;
    const declared = { address, organization: "acme", team: "berth", channel: "#alerts" };
    const site = (domain: string) => ({ domain, access: ["clark"], backup: {} });
    const named = (values: object) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [`berth:${key}`, value]));
    const write = (name: string, content: object) =>
      fs.writeFileSync(path.join(clone, name), stringify(content));
    const all = { agency: { value: { ...agency, sentry: declared } }, team: { value: team } };
    write("Pulumi.yaml", { name: "berth", runtime: "nodejs", config: named(all) });
    const projects = { kmc: site("kmc.countable.ca"), shop: site("shop.example.org") };
    write("Pulumi.prod.yaml", { config: named({ projects }) });
    expect(await run(), out).toBe(0);
  });
  afterEach(() => {
    void sentry.stop();
    fs.rmSync(clone, { recursive: true });
  });

  const well = () => Promise.resolve({ backup: [], drill: [] });
  const run = (...argv: string[]) => runWith(well, ...argv);
  const runWith = async (look: (slug: string) => Promise<Looked>, ...argv: string[]) => {
    out = "";
    const say = (text: string) => void (out += `${text}\n`);
    const context = {
      ...{ directory: clone, now: today, out: say, say, keys: (fleet: unknown) => fleet },
      env: { SENTRY_AUTH_TOKEN: sentry.token },
    } as unknown as Context;
    return main(context, argv, (_, { project }) => look(project.slug));
  };
  const reported = () =>
    Object.fromEntries(sentry.monitors.map(({ slug, checkIns }) => [slug, checkIns.join()]));

  it("reports each backup and drill, and the run", async () => {
    expect(await run("--report", "ok"), out).toBe(0);
    expect(reported()).toEqual({
      ...{ "kmc-backup": "ok", "kmc-drill": "ok", "shop-backup": "ok", "shop-drill": "ok" },
      "berth-nightly": "ok",
    });
  });

  it("reports what is not proven as failed, and a run with a failed step", async () => {
    const look = (slug: string) =>
      Promise.resolve({ backup: [], drill: slug === "kmc" ? ["rows differ"] : [] });
    expect(await runWith(look, "--report", "failed"), out).toBe(1);
    expect(reported()).toMatchObject({ "kmc-backup": "ok", "kmc-drill": "error" });
    expect(reported()).toMatchObject({ "shop-drill": "ok", "berth-nightly": "error" });
  });

  it("is silent about what nobody could look at, and goes on with the others", async () => {
    const look = (slug: string) =>
      slug === "kmc" ? Promise.reject(new Refusal("no credentials")) : well();
    expect(await runWith(look, "--report", "ok")).toBe(1);
    expect(out).toContain("prod/kmc: not reported: no credentials");
    expect(reported()).toMatchObject({ "kmc-backup": "", "kmc-drill": "", "shop-drill": "ok" });
  });

  it("fails where a monitor is not there, and shows nothing of the DSN", async () => {
    sentry.monitors = sentry.monitors.filter(({ slug }) => slug !== "kmc-drill");
    expect(await run("--report", "ok")).toBe(1);
    expect(out).toContain("Sentry did not take the report of kmc-drill: 404; run berth sentry");
    expect(out).not.toContain(sentry.projects[0]!.key);
  });
});
