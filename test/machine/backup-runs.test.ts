import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

import { backedUpOf, isBackedUp } from "../../components/placement/backed-up";
import { python } from "./backup-python";

describe("a run", () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true });
  });

  /** Whether a run is due at each moment, on a machine whose status is this. */
  const due = (at: readonly string[], status: object, moments: readonly string[], ready = true) => {
    const root = mkdtempSync(join(tmpdir(), "berth-backup-"));
    roots.push(root);
    const files = {
      "etc/berth/backups/shop/declared.json": {
        ...{ environment: "prod", bucket: "b", region: "us-east-1", prefix: "backups/shop/" },
        ...{
          kind: "postgres",
          at,
          consistency: "snapshot",
          files: [],
          exclude: {},
          shrink: 0.5,
          recipients: [],
        },
      },
      "etc/berth/backups/shop/credential.json": { accessKeyId: "a", secretAccessKey: "b" },
      "var/lib/berth/backups/shop/status.json": status,
      "var/lib/berth/sites/shop/kept.json": { project: "shop", mounts: [] },
      ...(ready ? { "var/lib/berth/sites/shop/current": { commit: "c" } } : {}),
    };
    for (const [name, value] of Object.entries(files)) {
      mkdirSync(join(root, name, ".."), { recursive: true });
      writeFileSync(join(root, name), JSON.stringify(value));
    }
    return python(
      `from declared import project_of
from ground import moment_of
import state
project = project_of("shop", sys.argv[1])
print(json.dumps([state.is_due(project, moment_of(each)) for each in sys.argv[2:]]))`,
      "",
      root,
      ...moments,
    );
  };
  const on = (time: string) => `2026-11-29T${time}:00Z`;

  it("is due at its time, once", () => {
    const taken = { lastTaken: { at: "2026-11-28T03:15:02Z" } };
    expect(due(["03:15"], taken, [on("03:14"), on("03:15"), on("23:59")])).toEqual([
      false,
      true,
      true,
    ]);
    const later = { lastTaken: { at: "2026-11-29T03:15:02Z" } };
    expect(due(["03:15"], later, [on("03:16"), "2026-11-30T03:15:00Z"])).toEqual([false, true]);
    expect(due(["03:15", "15:00"], later, [on("14:59"), on("15:00")])).toEqual([false, true]);
  });

  it("is due after one that was missed, and for the first time as soon as there is something", () => {
    const old = { lastTaken: { at: "2026-11-20T03:15:02Z" } };
    expect(due(["03:15"], old, [on("00:00")])).toEqual([true]);
    expect(due(["03:15"], {}, [on("12:00")])).toEqual([true]);
    expect(due(["03:15"], {}, [on("12:00")], false)).toEqual([false]);
    expect(due(["03:15"], { awaits: "recovery" }, [on("12:00")])).toEqual([false]);
  });

  it("is due though the last one is of a day to come: the clock was wrong", () => {
    const ahead = { lastTaken: { at: "2037-01-01T00:00:00Z" } };
    expect(due(["03:15"], ahead, [on("03:16")])).toEqual([true]);
  });

  it("is tried again after one that failed, a quarter of an hour later and three times", () => {
    const tried = (count: number) => ({ tries: { slot: on("03:15"), count, at: on("03:20") } });
    expect(due(["03:15"], tried(1), [on("03:34"), on("03:35")])).toEqual([false, true]);
    expect(due(["03:15"], tried(4), [on("12:00"), "2026-11-30T03:15:00Z"])).toEqual([false, true]);
  });

  it("is one for all who ask at once, and no earlier one that has ended", () => {
    const root = mkdtempSync(join(tmpdir(), "berth-backup-"));
    roots.push(root);
    const [asked, apart, beside] = python(
      `import fcntl, multiprocessing, os, time, types
import serve, state
from ground import write_json
root = sys.argv[1]
places = types.SimpleNamespace(of=lambda name: os.path.join(root, name))
project = types.SimpleNamespace(places=places, prepare=lambda: None)
looked = state.is_busy
def slowly(of):
    time.sleep(0.3)
    return looked(of)
def key(by): return serve.run_of(project, by, False)
serve.state.is_busy = slowly
with multiprocessing.get_context("fork").Pool(2) as pool: asked = pool.map(key, ["one", "other"], 1)
os.remove(places.of(serve.ASKED))
# A restore is at work, and the log is of the last run.
with open(places.of(serve.LOG), "w") as log: log.write("# ended by somebody since then\\n")
write_json(places.of(serve.OUTCOME), {"key": "ended", "code": 0})
with state.alone(project): apart = key("one")
os.remove(places.of(serve.ASKED))
with open(places.of("lock")) as other:
    fcntl.flock(other, fcntl.LOCK_SH)
    beside = looked(project)
print(json.dumps([asked, apart, beside]))`,
      "",
      root,
    ) as [string[], string, boolean];
    expect(new Set(asked).size).toBe(1);
    expect(apart).not.toBe("ended");
    expect(beside).toBe(false);
  });

  it("has a time of the night where none is declared, by its slug alone", () => {
    const backup = { database: "postgres", region: "us-east-1" } as const;
    const bucket = { name: "b", region: "us-east-1", adopted: false, keepDays: 35 } as const;
    const archives = { bucket, prefix: "backups/x/", drillKeys: [] };
    const of = (slug: string) => backedUpOf({ slug, backup, archives }, "prod")!.at;
    expect(of("shop")).toEqual(of("shop"));
    const times = ["shop", "kmc", "club", "portal"].flatMap(of);
    expect(times.every((time) => time >= "01:00" && time < "05:00")).toBe(true);
    expect(new Set(times).size).toBeGreaterThan(1);
    const mongo = { ...backup, database: "mongodb" } as const;
    expect(backedUpOf({ slug: "x", backup: mongo, archives }, "prod")?.consistency).toBe("stop");
  });
});

