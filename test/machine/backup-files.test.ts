import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { python, run } from "./backup-parts";

const directory = fs.mkdtempSync(join(tmpdir(), "berth-files-"));
afterAll(() => fs.rmSync(directory, { recursive: true }));

interface Entry {
  readonly entries: number;
  readonly bytes: number;
  readonly list: string;
  readonly changed: readonly string[];
  readonly vanished: readonly string[];
  readonly unreadable: readonly string[];
  readonly grown: readonly string[];
  readonly special: readonly string[];
}

let trees = 0;
/** A directory to be packed. */
function tree(): string {
  const root = join(directory, String(++trees));
  fs.mkdirSync(root);
  return root;
}

/** Packs a tree as a backup does, and restores it with stock lrzip and tar, and as a machine does in place. */
function restored(root: string, faults: object = {}, ...skip: readonly string[]) {
  const archive = `${root}.tar.lrz`;
  const packed = python("tree.py", [root, archive, JSON.stringify(faults), ...skip]);
  expect([packed.code, packed.err]).toEqual([0, ""]);
  const place = `${root}.restored`;
  fs.mkdirSync(place);
  const opened = run([
    "sh",
    "-c",
    'lrzip -q -d -o "$1/x.tar" "$0" && tar -C "$1" -xpf "$1/x.tar"',
    archive,
    place,
  ]);
  expect(opened.code, opened.err).toBe(0);
  const files = join(place, "files/media");
  // sha256sum takes a list without a line for none, and minutes for gigabytes of holes.
  const list = fs.readFileSync(`${files}.sha256`, "latin1").split("\n");
  const lines = list.filter((line) => line && !line.endsWith("/e.sparse")).join("\n");
  if (lines) {
    const checked = run(
      ["sha256sum", "-c", "--quiet", "--strict"],
      Buffer.from(`${lines}\n`, "latin1"),
      files,
    );
    expect([checked.out.toString(), checked.err, checked.code]).toEqual(["", "", 0]);
  }
  expect(fs.readFileSync(join(place, "z-last.txt"), "utf8")).toBe("last");
  // A machine lays out the same, where that does not take minutes.
  if (!fs.existsSync(join(files, "e.sparse"))) {
    const laid = python("lay.py", [archive, `${root}.laid`]);
    expect([laid.code, laid.err]).toEqual([0, ""]);
    const tell = (at: string) =>
      run(["sh", "-c", 'cd "$0" && find . -printf "%p %y %m %U %G %n %T@ %l\\0" | sort -z', at]);
    expect(tell(`${root}.laid`).out.toString("latin1")).toBe(tell(files).out.toString("latin1"));
    const same = run(["diff", "-r", "--no-dereference", files, `${root}.laid`]);
    expect([same.code, same.out.toString(), same.err]).toEqual([0, "", ""]);
  }
  return { files, list, entry: JSON.parse(packed.out.toString()) as Entry };
}
const whole = {
  ...{ changed: [], vanished: [], unreadable: [], grown: [], special: [], attributes: [] },
};
const MB = 1 << 20;

