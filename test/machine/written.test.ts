import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

import { run } from "./backup-parts";

const directory = mkdtempSync(join(tmpdir(), "berth-written-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe.each(["site", "backup"])("a file that the program of %s writes", (program) => {
  it("is whole, whoever else writes it at the same moment", () => {
    const path = join(directory, program);
    const script = `
import multiprocessing, sys
sys.path[:0] = [${JSON.stringify(resolve("components/machine/files", program))}]
from ground import write
def some(letter):
    for _ in range(300): write(${JSON.stringify(path)}, letter * 5000)
context = multiprocessing.get_context("fork")
writers = [context.Process(target=some, args=(letter,)) for letter in "ab"]
for each in writers: each.start()
for each in writers: each.join()
sys.exit(max(each.exitcode for each in writers))`;
    const done = run(["python3", "-I", "-B", "-c", script]);
    expect(done.code, done.err).toBe(0);
    expect(readFileSync(path, "utf8")).toMatch(/^(a{5000}|b{5000})$/);
    expect(readdirSync(directory).filter((name) => name.endsWith(".new"))).toEqual([]);
  });
});
