import { execFileSync, spawnSync } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

import { deliverable } from "../../components/machine/deliverable";
import {
  deliveredLauncher,
  deliveredTo,
  launcher,
  packed,
  packedLauncher,
} from "../../components/machine/launcher";

const home = fs.mkdtempSync(path.join(os.tmpdir(), "berth-launcher-"));
afterAll(() => fs.rmSync(home, { recursive: true }));

/** Whether who runs the tests has sudo, and may use it, is not a launcher's matter. */
const asMyself = (command: string) =>
  process.getuid?.() === 0 ? command : command.replace("set -- sudo -n", "set --");

/** As an account's login shell runs what came over SSH. */
const run = (command: string, input: string) => {
  const done = spawnSync("sh", ["-c", asMyself(command)], {
    input,
    env: { ...process.env, HOME: home },
    encoding: "utf8",
  });
  return { status: done.status, out: done.stdout };
};

it("a script on standard input runs by any login shell in one word", () => {
  expect(
    execFileSync("sh", ["-c", asMyself(launcher)], { input: "echo ran; id -u" }).toString(),
  ).toBe(`ran\n${process.getuid?.()}\n`);
});

/** How often the shell that runs this asked the system for input; Linux counts. */
const reads =
  "while read -r what count; do [ $what != syscr: ] || echo $count; done </proc/$$/io\n";
const counted = fs.existsSync("/proc/self/io");
const long = `: '${"x".repeat(300_000)}'\n`;

it.runIf(counted)("a script of any length is read by blocks, not by bytes", () => {
  const { status, out } = run(launcher, `{\n${long}${reads}} </dev/null\n`);
  expect(status).toBe(0);
  expect(Number(out)).toBeGreaterThan(0);
  expect(Number(out)).toBeLessThan(long.length / 50);
});

it("a script that is cut off on its way runs nothing", () => {
  const script = "{\necho ran\n[[ a = a ]]\n} </dev/null\n";
  expect(run(launcher, script).out).toBe("ran\n");
  for (let end = 0; end <= script.lastIndexOf("}"); end++) {
    expect(run(launcher, script.slice(0, end)).out).toBe("");
  }
});

describe("a program that was delivered", () => {
  const program = `ends() { echo "$1 of $NAME"; exit 3; }\n# it's "quoted" $HOME \`no\`\nends 'a  b'`;
  const { file, checksum } = deliverable(program, home);
  const sent = deliveredLauncher(checksum);
  const there = path.join(home, deliveredTo);

  beforeEach(() => {
    fs.mkdirSync(path.dirname(there), { recursive: true });
    fs.copyFileSync(file, there);
  });

  it("runs with what is declared before it, and ends as it ends", () => {
    expect(run(sent, "NAME='kmc'\n")).toEqual({ status: 3, out: "a  b of kmc\n" });
  });

  it("finds no variable but its declarations, and no argument", () => {
    const asks = 'echo "$# ${run-} ${declared-} ${program-} $NAME"';
    const own = deliverable(asks, home);
    fs.copyFileSync(own.file, there);
    expect(run(deliveredLauncher(own.checksum), "NAME='kmc'\n").out).toBe("0    kmc\n");
  });

  it.runIf(counted)("is read by blocks, not by bytes", () => {
    const own = deliverable(`${long}${reads.trim()}`, home);
    fs.copyFileSync(own.file, there);
    const { out } = run(deliveredLauncher(own.checksum), "NAME='kmc'\n");
    expect(Number(out)).toBeGreaterThan(0);
    expect(Number(out)).toBeLessThan(long.length / 50);
  });

  it.each([
    ["is another", (text: string) => text.replace("a  b", "x")],
    ["ends in more lines", (text: string) => `${text}\necho more`],
    ["is empty", () => ""],
  ])("runs nothing where the file %s", (_, change) => {
    fs.writeFileSync(there, change(program));
    const { status, out } = run(sent, "NAME='kmc'; echo declared\n");
    expect(status).toBe(65);
    expect(out).toMatch(/^refused: .*converge\.sh: is not the program that was delivered; .*\n$/);
  });

  it("runs nothing where there is no file, or no file in its place", () => {
    fs.rmSync(there);
    expect(run(sent, "").status).toBe(65);
    fs.mkdirSync(there);
    expect(run(sent, "").status).toBe(65);
    fs.rmdirSync(there);
  });

  it("is written again where its file was changed here", () => {
    fs.writeFileSync(file, "echo other");
    expect(deliverable(program, home).file).toBe(file);
    expect(fs.readFileSync(file, "utf8")).toBe(program);
    expect(crypto.createHash("sha256").update(program).digest("hex")).toBe(checksum);
    expect(fs.readFileSync(path.join(path.dirname(file), ".gitignore"), "utf8")).toBe("*\n");
  });
});

it("a program is delivered from elsewhere where its own directory cannot be written", () => {
  const taken = path.join(home, "taken");
  fs.writeFileSync(taken, "a file, so that nobody makes a directory below it");
  const { file } = deliverable("echo x", taken);
  expect(fs.readFileSync(file, "utf8")).toBe("echo x");
  fs.rmSync(path.dirname(file), { recursive: true });
});

describe("a packed script", () => {
  const script = `{\n${"echo line\n".repeat(500)}echo ran; exit 4\n} </dev/null\n`;

  it("is smaller, and runs whole", () => {
    expect(packed(script).length).toBeLessThan(script.length / 2);
    expect(run(packedLauncher, packed(script))).toEqual({
      status: 4,
      out: `${"line\n".repeat(500)}ran\n`,
    });
  });

  it("runs whole or not at all when it is cut anywhere on its way", () => {
    const whole = packed(script);
    const lengths = [...Array(whole.length).keys()];
    const outs = new Set(lengths.map((end) => run(packedLauncher, whole.slice(0, end)).out));
    // Whole where only the checksum at its end is lost.
    expect([...outs].toSorted()).toEqual(["", `${"line\n".repeat(500)}ran\n`]);
  });
});