describe("files of a living site in an archive", () => {
  it("grow, are cut, vanish and cannot be read, and each is right or named, and those behind them right", () => {
    const root = tree();
    const log = Buffer.alloc(20 * MB, "a line of a log\n");
    const content = Buffer.from(Array.from({ length: MB }, (_, i) => (i * 7) % 251));
    fs.writeFileSync(join(root, "a.log"), log);
    fs.writeFileSync(join(root, "b.bin"), Buffer.concat(Array.from({ length: 64 }, () => content)));
    fs.writeFileSync(join(root, "c.tmp"), "gone soon");
    fs.writeFileSync(join(root, "d.dat"), Buffer.concat(Array.from({ length: 8 }, () => content)));
    run([
      "sh",
      "-c",
      'truncate -s 9G "$0" && dd if=/dev/urandom of="$0" bs=1M count=1 seek=4096 conv=notrunc',
      join(root, "e.sparse"),
    ]);
    fs.writeFileSync(join(root, "z-last.txt"), "the last of them");
    const { files, list, entry } = restored(root, {
      "a.log": { grow: 100_000 },
      "b.bin": { cut: [40 * MB, MB] },
      "c.tmp": { vanish: true },
      "d.dat": { broken: 5 * MB + 17 },
    });
    expect(entry).toMatchObject({
      changed: ["b.bin"],
      vanished: ["c.tmp"],
      unreadable: ["d.dat"],
      grown: ["a.log"],
    });
    expect(fs.readFileSync(join(files, "z-last.txt"), "utf8")).toBe("the last of them");
    expect(fs.readFileSync(join(files, "a.log")).equals(log)).toBe(true);
    expect(fs.readFileSync(join(files, "b.bin")).equals(content)).toBe(true);
    // What could be read of it, and no zeros.
    const broken = fs.readFileSync(join(files, "d.dat"));
    expect(broken.equals(fs.readFileSync(join(root, "d.dat")).subarray(0, 5 * MB + 17))).toBe(true);
    expect(fs.existsSync(join(files, "c.tmp"))).toBe(false);
    const sparse = fs.statSync(join(files, "e.sparse"));
    expect(sparse.size).toBe(9 * 1024 * MB);
    expect(sparse.blocks * 512).toBeLessThan(4 * MB);
    // The rest of it are holes, here as there: that is what so few blocks say.
    const data = Buffer.alloc(MB);
    const opened = fs.openSync(join(files, "e.sparse"), "r");
    fs.readSync(opened, data, 0, MB, 4096 * MB);
    fs.closeSync(opened);
    const digest = createHash("sha256");
    const zeros = Buffer.alloc(MB);
    for (let at = 0; at < 9 * 1024; at += 1) digest.update(at === 4096 ? data : zeros);
    expect(list).toContain(`${digest.digest("hex")}  ./e.sparse`);
    expect(fs.statSync(`${root}.tar.lrz`).size).toBeLessThan(20 * MB);
  }, 300_000);

  it("have their holes again on a machine, whose disk they might be larger than", () => {
    const root = tree();
    run(["truncate", "-s", "60M", join(root, "disk.img")]);
    fs.appendFileSync(join(root, "disk.img"), "the end of it");
    restored(root);
    const { size, blocks } = fs.statSync(`${root}.laid/disk.img`);
    expect(size).toBe(60 * MB + 13);
    expect(blocks * 512).toBeLessThan(4 * MB);
  });

  it("that have more than owner, mode and time are named, as an archive keeps no more", () => {
    const root = tree();
    fs.mkdirSync(join(root, "shared"));
    fs.writeFileSync(join(root, "plain"), "x");
    fs.writeFileSync(join(root, "tagged"), "y");
    const set = `import os, sys; os.setxattr(sys.argv[1], "user.quota", b"1")`;
    for (const name of ["shared", "tagged"]) run(["python3", "-c", set, join(root, name)]);
    const { entry } = restored(root, {});
    expect(entry).toMatchObject({ ...whole, attributes: ["shared", "tagged"] });
  });

  it("that are small and change are read anew", () => {
    const root = tree();
    fs.writeFileSync(join(root, "grows"), "x".repeat(1000));
    fs.writeFileSync(join(root, "is-cut"), "y".repeat(1000));
    fs.writeFileSync(join(root, "breaks"), "z".repeat(1000));
    const { files, entry } = restored(root, {
      grows: { grow: 10 },
      "is-cut": { cut: [500, 100] },
      breaks: { broken: 300 },
    });
    expect(entry).toMatchObject({ changed: ["is-cut"], unreadable: ["breaks"], grown: ["grows"] });
    expect(fs.readFileSync(join(files, "grows"), "utf8")).toMatch(/^x{1000}\+*$/);
    expect(fs.readFileSync(join(files, "is-cut"), "utf8")).toBe("y".repeat(100));
    expect(fs.readFileSync(join(files, "breaks"), "utf8")).toBe("z".repeat(300));
  });

  it("that are written to within while they are read are named", () => {
    const root = tree();
    fs.writeFileSync(join(root, "data.sqlite"), Buffer.alloc(9 * MB, "page"));
    const { entry } = restored(root, { "data.sqlite": { rewrite: 3 * MB } });
    expect(entry).toMatchObject({ ...whole, changed: ["data.sqlite"] });
  });

  it("whose place a link takes lead nowhere else", () => {
    const root = tree();
    fs.writeFileSync(join(root, "innocent"), "mine");
    const { files, entry } = restored(root, { innocent: { swap: "/etc/shadow" } });
    expect(fs.readlinkSync(join(files, "innocent"))).toBe("/etc/shadow");
    expect(entry).toMatchObject(whole);
  });

  it("keep names, links, owners, modes and times whatever bytes a name is of", () => {
    const root = tree();
    const put = (name: Buffer | string, text = "text") =>
      fs.writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name)]), text);
    put(Buffer.of(0x6e, 0xff, 0xfe));
    put(Buffer.alloc(200, 0xe4));
    for (const name of [
      "new\nline",
      "back\\slash",
      "end\r",
      "ümläut",
      "-rf *",
      " ",
      "x".repeat(255),
    ])
      put(name);
    const deep = join(root, "d".repeat(200), "e".repeat(200), "f".repeat(200));
    fs.mkdirSync(deep, { recursive: true });
    fs.writeFileSync(join(deep, "g"), "deep");
    fs.mkdirSync(join(root, "empty"), { mode: 0o750 });
    fs.symlinkSync("../../../etc/passwd", join(root, "link"));
    fs.symlinkSync(Buffer.of(0xff), Buffer.concat([Buffer.from(`${root}/odd`), Buffer.of(0xff)]));
    put("first name", "one content");
    fs.linkSync(join(root, "first name"), join(root, "second name"));
    fs.utimesSync(join(root, "first name"), 1_000_000_000, 1_000_000_000);
    fs.chmodSync(join(root, "first name"), 0o640);
    if (process.getuid?.() === 0) fs.chownSync(join(root, "empty"), 12_345, 2_999_999);
    const { files, entry } = restored(root);
    expect(entry).toMatchObject(whole);
    const listing = ["find", ".", "-printf", "%p %y %m %U:%G %n %l %s %Ts\\n"] as const;
    const lines = (place: string) => {
      const said = run([...listing], "", place)
        .out.toString("latin1")
        .split("\n")
        .sort();
      // A directory's own size is its file system's matter.
      return said.map((line) => line.replace(/ (d .*) \d+ (\d+)$/, " $1 $2"));
    };
    expect(lines(files)).toEqual(lines(root));
    expect(run(["diff", "-r", "--no-dereference", root, files]).code).toBe(0);
  });

  it("leave out what is declared to be left out, and what holds no data", () => {
    const root = tree();
    fs.mkdirSync(join(root, "cache/deep"), { recursive: true });
    fs.writeFileSync(join(root, "cache/deep/file"), "x");
    fs.writeFileSync(join(root, "cached"), "y");
    run(["mkfifo", join(root, "pipe")]);
    const { files, entry } = restored(root, {}, "cache");
    expect(fs.readdirSync(files)).toEqual(["cached"]);
    expect(entry).toMatchObject({ ...whole, special: ["pipe"], entries: 2, bytes: 1 });
  });

  it("are one file where one is declared, and are refused through a link", () => {
    const root = tree();
    fs.writeFileSync(join(root, "db.sqlite"), "content");
    fs.symlinkSync(root, join(root, "way"));
    const one = python("tree.py", [join(root, "db.sqlite"), join(root, "one.lrz")]);
    expect(JSON.parse(one.out.toString())).toMatchObject({ entries: 1, bytes: 7, ...whole });
    for (const [place, said] of [
      ["way/db.sqlite", "Not a directory"],
      ["missing", "No such file or directory"],
    ]) {
      const refused = python("tree.py", [join(root, place!), join(root, "none.lrz")]);
      expect(refused.code).toBe(1);
      expect(refused.err).toContain(`${join(root, place!)}: cannot be read: ${said}`);
    }
  });

  it("are deeper than anybody keeps them: named, and the rest is there", () => {
    const root = tree();
    run([
      "sh",
      "-c",
      'cd "$0"; for i in $(seq 500); do mkdir d && cd d; done; echo x > deepest',
      root,
    ]);
    fs.writeFileSync(join(root, "e"), "after it");
    const { files, entry } = restored(root);
    expect(entry.unreadable).toHaveLength(1);
    expect(fs.readFileSync(join(files, "e"), "utf8")).toBe("after it");
    run(["rm", "-rf", root]);
  });

  it.each([1, 2])(
    "are written, cut, renamed and deleted all the time (%i)",
    async (seed) => {
      const root = tree();
      const script = join("test/machine/backup", "churn.py");
      const churn = spawn("python3", ["-I", "-B", script, "", root, String(seed)]);
      try {
        await once(churn.stdout, "data");
        // What is unpacked is checked by the hashes of what was read.
        restored(root);
      } finally {
        churn.kill("SIGKILL");
        await once(churn, "exit");
      }
    },
    120_000,
  );
});
