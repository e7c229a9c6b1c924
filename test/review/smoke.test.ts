import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { isLeft, smokeDirectory } from "../../operations/smoke/project";

/** No system counts processes that far. */
const nobody = 2 ** 31 - 1;

describe("what an earlier smoke run left", () => {
  let clone: string;
  beforeEach(() => {
    clone = fs.mkdtempSync(path.join(os.tmpdir(), "berth-smoke-"));
  });
  afterEach(() => fs.rmSync(clone, { recursive: true }));
  const note = (file: string, pid: number) => {
    const whole = path.join(smokeDirectory(clone, "aws"), file);
    fs.mkdirSync(path.dirname(whole), { recursive: true });
    fs.writeFileSync(whole, JSON.stringify({ pid }));
  };
  const lock = "state/.pulumi/locks/organization/berth-smoke/stage/1.json";

  it("is nothing where none was", () => {
    expect(isLeft(clone, "aws")).toBe(false);
  });

  it("is taken down where the command and its engine are no more", () => {
    note("pid.json", nobody);
    note(lock, nobody);
    fs.writeFileSync(path.join(smokeDirectory(clone, "aws"), `${lock}.attrs`), "");
    expect(isLeft(clone, "aws")).toBe(true);
    expect(isLeft(clone, "scaleway")).toBe(false);
  });

  it.each(["pid.json", lock])("is somebody's where the process in %s is at work", (file) => {
    note("pid.json", nobody);
    note(file, process.pid);
    expect(() => isLeft(clone, "aws")).toThrow(
      `a smoke run of aws is under way here (process ${process.pid}). Wait for it; if that process ` +
        `is something else, remove .berth/smoke/aws/${file}`,
    );
  });
});