describe("the first archive of a project", () => {
  /** How who delivered is answered: what is said, and the exit status, or a refusal. */
  const first = (status: object, then: object, more: object = {}) =>
    python(
      `import opening, io, contextlib
told = json.loads(sys.argv[1])
class Project:
    slug = "shop"
    prepare = lambda self: None
    delivered = lambda self: told["delivered"]
seen = [told["status"], told["status"], told["then"]]
opening.state.status_of = lambda project: seen.pop(0) if len(seen) > 1 else seen[0]
opening.state.is_busy = lambda project: told["busy"]
opening.state.is_due = lambda project: told["due"]
opening.moving.stops = lambda project: told["stopped"]
opening.serve.ask = lambda project, by, runs: opening.say(f"asked by {by}") or 1
said = io.StringIO()
with contextlib.redirect_stdout(said):
    try:
        code = opening.first(Project(), "pulumi up", lambda: told["runs"], 0.1)
    except opening.Failed as problem:
        code = str(problem)
print(json.dumps([said.getvalue(), code]))`,
      "",
      JSON.stringify({
        ...{ status, then, delivered: {}, busy: false, due: true, stopped: null, runs: true },
        ...more,
      }),
    ) as [string, number | string];
  const taken = { lastTaken: { key: "backups/shop/2026.tar.lrz", bytes: 900 } };
  const failed = { last: { at: "2026-11-30T10:00:00Z", verdict: "failed", why: "is empty" } };

  it("is waited for, and where it is is said", () => {
    const there = "shop: its archive backups/shop/2026.tar.lrz is there (900 bytes)\n";
    expect(first({}, taken)).toEqual([there, 0]);
    expect(first(taken, {}, { runs: false })).toEqual([there, 0]);
  });

  it("that failed fails whoever waits, by what was wrong, and is made anew for who comes again", () => {
    const [said, code] = first({}, failed);
    expect([said, code]).toEqual([expect.stringContaining("no archive is there: is empty"), 1]);
    expect(first(failed, failed, { due: false })).toEqual(["asked by pulumi up\n", 1]);
  });

  it("that nobody makes is said, and why", () => {
    const none = { delivered: null };
    expect(first({}, {}, none)).toEqual([expect.stringContaining("nothing is delivered yet"), 0]);
    const awaits = { awaits: "recovery" };
    expect(first({}, awaits)).toEqual([expect.stringContaining("is awaited: berth recover"), 0]);
    const moves = { stopped: "shop: its move has this machine frozen" };
    expect(first({}, {}, moves)).toEqual([expect.stringContaining("its move has"), 0]);
    const [, still] = first({}, {}, { runs: false });
    expect(still).toContain("its container does not run");
  });

  it("that takes long goes on, and who waits is told so", () => {
    expect(first({}, {}, { busy: true })).toEqual([expect.stringContaining("goes on"), 0]);
  });
});

describe("a Compose project that people brought up", () => {
  const bucket = { name: "b", region: "us-east-1", adopted: false, keepDays: 35 } as const;
  const archives = { bucket, prefix: "backups/errors/", drillKeys: [] };
  const backup = { database: "postgres", region: "us-east-1", compose: "errors" } as const;

  it("is backed up where Berth may run containers, without a repository or a proxy (R79)", () => {
    expect(isBackedUp({ manage: ["deploy"] }, { archives, backup })).toBe(true);
    expect(isBackedUp({ manage: ["people"] }, { archives, backup })).toBe(false);
    expect(isBackedUp({ manage: ["deploy"] }, { archives, backup, servedBy: "b" })).toBe(false);
    expect(backedUpOf({ slug: "errors", backup, archives }, "prod")?.compose).toBe("errors");
    const over = {
      host: "db.example.org",
      user: "keeper",
      password: "DB_PASSWORD",
      image: "postgres:17",
    };
    const { rds } = backedUpOf({ slug: "x", backup: { ...backup, rds: over }, archives }, "prod")!;
    // Whose password it is the machine need not know.
    expect(rds).toEqual({
      host: "db.example.org",
      port: 5432,
      user: "keeper",
      image: "postgres:17",
    });
  });
});
