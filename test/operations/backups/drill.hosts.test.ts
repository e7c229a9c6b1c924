import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { canonical } from "../../../operations/backups/manifest";
import { BackupGround, hours, now } from "./ground";
import type { Archived, Faults } from "./origin";

describe("a restore drill (R34)", () => {
  const ground = new BackupGround();
  const { docker, origin, bucket, directory } = ground;
  const put = (archived: Archived) => ground.put(archived);
  const run: BackupGround["run"] = (...asked) => ground.run(...asked);
  const drill = () => run(["drill", "shop"]);
  let good: Archived;

  beforeAll(async () => {
    await ground.open();
    good = await origin.archive(hours(5));
  });
  afterAll(() => ground.close());
  beforeEach(() => bucket.empty());

  it("proves a good archive, and leaves nothing behind", async () => {
    await put(good);
    const done = await drill();
    expect(done.out).toMatch(/^shop: proven: \d+ tables, 3\d{3} rows, 2 files/);
    expect(done).toMatchObject({ code: 0 });
    expect(done.out).not.toContain("note:");
    expect(
      await docker.on("docker ps -aq --filter label=berth=drill; docker volume ls -q | wc -l"),
    ).toBe("1\n");
    const [evidence] = (await bucket.keys()).filter((key) => key.includes("evidence/"));
    expect(evidence).toBe("backups/shop/evidence/2026-11-29T080000Z.json");
    const reported = await run(["drill", "--report"]);
    expect(reported).toMatchObject({ code: 0 });
    expect(reported.out).toMatch(/shop +5 h +0 min +proven +3\d{3} /);
    // A date that somebody made up hides for years that nothing comes.
    const early = await run(["drill", "--report"], new Date("2026-11-20T08:00:00Z"));
    expect(early).toMatchObject({ code: 1 });
    expect(early.out).toMatch(/shop +future +future /);
    expect(early.out).toContain("shop: its newest archive is dated in the future: 2026-11-");
    expect(early.out).toContain("shop: its last drill is dated in the future: 2026-11-29");
  });

  it("believes no record in which a byte was changed, and misses one that is gone", async () => {
    const [one, other] = [
      "backups/shop/evidence/2026-11-29T070000Z.json",
      "backups/shop/evidence/2026-11-29T080000Z.json",
    ];
    // Without an archive: what is asked for is the record alone.
    await run(["drill", "shop"], hours(1));
    await run(["drill", "shop"]);
    expect(await bucket.keys()).toEqual([one, other]);
    const [before, text] = [await bucket.text(one), await bucket.text(other)];
    const report = async () => (await run(["drill", "--report"])).out;
    expect(await report()).not.toContain("evidence:");
    await bucket.put(other, text.replace('"failed"', '"proven"'));
    expect(await report()).toContain(`${other}: was changed: its signature does not fit`);
    await bucket.put(other, text.replace("{", "{ "));
    expect(await report()).toContain(`${other}: was changed: it is not spelled as it was written`);
    await bucket.put(other, text);
    await bucket.put(one, before.replace('"failed"', '"proven"'));
    expect(await report()).toContain(`${one}: was changed after ${other} was written`);
    await bucket.remove(one);
    expect(await report()).toContain(`${one}: is gone; ${other} came after it`);
    const week = await run(["drill", "--report"], new Date("2026-12-08T09:00:00Z"));
    expect(week).toMatchObject({ code: 1 });
    expect(week.out).toContain("shop: its last drill is 9 days old; 8 days are allowed");
  });

  it("deletes what is older than it is kept, after a proof alone, and never the proven one", async () => {
    const old = "backups/shop/2026-11-01T031500Z";
    const strange = ["shop/202501/dump.zst", "backups/shop/by-hand.tar.lrz"];
    const lay = async () => {
      for (const key of [`${old}.tar.lrz`, `${old}.manifest.json`, ...strange]) {
        await bucket.put(key, "x");
      }
    };
    await lay();
    await put({ ...good, archive: good.archive.subarray(0, -1) });
    expect(await drill()).toMatchObject({ code: 1 });
    expect(await bucket.keys()).toContain(`${old}.tar.lrz`);
    await put(good);
    const done = await run(["drill", "shop"], hours(-1));
    expect(done.out).toContain(`pruned: ${old}.tar.lrz, ${old}.manifest.json`);
    const left = await bucket.keys();
    expect(left).toEqual(expect.arrayContaining([good.key, ...strange]));
    expect(left).not.toContain(`${old}.tar.lrz`);
    // Weeks without a backup that works: the one that was proven stays.
    const late = await run(["drill", "shop"], new Date("2027-01-20T08:00:00Z"));
    expect(late).toMatchObject({ code: 1 });
    expect(await bucket.keys()).toContain(good.key);
  });

  describe("names what is wrong with", () => {
    const faulty = async (faults: Faults) => put(await origin.archive(hours(5), faults));
    const app = (change: (text: string) => string) => ({
      dump: (name: string, text: string) => (name === "app" ? change(text) : text),
    });

    const objects: [string, () => Promise<void>, string | RegExp][] = [
      [
        "a truncated archive",
        () => put({ ...good, archive: good.archive.subarray(0, -100) }),
        /is truncated: \d+ of \d+ bytes/,
      ],
      [
        "a flipped byte",
        () => {
          const archive = Buffer.from(good.archive);
          archive[Math.floor(archive.length / 2)]! ^= 1;
          return put({ ...good, archive });
        },
        "its bytes are not those that were written",
      ],
      [
        "an archive without manifest",
        () => bucket.put(good.key, good.archive),
        `${"backups/shop/2026-11-29T030000Z.tar.lrz"}: has no manifest`,
      ],
      [
        "the manifest of another archive",
        async () => {
          await put(good);
          const other = "backups/shop/2026-11-29T040000Z";
          await bucket.put(`${other}.tar.lrz`, good.archive);
          await bucket.put(`${other}.manifest.json`, good.manifest);
        },
        `its manifest is of another archive: backups/shop/2026-11-29T030000Z.tar.lrz`,
      ],
    ];
    it.each(objects)("%s", async (_, make, why) => {
      await make();
      const done = await drill();
      expect(done).toMatchObject({ code: 1 });
      expect(done.out).toMatch(/^shop: failed/);
      expect(done.out).toMatch(why);
    });

    it("a stale newest archive", async () => {
      await put(await origin.archive(hours(30)));
      const done = await drill();
      expect(done).toMatchObject({ code: 1 });
      expect(done.out).toMatch(/failed[^]*is 30 h old and the newest that has a manifest/);
    });

    const dumps: [string, Faults, string | RegExp][] = [
      ["an empty dump", app(() => ""), "app: its dump is empty"],
      [
        "the dump of the wrong database",
        app(
          () =>
            "-- Dumped from database version 17.1\nCREATE TABLE other (id int);\n-- PostgreSQL database dump complete\n",
        ),
        /app: 5 tables are missing after the load into postgres:17: /,
      ],
      [
        "a dump that failed at 90 %",
        app((text) => text.slice(0, text.length * 0.9)),
        "app: its dump was cut off: pg_dump did not come to its end",
      ],
      [
        "a missing table",
        { lacks: "public.event_2026" },
        "app: 1 table is missing after the load into postgres:17: public.event_2026",
      ],
      ["a missing upload", { lost: ["one.txt"] }, "files uploads: 1 missing: one.txt"],
      [
        "the wrong major version",
        { manifest: ({ databases }) => void Object.assign(databases[0]!, { server: "16.4" }) },
        "was dumped from PostgreSQL 16.4, and postgres:17 is 17",
      ],
      [
        "a row that is another",
        app((text) => text.replace("\tn2000\t", "\tn2oo0\t")),
        "app: public.customer: its 3000 rows are not those that were dumped",
      ],
    ];
    it.each(dumps)("%s", async (_, faults, why) => {
      await faulty(faults);
      const done = await drill();
      expect(done).toMatchObject({ code: 1 });
      expect(done.out).toMatch(why);
      expect(done.out).not.toContain("shop: proven");
    });

    it("an archive that is encrypted to another key", async () => {
      const { Encrypter, generateIdentity, identityToRecipient } = await import("age-encryption");
      const [mine, another] = [await generateIdentity(), await generateIdentity()];
      const identity = join(directory, "identity");
      writeFileSync(identity, `# a comment\n${mine}\n`);
      const encrypted = async (to: string) => {
        const encrypter = new Encrypter();
        encrypter.addRecipient(await identityToRecipient(to));
        const archive = Buffer.from(await encrypter.encrypt(good.archive));
        const manifest = JSON.parse(good.manifest) as { archive: object };
        const sha256 = createHash("sha256").update(archive).digest("hex");
        manifest.archive = { key: good.key, bytes: archive.length, sha256 };
        return { key: good.key, archive, manifest: canonical(manifest) };
      };
      const env = { BERTH_AGE_IDENTITY: identity };
      await put(await encrypted(mine));
      expect(await run(["drill", "shop"], hours(3), env)).toMatchObject({ code: 0 });
      await put(await encrypted(another));
      const none = await run(["drill", "shop"], hours(2));
      expect(none.out).toMatch(/could not run[^]*BERTH_AGE_IDENTITY names the file/);
      const done = await run(["drill", "shop"], now, env);
      expect(done).toMatchObject({ code: 1 });
      expect(done.out).toMatch(
        /^shop: failed[^]*none of the identities in BERTH_AGE_IDENTITY opens it/,
      );
    });
  });
});
